// Filter gradient of a convolution for CPU drivers: dw = sum over batch and pixels of x times dy.
//
//   x  : [ROWS,IH,IW,CI] f32
//   dy : [ROWS,OH,OW,CO] f32
//   dw : [KH,KW,CI,CO] f32
//
// The tile is that of lanes.glsl: its rows are input channels, lanes lie along CO. A work-group makes the tile for all
// taps, from UK batch items at a time, whose part of x and dy then stays in its core's cache; between them the sums wait
// in dw. Batch items walk the pixels together, so padding is uniform.
// Work-groups: x = ceil(CI/TM), y = ceil(CO/(Local*NV)). Needs TM <= CI and Local*NV <= CO; NARROW, with NV 1, takes any
// CO up to Local. A last tile that would reach over the edge is moved back and leaves the elements alone that are the
// tile's before it.
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
IO (2, float, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

// dw += the products of `rows` batch items, from `row` on.
#define ADD_ROWS(rows)                                                                                     \
	for (int tap = 0; tap < KH * KW; tap++) {                                                              \
		int ky = tap / KW, kx = tap % KW;                                                                  \
		Run ry = outputs_of_tap(ky, IH, OH, PAD_Y), rx = outputs_of_tap(kx, IW, OW, PAD_X);                \
		ptr(float) pdw = at(dw, (tap * CI + ci) * CO + own);                                               \
		float s[TM * NV];                                                                                  \
		[[unroll]] for (int i = 0; i < TM; i++)                                                            \
			[[unroll]] for (int v = 0; v < NV; v++)                                                        \
				s[i * NV + v] = row == 0 ? 0.0 : ld(dw, pdw, i * CO + v * LANES);                          \
		for (int oy = ry.from; oy < ry.to; oy++) {                                                         \
			int iy = oy * STRIDE - PAD_Y + ky, ix = rx.from * STRIDE - PAD_X + kx;                         \
			ptr(float) px = at(x, row * X_ROW + (iy * IW + ix) * CI + ci);                                 \
			ptr(float) pdy = at(dy, row * Y_ROW + (oy * OW + rx.from) * CO + co);                          \
			for (int ox = rx.from; ox < rx.to; ox++) {                                                     \
				[[unroll]] for (int u = 0; u < rows; u++) {                                                \
					float b[NV];                                                                           \
					[[unroll]] for (int v = 0; v < NV; v++)                                                \
						LOAD_RUN(b[v], dy, pdy, u * Y_ROW + v * LANES, CO)                                 \
					[[unroll]] for (int i = 0; i < TM; i++) {                                              \
						float a = ld(x, px, u * X_ROW + i);                                                \
						[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]); \
					}                                                                                      \
				}                                                                                          \
				px += STRIDE * CI;                                                                         \
				pdy += CO;                                                                                 \
			}                                                                                              \
		}                                                                                                  \
		[[unroll]] for (int i = 0; i < TM; i++)                                                            \
			[[unroll]] for (int v = 0; v < NV; v++)                                                        \
				if (ci + i >= new_ci && own + v * LANES >= new_co) ld(dw, pdw, i * CO + v * LANES) = s[i * NV + v]; \
	}

void main() {
	int new_ci = int(gl_WorkGroupID.x) * TM, new_co = int(gl_WorkGroupID.y) * LANES * NV;
	int ci = min(new_ci, CI - TM);
	int co = tile_start(int(gl_WorkGroupID.y), LANES * NV, CO);
	int own = own_column(co, CO);

	int row = 0;
	for (; row + UK <= ROWS; row += UK) ADD_ROWS(UK)
	if (ROWS % UK != 0)
		for (; row < ROWS; row++) ADD_ROWS(1)
}
