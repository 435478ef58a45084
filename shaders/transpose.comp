// Swaps the last two axes: y[p,j,i] = x[p,i,j], for each of the planes p.
//
//   x : [planes,m,n] f32
//   y : [planes,n,m] f32
//
// Lanes lie along i, so that writes are contiguous; an invocation walks PER values of j.
// Work-groups: x = ceil(m/Local), y = ceil(n/PER), z = planes.
// Gradient: itself.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;

IN(0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) int m; int n;)

void main() {
	int i = int(gl_WorkGroupID.x * gl_WorkGroupSize.x + gl_LocalInvocationID.x);
	if (i >= pc.m) return;
	int plane = int(gl_WorkGroupID.z) * pc.m * pc.n;
	int j0 = int(gl_WorkGroupID.y) * PER;
	for (int j = j0; j < min(j0 + PER, pc.n); j++) el(y, plane + j * pc.m + i) = el(x, plane + i * pc.n + j);
}
