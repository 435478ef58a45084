// One step of an exponential moving average over a flat arena: shadow += rate (value - shadow), rate = 1 - decay. With WARM_UP
// the rate of step t, the first being 1, is at least 9/(t + 9): the average is over about the last tenth of the steps there are.
//
//   value  : [n] f32
//   shadow : [n] f32, updated in place
//   step   : [1] u32, t; read if WARM_UP
//   frozen : [1] u32, read if GUARDED: unless 0, nothing is updated
//
// Work-groups: x = ceil(n / (Local*PER)); PER is a multiple of NV.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;
layout(constant_id = 2) const int RUNS = 0;
layout(constant_id = 3) const bool GUARDED = false;
layout(constant_id = 4) const bool WARM_UP = false;
#include "element.glsl"

IN(0, float, value)
IO(1, float, shadow)
IN(2, uint, step)
IN(3, uint, frozen)
PUSH(A(float, value) A(float, shadow) A(uint, step) A(uint, frozen) int n; float rate;)

void main() {
	find_lane();
	if (GUARDED && el(frozen, 0) != 0u) return;
	float rate = WARM_UP ? max(pc.rate, 9.0 / float(el(step, 0) + 9u)) : pc.rate;
	int n = pc.n, base = int(gl_WorkGroupID.x) * (PER * LANES), k = 0;
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			int first = base + (k + u) * LANES, start = run_start(first, n), i = start + near();
			float now, average;
			LOAD_NEAR(now, value, start)
			LOAD_NEAR(average, shadow, start)
			if (run_owns(i, first, n)) el(shadow, i) = fma(rate, now - average, average);
		}
		k += NV;
	} while (k < PER);
}
