// Adds Gaussian noise: y = x + sigma n, with n the standard normal numbers of (seed, stream, step), as philox_normal.comp.
//
//   step : [1] u32, the training step
//   x, y : [n] f32
//
// With steps > 0, sigma falls linearly to 0 over the first so many steps.
// A lane makes PER blocks of four. NEAR, for CPU drivers: what the lanes add to is loaded for all of them at once.
// Work-groups: x = ceil(n / (4*Local*PER)).
// Gradient: the identity.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;
layout(constant_id = 2) const bool NEAR = false;
#include "lanes.glsl"

IN(0, uint, step)
IN(1, float, x)
OUT(2, float, y)
PUSH(A(uint, step) A(float, x) A(float, y) uint seed_low; uint seed_high; uint stream; int n; float sigma; int steps;)

void main() {
	find_lane();
	uint now = el(step, 0);
	float sigma = pc.sigma;
	if (pc.steps > 0) sigma *= now < uint(pc.steps) ? float(uint(pc.steps) - now) / float(pc.steps) : 0.0;
	int lane = NEAR ? LANE : int(gl_LocalInvocationIndex), k = 0;
	do {
		int first = (int(gl_WorkGroupID.x) * PER + k) * LANES, block = first + lane;
		uvec4 words = philox(uvec4(uint(block), now, pc.stream, 0u), uvec2(pc.seed_low, pc.seed_high));
		vec4 values = vec4(normal2(words.x, words.y), normal2(words.z, words.w));
		ptr(float) p = at(x, min(4 * first, pc.n - 1));
		[[unroll]] for (int i = 0; i < 4; i++) {
			int e = 4 * block + i;
			float value = 0.0;
			if (NEAR) {
				value = ld(x, p, i);
				[[unroll]] for (int j = 1; j < LANES; j++) {
					float other = ld(x, p, 4 * j + i);
					value = lane_is[j] ? other : value;
				}
			} else if (e < pc.n) value = el(x, e);
			if (e < pc.n) el(y, e) = fma(sigma, values[i], value);
		}
	} while (++k < PER);
}
