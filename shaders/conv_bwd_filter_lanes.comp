// Filter gradient of a convolution for CPU drivers: dw = sum over batch and pixels of x times dy.
//
//   x  : [IH,IW,ROWS,CI] f32, packed in tiles of TM input channels (pack.comp, inner ROWS)
//   dy : [OH,OW,ROWS,CO] f32, packed in tiles of Local*NV output channels (likewise)
//   dw : [KH,KW,CI,CO] f32
//
// The tile is that of lanes.glsl: its rows are input channels, lanes lie along CO. A work-group makes the tile for all
// taps, from UK batch items at a time, whose part of x and dy then stays in its core's cache; between them the sums wait
// in dw. Batch items walk the pixels together, side by side, so padding is uniform.
// Work-groups: x = ceil(CI/TM), y = ceil(CO/(Local*NV)). Needs TM <= CI. A last tile that would reach over the edge is moved
// back and leaves the elements alone that are the tile's before it.
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
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, dy)
IO (2, float, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

const int WIDTH = LANES * NV;

// dw += the products of `rows` batch items, from `row` on.
#define ADD_ROWS(rows)                                                                                              \
	int tap = 0;                                                                                                    \
	do {                                                                                                            \
		int ky = tap / KW, kx = tap % KW;                                                                           \
		Run ry = outputs_of_tap(ky, IH, OH, PAD_Y), rx = outputs_of_tap(kx, IW, OW, PAD_X);                         \
		float s[TM * NV];                                                                                           \
		[[unroll]] for (int i = 0; i < TM; i++)                                                                     \
			[[unroll]] for (int v = 0; v < NV; v++)                                                                 \
				s[i * NV + v] = row == 0 ? 0.0 : el(dw, (tap * CI + ci + i) * CO + own[v]);                         \
		int oy = ry.from;                                                                                           \
		if (length(ry) > 0 && length(rx) > 0) do {                                                                  \
			int ox = rx.from;                                                                                       \
			do {                                                                                                    \
				int iy = clamp(oy * STRIDE - PAD_Y + ky, 0, IH - 1), ix = clamp(ox * STRIDE - PAD_X + kx, 0, IW - 1); \
				int pixel = min(oy, OH - 1) * OW + min(ox, OW - 1);                                                 \
				ptr(float) px = at(x, (((x_tile * IH + iy) * IW + ix) * ROWS + row) * TM);                          \
				ptr(float) pdy = at(dy, ((tile * OH * OW + pixel) * ROWS + row) * WIDTH);                           \
				[[unroll]] for (int u = 0; u < rows; u++) {                                                         \
					float b[NV];                                                                                    \
					[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(b[v], dy, pdy, u * WIDTH + v * LANES) }      \
					[[unroll]] for (int i = 0; i < TM; i++) {                                                       \
						float a = ld(x, px, u * TM + i);                                                            \
						[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]);        \
					}                                                                                               \
				}                                                                                                   \
				ox++;                                                                                               \
			} while (ox < rx.to);                                                                                   \
			oy++;                                                                                                   \
		} while (oy < ry.to);                                                                                       \
		[[unroll]] for (int i = 0; i < TM; i++)                                                                     \
			[[unroll]] for (int v = 0; v < NV; v++)                                                                 \
				if (ci + i >= new_ci && own[v] >= new_co) el(dw, (tap * CI + ci + i) * CO + own[v]) = s[i * NV + v]; \
		tap++;                                                                                                      \
	} while (tap < KH * KW);

void main() {
	find_lane();
	int x_tile = int(gl_WorkGroupID.x), tile = int(gl_WorkGroupID.y);
	int new_ci = x_tile * TM, new_co = tile * WIDTH;
	int ci = tile_start(x_tile, TM, CI);
	int own[NV];
	[[unroll]] for (int v = 0; v < NV; v++) own[v] = min(tile_start(tile, WIDTH, CO) + v * LANES + LANE, CO - 1);

	int row = 0;
	if (row + UK <= ROWS) do {
		ADD_ROWS(UK)
		row += UK;
	} while (row + UK <= ROWS);
	if (ROWS % UK != 0) do {
		ADD_ROWS(1)
		row++;
	} while (row < ROWS);
}
