// Filter gradient of a convolution for CPU drivers: dw = sum over batch and pixels of x times dy.
//
//   x  : [ROWS,IH,IW,CI] f32
//   dy : [ROWS,OH,OW,CO] f32
//   dw : [KH,KW,CI,CO] f32
//
// The tile is that of lanes.glsl: its rows are input channels of one tap; lanes lie along CO. UK batch items at a time
// walk the pixels together, so padding is uniform and addresses stay close.
// Work-groups: x = KH*KW * ceil(CI/TM), y = ceil(CO/(Local*NV)). Needs TM <= CI and Local*NV <= CO; NARROW, with NV 1,
// takes any CO up to Local.
// Order of accumulation: runs of UK rows; in a run oy, ox, row ascending. Rows left over come last, one by one.
// GPU twin: conv_bwd_filter_tiled.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 15) const int TM = 1;
layout(constant_id = 16) const int NV = 1;
layout(constant_id = 17) const int UK = 1;
layout(constant_id = 18) const bool NARROW = false;
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, dy)
OUT(2, float, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

// s += the products of `rows` batch items, from px and pdy on.
#define ADD_TERMS(rows)                                                                            \
	[[unroll]] for (int u = 0; u < rows; u++) {                                                    \
		float b[NV];                                                                               \
		[[unroll]] for (int v = 0; v < NV; v++) LOAD_RUN(b[v], dy, pdy, u * Y_ROW + v * LANES, CO) \
		[[unroll]] for (int i = 0; i < TM; i++) {                                                  \
			float a = ld(x, px, u * X_ROW + i);                                                    \
			[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]);   \
		}                                                                                          \
	}

void main() {
	const int TILES = (CI + TM - 1) / TM;
	int tap = int(gl_WorkGroupID.x) / TILES;
	int ci = min(int(gl_WorkGroupID.x) % TILES * TM, CI - TM);
	int co = tile_start(int(gl_WorkGroupID.y), LANES * NV, CO);
	int ky = tap / KW, kx = tap % KW;
	Run ry = outputs_of_tap(ky, IH, OH, PAD_Y), rx = outputs_of_tap(kx, IW, OW, PAD_X);

	float s[TM * NV];
	[[unroll]] for (int i = 0; i < TM * NV; i++) s[i] = 0.0;

	int row = 0;
	for (; row + UK <= ROWS; row += UK)
		for (int oy = ry.from; oy < ry.to; oy++) {
			ptr(float) px = at(x, row * X_ROW + ((oy * STRIDE - PAD_Y + ky) * IW + rx.from * STRIDE - PAD_X + kx) * CI + ci);
			ptr(float) pdy = at(dy, row * Y_ROW + (oy * OW + rx.from) * CO + co);
			for (int ox = rx.from; ox < rx.to; ox++) {
				ADD_TERMS(UK)
				px += STRIDE * CI;
				pdy += CO;
			}
		}
	if (ROWS % UK != 0)
		for (; row < ROWS; row++)
			for (int oy = ry.from; oy < ry.to; oy++) {
				ptr(float) px = at(x, row * X_ROW + ((oy * STRIDE - PAD_Y + ky) * IW + rx.from * STRIDE - PAD_X + kx) * CI + ci);
				ptr(float) pdy = at(dy, row * Y_ROW + (oy * OW + rx.from) * CO + co);
				for (int ox = rx.from; ox < rx.to; ox++) {
					ADD_TERMS(1)
					px += STRIDE * CI;
					pdy += CO;
				}
			}

	ptr(float) pdw = at(dw, (tap * CI + ci) * CO + own_column(co, CO));
	[[unroll]] for (int v = 0; v < NV; v++)
		[[unroll]] for (int i = 0; i < TM; i++) ld(dw, pdw, i * CO + v * LANES) = s[i * NV + v];
}
