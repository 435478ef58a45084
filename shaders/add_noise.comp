// Adds Gaussian noise: y = x + sigma n, with n the standard normal numbers of (seed, stream, step), as philox_normal.comp.
//
//   step : [1] u32, the training step
//   x, y : [n] f32
//
// An invocation makes one block of four. Work-groups: x = ceil(n / (4*Local)).
// Gradient: the identity.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, step)
IN(1, float, x)
OUT(2, float, y)
PUSH(A(uint, step) A(float, x) A(float, y) uint seed_low; uint seed_high; uint stream; uint n; float sigma;)

void main() {
	uint block = gl_GlobalInvocationID.x;
	if (block * 4u >= pc.n) return;
	uvec4 words = philox(uvec4(block, el(step, 0), pc.stream, 0u), uvec2(pc.seed_low, pc.seed_high));
	vec4 values = vec4(normal2(words.x, words.y), normal2(words.z, words.w));
	for (uint i = 0u; i < min(4u, pc.n - block * 4u); i++) {
		int e = int(block * 4u + i);
		el(y, e) = fma(pc.sigma, values[i], el(x, e));
	}
}
