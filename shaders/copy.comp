// Copies floats: y = x. It measures how fast memory is.
//
//   x, y : [n] f32
//
// Work-groups: x = ceil(n / (Local*PER)); PER is a multiple of NV.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int PER = 1;
layout(constant_id = 2) const int RUNS = 0;
#include "element.glsl"

IN(0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) int n;)

void main() {
	find_lane();
	int n = pc.n, base = int(gl_WorkGroupID.x) * (PER * LANES), k = 0;
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			int first = base + (k + u) * LANES, start = run_start(first, n), i = start + near();
			float v;
			LOAD_NEAR(v, x, start)
			if (run_owns(i, first, n)) el(y, i) = v;
		}
		k += NV;
	} while (k < PER);
}
