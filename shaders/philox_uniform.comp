// Uniform numbers in [low, low+span), written into a column range of wider rows: element i of (seed, stream, step) becomes
// y[i / count, column + i mod count].
//
//   step : [1] u32, the training step
//   y    : [rows,width] f32, of which the columns column .. column+count-1 are written
//
// An invocation fills one block of four. Work-groups: x = ceil(rows*count / (4*Local)).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, step)
OUT(1, float, y)
PUSH(A(uint, step) A(float, y) uint seed_low; uint seed_high; uint stream; uint rows; uint count; uint width; uint column; float low; float span;)

void main() {
	uint block = gl_GlobalInvocationID.x, n = pc.rows * pc.count;
	if (block * 4u >= n) return;
	uvec4 words = philox(uvec4(block, el(step, 0), pc.stream, 0u), uvec2(pc.seed_low, pc.seed_high));
	for (uint k = 0u; k < min(4u, n - block * 4u); k++) {
		uint i = block * 4u + k;
		el(y, int(i / pc.count * pc.width + pc.column + i % pc.count)) = fma(pc.span, uniform01(words[k]), pc.low);
	}
}
