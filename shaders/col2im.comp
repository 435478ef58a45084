// Folds patches back, summing where they overlap: dx = act(im2col^T(col) + bias).
//
//   col  : [ROWS*OH*OW, KH*KW*CI] f32
//   bias : [CI] f32, read where ADD_BIAS (a transposed convolution's)
//   dx   : [ROWS,IH,IW,CI] f32
//
// Work-groups: x = ceil(ROWS*IH*IW*CI / (Local*PER)).
// Order of accumulation: ky, kx ascending.
// Gradient: im2col.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const int PER = 1;
layout(constant_id = 14) const bool ADD_BIAS = false;
layout(constant_id = 15) const int ACT = 0;

IN(0, float, col)
IN(1, float, bias)
OUT(2, float, dx)
PUSH(A(float, col) A(float, bias) A(float, dx))

void main() {
	const int COLUMNS = KH * KW * CI, ELEMENTS = ROWS * X_ROW;
	int base = int(gl_WorkGroupID.x * gl_WorkGroupSize.x) * PER + int(gl_LocalInvocationID.x);
	for (int t = 0; t < PER; t++) {
		int i = base + t * int(gl_WorkGroupSize.x);
		if (i >= ELEMENTS) return;
		int ci = i % CI, ix = i / CI % IW, iy = i / (CI * IW) % IH, row = i / X_ROW;
		Phase py = taps_of_input(iy, OH, KH, PAD_Y), px = taps_of_input(ix, OW, KW, PAD_X);
		float s = 0.0;
		for (int jy = py.j.from; jy < py.j.to; jy++)
			for (int jx = px.j.from; jx < px.j.to; jx++) {
				int pixel = (row * OH + py.last - jy) * OW + px.last - jx;
				int tap = (py.first + STRIDE * jy) * KW + px.first + STRIDE * jx;
				s += el(col, pixel * COLUMNS + tap * CI + ci);
			}
		el(dx, i) = activate(ACT, ADD_BIAS ? s + el(bias, ci) : s);
	}
}
