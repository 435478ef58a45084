// Convolution for CPU drivers: y = act(conv(x, w) + bias), NHWC.
//
//   x    : [ROWS,IH,IW,CI] f32
//   w    : [KH,KW,CI,CO] f32
//   bias : [CO] f32, read where ADD_BIAS
//   y    : [ROWS,OH,OW,CO] f32
//
// Lanes lie along co. The TM rows of an invocation are batch items at the same pixel, so padding is uniform:
// the loop visits the valid taps only, UK input channels at a time.
// Work-groups: x = OH*OW * ceil(ROWS/TM), y = ceil(CO/Local). Needs TM <= ROWS, UK dividing CI.
// Order of accumulation: ky, kx, ci ascending.
// Gradients: conv_bwd_data_lanes.comp, conv_bwd_filter_lanes.comp. GPU twin: conv_fwd_tiled.comp.
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

IN(0, float, x)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, y)
PUSH(A(float, x) A(float, w) A(float, bias) A(float, y))

const int GROUPS = (TM + TG - 1) / TG;
const int CHUNKS = CI / UK;

void main() {
	int pixel = int(gl_WorkGroupID.x) % (OH * OW);
	int row = min(int(gl_WorkGroupID.x) / (OH * OW) * TM, ROWS - TM);
	int co = min(int(gl_WorkGroupID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x), CO - 1);
	int oy = pixel / OW, ox = pixel % OW;
	Run ty = taps_of_output(oy, IH, KH, PAD_Y), tx = taps_of_output(ox, IW, KW, PAD_X);
	int width = length(tx);
	int steps = length(ty) * width * CHUNKS;

	float s[TM];
	[[unroll]] for (int i = 0; i < TM; i++) s[i] = 0.0;

	ptr(float) px0 = at(x, row * X_ROW);
	ptr(float) pw0 = at(w, co);
	for (int t = 0; t < steps; t++) {
		int tap = t / CHUNKS, ci = t % CHUNKS * UK;
		int ky = ty.from + tap / width, kx = tx.from + tap % width;
		ptr(float) px = px0 + (((oy * STRIDE - PAD_Y + ky) * IW + ox * STRIDE - PAD_X + kx) * CI + ci);
		ptr(float) pw = pw0 + ((ky * KW + kx) * CI + ci) * CO;
		float v[UK];
		[[unroll]] for (int u = 0; u < UK; u++) v[u] = ld(w, pw, u * CO);
		[[unroll]] for (int g = 0; g < GROUPS; g++)
			[[unroll]] for (int u = 0; u < UK; u++)
				[[unroll]] for (int i = 0; i < TG; i++)
					if (g * TG + i < TM)
						s[g * TG + i] = fma(ld(x, px, (g * TG + i) * X_ROW + u), v[u], s[g * TG + i]);
	}

	float shift = ADD_BIAS ? el(bias, co) : 0.0;
	ptr(float) py = at(y, row * Y_ROW + pixel * CO + co);
	[[unroll]] for (int i = 0; i < TM; i++) ld(y, py, i * Y_ROW) = activate(ACT, s[i] + shift);
}
