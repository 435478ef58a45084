// One step of Adam (Kingma & Ba 2015, algorithm 1) over a flat arena: m / (sqrt(v) + eps) in PyTorch's form, or, with
// EPS_INSIDE, m / sqrt(v + eps), both moments corrected for their bias.
//
//   step   : [1] u32, steps done so far; t = step + 1
//   grad   : [n] f32
//   param, m, v : [n] f32, updated in place
//   bad    : [1] u32, 0 or the complement of the first element, counted from first, that was not finite after an update
//   frozen : [1] u32, read if GUARDED: unless 0, nothing is updated
//
// With decay > 0 the rate falls linearly over the last decay of the first end steps, from the whole to 0.
// 1 - beta^t is taken as -expm1(t ln beta), by its series while the argument is small: for beta2 = 0.999 the plain
// difference would lose four digits at t = 1.
// Work-groups: x = ceil(n / (Local*PER)); PER is a multiple of NV.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;
layout(constant_id = 2) const int RUNS = 0;
layout(constant_id = 3) const bool GUARDED = false;
layout(constant_id = 4) const bool EPS_INSIDE = false;
#include "element.glsl"
#include "exp.glsl"
#include "finite.glsl"

IN(0, uint, step)
IN(1, float, grad)
IO(2, float, param)
IO(3, float, m)
IO(4, float, v)
IO(5, uint, bad)
IN(6, uint, frozen)
PUSH(A(uint, step) A(float, grad) A(float, param) A(float, m) A(float, v) A(uint, bad) A(uint, frozen)
	int n; float rate; float beta1; float beta2; float log_beta1; float log_beta2; float eps; int decay; int end; int first;)

void main() {
	find_lane();
	if (GUARDED && el(frozen, 0) != 0u) return;
	float t = float(el(step, 0) + 1u);
	float step_size = pc.rate / one_minus_exp(t * pc.log_beta1);
	if (pc.decay > 0) step_size *= clamp(float(pc.end - int(el(step, 0))) / float(pc.decay), 0.0, 1.0);
	float correction = one_minus_exp(t * pc.log_beta2), root_correction = sqrt(correction);
	int n = pc.n, base = int(gl_WorkGroupID.x) * (PER * LANES), k = 0;
	uint worst = 0u;
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			int first = base + (k + u) * LANES, start = run_start(first, n), i = start + near();
			float g, mi, vi, p;
			LOAD_NEAR(g, grad, start)
			LOAD_NEAR(mi, m, start)
			LOAD_NEAR(vi, v, start)
			LOAD_NEAR(p, param, start)
			mi = fma(pc.beta1, mi, (1.0 - pc.beta1) * g);
			vi = fma(pc.beta2, vi, (1.0 - pc.beta2) * (g * g)); // not beta2 (v - g^2) + g^2: it cancels where fma rounds twice
			p -= step_size * mi / (EPS_INSIDE ? sqrt(vi / correction + pc.eps) : sqrt(vi) / root_correction + pc.eps);
			if (run_owns(i, first, n)) {
				el(m, i) = mi;
				el(v, i) = vi;
				el(param, i) = p;
				if (!finite(p) || !finite(mi) || !finite(vi)) worst = max(worst, ~uint(pc.first + i));
			}
		}
		k += NV;
	} while (k < PER);
	if (worst != 0u) atomicMax(el(bad, 0), worst);
}
