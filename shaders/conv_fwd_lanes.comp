// Convolution for CPU drivers: y = act(conv(x, w) + bias), NHWC.
//
//   x    : [ROWS,IH,IW,CI] f32
//   w    : [KH,KW,CI,CO] f32, packed in tiles of Local*NV output channels (pack.comp)
//   bias : [CO] f32, read where ADD_BIAS
//   y    : [ROWS,OH,OW,CO] f32
//   partial : [GROUPS,tiles,OH,2,CO] f32, written where GROUPS is not 0: moments of what a work-group makes (moments.glsl)
//
// The tile is that of lanes.glsl: its rows are batch items at the same pixel, so padding is uniform; lanes lie along
// CO. The valid taps of a filter row, and their channels, are one contiguous run of terms, UK at a time.
// Work-groups: x = OH, of OW pixels one after the other, y = tiles = ceil(ROWS/TM) of each group, z = ceil(CO/(Local*NV)).
// Needs TM <= ROWS of a group, UK dividing CI.
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
layout(constant_id = 16) const int NV = 1;
layout(constant_id = 17) const int UK = 1;
layout(constant_id = 18) const int GROUPS = 0;
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, y)
OUT(4, float, partial)
PUSH(A(float, x) A(float, w) A(float, bias) A(float, y) A(float, partial))
#include "moments.glsl"

const int WIDTH = LANES * NV;

void main() {
	find_lane();
	int oy = int(gl_WorkGroupID.x);
	Rows rows = rows_of(int(gl_WorkGroupID.y), GROUPS > 1 ? ROWS / GROUPS : ROWS, TM);
	int row = rows.first;
	int tile = int(gl_WorkGroupID.z), co = tile_start(tile, WIDTH, CO);
	Run ty = taps_of_output(oy, IH, KH, PAD_Y);
	Moments moments[NV];
	[[unroll]] for (int v = 0; v < NV; v++) moments[v] = moments_from(0.0);

	int ox = 0;
	do {
		Run tx = taps_of_output(ox, IW, KW, PAD_X);
		int terms = length(tx) * CI;

		float s[TM * NV];
		[[unroll]] for (int i = 0; i < TM * NV; i++) s[i] = 0.0;

		int ky = ty.from;
		if (ky < ty.to && terms > 0) do {
			int iy = clamp(oy * STRIDE - PAD_Y + ky, 0, IH - 1), ix = clamp(ox * STRIDE - PAD_X + tx.from, 0, IW - 1);
			int first_x = row * X_ROW + (iy * IW + ix) * CI;
			int first_w = ((tile * KH + ky) * KW + tx.from) * CI;
			int k = 0;
			do {
				ptr(float) px = at(x, first_x + k);
				ptr(float) pw = at(w, (first_w + k) * WIDTH);
				[[unroll]] for (int u = 0; u < UK; u++) {
					float b[NV];
					[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(b[v], w, pw, u * WIDTH + v * LANES) }
					[[unroll]] for (int i = 0; i < TM; i++) {
						float a = ld(x, px, i * X_ROW + u);
						[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]);
					}
				}
				k += UK;
			} while (k < terms);
			ky++;
		} while (ky < ty.to);

		[[unroll]] for (int v = 0; v < NV; v++) {
			int own = min(co + v * LANES + LANE, CO - 1);
			float shift = ADD_BIAS ? el(bias, own) : 0.0;
			ptr(float) py = at(y, row * Y_ROW + (oy * OW + ox) * CO + own);
			if (ox == 0) moments[v].origin = activate(ACT, s[(TM - 1) * NV + v] + shift);
			[[unroll]] for (int i = 0; i < TM; i++) {
				float z = activate(ACT, s[i * NV + v] + shift);
				ld(y, py, i * Y_ROW) = z;
				take(moments[v], i < rows.again ? moments[v].origin : z);
			}
		}
	} while (++ox < OW);
	if (GROUPS > 0)
		[[unroll]] for (int v = 0; v < NV; v++)
			put_moments(int(gl_WorkGroupID.y * gl_NumWorkGroups.x) + oy, CO, min(co + v * LANES + LANE, CO - 1), moments[v], (TM - rows.again) * OW);
}
