// The next rows of an endless list, epoch after epoch the first `period` elements of a permutation of 0 .. n-1:
// indices[r] = P_epoch(p mod period), with p = step * rows + r mod 2^32, epoch = p / period and P_epoch a pseudo-random
// permutation that needs no memory: a Feistel network of eight Philox rounds on the smallest even number of bits that
// holds n, applied again while it leads outside (internal/philox.Permute).
//
//   step    : [1] u32, the training step
//   indices : [rows] u32
//
// Work-groups: x = ceil(rows / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, step)
OUT(1, uint, indices)
PUSH(A(uint, step) A(uint, indices) uint seed_low; uint seed_high; uint stream; uint n; uint rows; uint period; uint half_bits;)

uint feistel(uint i, uint epoch) {
	uint mask = (1u << pc.half_bits) - 1u;
	uint l = i >> pc.half_bits, r = i & mask;
	for (uint round = 0u; round < 8u; round++) {
		uint f = philox(uvec4(r, epoch, pc.stream, round), uvec2(pc.seed_low, pc.seed_high)).x;
		uint next = l ^ (f & mask);
		l = r;
		r = next;
	}
	return (l << pc.half_bits) | r;
}

void main() {
	uint row = gl_GlobalInvocationID.x;
	if (row >= pc.rows) return;
	uint position = el(step, 0) * pc.rows + row;
	uint epoch = position / pc.period, i = position % pc.period;
	do i = feistel(i, epoch);
	while (i >= pc.n);
	el(indices, int(row)) = i;
}
