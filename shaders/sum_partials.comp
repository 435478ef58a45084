// Adds the partial sums of a split product: y[i,c] = act(sum over s of partial[s,i,c] + bias[c] + e[i,c]).
//
//   partial : [splits,n] f32, n = rows times channels
//   bias    : [channels] f32, read where ADD_BIAS
//   e       : [n] f32, read where ADD_E
//   y       : [n] f32
//
// Work-groups: x = ceil(n / (Local*PER)).
// Order of accumulation: s ascending, then bias, then e.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;
layout(constant_id = 2) const bool ADD_BIAS = false;
layout(constant_id = 3) const bool ADD_E = false;
layout(constant_id = 4) const int ACT = 0;

IN(0, float, partial)
IN(1, float, bias)
IN(2, float, e)
OUT(3, float, y)
PUSH(A(float, partial) A(float, bias) A(float, e) A(float, y) int splits; int n; int channels;)

void main() {
	int base = int(gl_WorkGroupID.x * gl_WorkGroupSize.x) * PER + int(gl_LocalInvocationID.x);
	for (int t = 0; t < PER; t++) {
		int i = base + t * int(gl_WorkGroupSize.x);
		if (i >= pc.n) return;
		float sum = 0.0;
		for (int s = 0; s < pc.splits; s++) sum += el(partial, s * pc.n + i);
		if (ADD_BIAS) sum += el(bias, i % pc.channels);
		if (ADD_E) sum += el(e, i);
		el(y, i) = activate(ACT, sum);
	}
}
