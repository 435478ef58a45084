// Activation by itself, where no kernel before it can apply it: y = act(x).
//
//   x, y : [n] f32
//
// Work-groups: x = ceil(n / (Local*PER)).
// Gradient: bias_bwd.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;
layout(constant_id = 2) const int ACT = 0;

IN(0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) int n;)

void main() {
	int base = int(gl_WorkGroupID.x * gl_WorkGroupSize.x) * PER + int(gl_LocalInvocationID.x);
	for (int t = 0; t < PER; t++) {
		int i = base + t * int(gl_WorkGroupSize.x);
		if (i >= pc.n) return;
		el(y, i) = activate(ACT, el(x, i));
	}
}
