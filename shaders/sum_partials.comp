// Adds the partial sums of a split product: y[i] = sum over s of partial[s,i].
//
//   partial : [splits,n] f32
//   y       : [n] f32
//
// Work-groups: x = ceil(n / (Local*PER)).
// Order of accumulation: s ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;

IN(0, float, partial)
OUT(1, float, y)
PUSH(A(float, partial) A(float, y) int splits; int n;)

void main() {
	int base = int(gl_WorkGroupID.x * gl_WorkGroupSize.x) * PER + int(gl_LocalInvocationID.x);
	for (int t = 0; t < PER; t++) {
		int i = base + t * int(gl_WorkGroupSize.x);
		if (i >= pc.n) return;
		float sum = 0.0;
		for (int s = 0; s < pc.splits; s++) sum += el(partial, s * pc.n + i);
		el(y, i) = sum;
	}
}
