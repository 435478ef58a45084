// Filter gradient of a convolution for CPU drivers: dw = sum over batch and pixels of x times dy.
//
//   x  : [IH,IW,ROWS,CI] f32, packed in tiles of TM input channels (pack.comp, inner ROWS)
//   dy : [OH,OW,ROWS,CO] f32, packed in tiles of Local*NV output channels (likewise)
//   dw : [KH,KW,CI,CO] f32
//
// The tile is that of lanes.glsl: its rows are input channels, lanes lie along CO. A work-group makes the tile for all
// taps, from UK batch items at a time, whose part of x and dy then stays in its core's cache; between them the sums wait
// in dw. Batch items walk the pixels together, side by side, so padding is uniform.
// Work-groups: x = ceil(CI/TM), y = ceil(CO/(Local*NV)). Needs TM <= CI. A last tile that would reach over the edge is moved back and leaves the elements alone that are the
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
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, dy)
IO (2, float, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

const int WIDTH = LANES * NV;

// dw += the products of `rows` batch items, from `row` on.
// Pointers are made in the innermost loop, from integers: lavapipe runs a loop's body once without any lane where there
// is no iteration, as for a tap that meets no pixel, and loads all the same; a pointer carried over would be null there.
#define ADD_ROWS(rows)                                                                                     \
	for (int tap = 0; tap < KH * KW; tap++) {                                                              \
		int ky = tap / KW, kx = tap % KW;                                                                  \
		Run ry = outputs_of_tap(ky, IH, OH, PAD_Y), rx = outputs_of_tap(kx, IW, OW, PAD_X);                \
		float s[TM * NV];                                                                                  \
		[[unroll]] for (int i = 0; i < TM; i++)                                                            \
			[[unroll]] for (int v = 0; v < NV; v++)                                                        \
				s[i * NV + v] = row == 0 ? 0.0 : el(dw, (tap * CI + ci + i) * CO + own[v]);                \
		for (int oy = ry.from; oy < ry.to; oy++) {                                                         \
			int iy = oy * STRIDE - PAD_Y + ky, ix = rx.from * STRIDE - PAD_X + kx;                         \
			int from_x = (((x_tile * IH + iy) * IW + ix) * ROWS + row) * TM;                               \
			int from_dy = (((tile * OH + oy) * OW + rx.from) * ROWS + row) * WIDTH;                        \
			for (int ox = rx.from; ox < rx.to; ox++) {                                                     \
				ptr(float) px = at(x, from_x);                                                             \
				ptr(float) pdy = at(dy, from_dy);                                                          \
				[[unroll]] for (int u = 0; u < rows; u++) {                                                \
					float b[NV];                                                                           \
					[[unroll]] for (int v = 0; v < NV; v++)                                                \
						{ LOAD_RUN(b[v], dy, pdy, u * WIDTH + v * LANES) }                                 \
					[[unroll]] for (int i = 0; i < TM; i++) {                                              \
						float a = ld(x, px, u * TM + i);                                                    \
						[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]); \
					}                                                                                      \
				}                                                                                          \
				from_x += STRIDE * ROWS * TM;                                                              \
				from_dy += ROWS * WIDTH;                                                                   \
			}                                                                                              \
		}                                                                                                  \
		[[unroll]] for (int i = 0; i < TM; i++)                                                            \
			[[unroll]] for (int v = 0; v < NV; v++)                                                        \
				if (ci + i >= new_ci && own[v] >= new_co) el(dw, (tap * CI + ci + i) * CO + own[v]) = s[i * NV + v]; \
	}

void main() {
	int x_tile = int(gl_WorkGroupID.x), tile = int(gl_WorkGroupID.y);
	int new_ci = x_tile * TM, new_co = tile * WIDTH;
	int ci = tile_start(x_tile, TM, CI);
	int own[NV];
	[[unroll]] for (int v = 0; v < NV; v++) own[v] = min(tile_start(tile, WIDTH, CO) + v * LANES + LANE, CO - 1);

	int row = 0;
	for (; row + UK <= ROWS; row += UK) ADD_ROWS(UK)
	if (ROWS % UK != 0)
		for (; row < ROWS; row++) ADD_ROWS(1)
}
