// Uniform numbers in [0,1): element i of (seed, stream, step).
//
//   step : [1] u32, the training step
//   y    : [n] f32
//
// An invocation fills one block of four. Work-groups: x = ceil(n / (4*Local)).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, step)
OUT(1, float, y)
PUSH(A(uint, step) A(float, y) uint seed_low; uint seed_high; uint stream; uint n;)

void main() {
	uint block = gl_GlobalInvocationID.x;
	if (block * 4u >= pc.n) return;
	uvec4 words = philox(uvec4(block, el(step, 0), pc.stream, 0u), uvec2(pc.seed_low, pc.seed_high));
	for (uint i = 0u; i < min(4u, pc.n - block * 4u); i++) el(y, int(block * 4u + i)) = uniform01(words[i]);
}
