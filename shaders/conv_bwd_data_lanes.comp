// Data gradient of a convolution for CPU drivers, which is also the transposed convolution: dx = act(deconv(dy, w) + bias).
//
//   dy   : [ROWS,OH,OW,CO] f32
//   w    : [KH,KW,CI,CO] f32, or [KH,KW,CO,CI] where TRANSPOSED (transpose.comp)
//   bias : [CI] f32, read where ADD_BIAS (a transposed convolution's)
//   dx   : [ROWS,IH,IW,CI] f32
//
// Lanes lie along ci. The TM rows of an invocation are batch items at the same pixel, so padding and the phase of
// the stride are uniform: the loop visits the taps that reach the pixel, UK output channels at a time.
// Work-groups: x = IH*IW * ceil(ROWS/TM), y = ceil(CI/Local). Needs TM <= ROWS, UK dividing CO.
// Order of accumulation: ky, kx, co ascending.
// Gradient: conv_fwd_lanes.comp. GPU twin: conv_bwd_data_tiled.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const bool ADD_BIAS = false;
layout(constant_id = 14) const int ACT = 0;
layout(constant_id = 15) const int TM = 1;
layout(constant_id = 16) const int UK = 1;
layout(constant_id = 17) const int TG = 1;
layout(constant_id = 18) const bool TRANSPOSED = false;

IN(0, float, dy)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, dx)
PUSH(A(float, dy) A(float, w) A(float, bias) A(float, dx))

const int W_CI = TRANSPOSED ? 1 : CO, W_CO = TRANSPOSED ? CI : 1; // strides of w
const int GROUPS = (TM + TG - 1) / TG;
const int CHUNKS = CO / UK;

void main() {
	int pixel = int(gl_WorkGroupID.x) % (IH * IW);
	int row = min(int(gl_WorkGroupID.x) / (IH * IW) * TM, ROWS - TM);
	int ci = min(int(gl_WorkGroupID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x), CI - 1);
	Phase py = taps_of_input(pixel / IW, OH, KH, PAD_Y), px = taps_of_input(pixel % IW, OW, KW, PAD_X);
	int width = length(px.j);
	int steps = length(py.j) * width * CHUNKS;

	float s[TM];
	[[unroll]] for (int i = 0; i < TM; i++) s[i] = 0.0;

	ptr(float) pdy0 = at(dy, row * Y_ROW);
	ptr(float) pw0 = at(w, ci * W_CI);
	for (int t = 0; t < steps; t++) {
		int tap = t / CHUNKS, co = t % CHUNKS * UK;
		int jy = py.j.from + tap / width, jx = px.j.from + tap % width;
		ptr(float) pdy = pdy0 + (((py.last - jy) * OW + px.last - jx) * CO + co);
		ptr(float) pw = pw0 + (((py.first + STRIDE * jy) * KW + px.first + STRIDE * jx) * CI * CO + co * W_CO);
		float v[UK];
		[[unroll]] for (int u = 0; u < UK; u++) v[u] = ld(w, pw, u * W_CO);
		[[unroll]] for (int g = 0; g < GROUPS; g++)
			[[unroll]] for (int u = 0; u < UK; u++)
				[[unroll]] for (int i = 0; i < TG; i++)
					if (g * TG + i < TM)
						s[g * TG + i] = fma(ld(dy, pdy, (g * TG + i) * Y_ROW + u), v[u], s[g * TG + i]);
	}

	float shift = ADD_BIAS ? el(bias, ci) : 0.0;
	ptr(float) pdx = at(dx, row * X_ROW + pixel * CI + ci);
	[[unroll]] for (int i = 0; i < TM; i++) ld(dx, pdx, i * X_ROW) = activate(ACT, s[i] + shift);
}
