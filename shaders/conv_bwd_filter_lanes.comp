// Filter gradient of a convolution for CPU drivers: dw = sum over batch and pixels of x times dy.
//
//   x  : [ROWS,IH,IW,CI] f32
//   dy : [ROWS,OH,OW,CO] f32
//   dw : [KH,KW,CI,CO] f32
//
// Lanes lie along co; the TM rows of an invocation are input channels of one tap; UK batch items at a time at the
// same pixel, so padding is uniform.
// Work-groups: x = KH*KW * ceil(CI/TM), y = ceil(CO/Local). Needs TM <= CI.
// Order of accumulation: oy, ox, row ascending over the whole runs of UK rows, then over the rows left.
// GPU twin: conv_bwd_filter_tiled.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 15) const int TM = 1;
layout(constant_id = 16) const int UK = 1;
layout(constant_id = 17) const int TG = 1;

IN(0, float, x)
IN(1, float, dy)
OUT(2, float, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

const int GROUPS = (TM + TG - 1) / TG;
const int CHUNKS = ROWS / UK;
const int LEFT = ROWS - CHUNKS * UK;

void main() {
	const int TILES = (CI + TM - 1) / TM;
	int tap = int(gl_WorkGroupID.x) / TILES;
	int ci = min(int(gl_WorkGroupID.x) % TILES * TM, CI - TM);
	int co = min(int(gl_WorkGroupID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x), CO - 1);
	int ky = tap / KW, kx = tap % KW;
	Run ry = outputs_of_tap(ky, IH, OH, PAD_Y), rx = outputs_of_tap(kx, IW, OW, PAD_X);
	int width = length(rx);
	int pixels = length(ry) * width;

	float s[TM];
	[[unroll]] for (int i = 0; i < TM; i++) s[i] = 0.0;

	ptr(float) px0 = at(x, ci);
	ptr(float) pdy0 = at(dy, co);
	for (int t = 0; t < pixels * CHUNKS; t++) {
		int pixel = t / CHUNKS, row = t % CHUNKS * UK;
		int oy = ry.from + pixel / width, ox = rx.from + pixel % width;
		ptr(float) px = px0 + (row * X_ROW + ((oy * STRIDE - PAD_Y + ky) * IW + ox * STRIDE - PAD_X + kx) * CI);
		ptr(float) pdy = pdy0 + (row * Y_ROW + (oy * OW + ox) * CO);
		float v[UK];
		[[unroll]] for (int u = 0; u < UK; u++) v[u] = ld(dy, pdy, u * Y_ROW);
		[[unroll]] for (int g = 0; g < GROUPS; g++)
			[[unroll]] for (int u = 0; u < UK; u++)
				[[unroll]] for (int i = 0; i < TG; i++)
					if (g * TG + i < TM)
						s[g * TG + i] = fma(ld(x, px, u * X_ROW + g * TG + i), v[u], s[g * TG + i]);
	}
	if (LEFT > 0)
		for (int t = 0; t < pixels * LEFT; t++) {
			int pixel = t / LEFT, row = CHUNKS * UK + t % LEFT;
			int oy = ry.from + pixel / width, ox = rx.from + pixel % width;
			ptr(float) px = px0 + (row * X_ROW + ((oy * STRIDE - PAD_Y + ky) * IW + ox * STRIDE - PAD_X + kx) * CI);
			ptr(float) pdy = pdy0 + (row * Y_ROW + (oy * OW + ox) * CO);
			float v = ld(dy, pdy, 0);
			[[unroll]] for (int i = 0; i < TM; i++) s[i] = fma(ld(x, px, i), v, s[i]);
		}

	ptr(float) pdw = at(dw, (tap * CI + ci) * CO + co);
	[[unroll]] for (int i = 0; i < TM; i++) ld(dw, pdw, i * CO) = s[i];
}
