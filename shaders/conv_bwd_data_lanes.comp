// Data gradient of a convolution for CPU drivers, which is also the transposed convolution: dx = act(deconv(dy, w) + bias).
//
//   dy   : [ROWS,OH,OW,CO] f32
//   w    : [KH,KW,CI,CO] f32, packed in tiles of Local*NV input channels (pack.comp, TRANS)
//   bias : [CI] f32, read where ADD_BIAS (a transposed convolution's)
//   dx   : [ROWS,IH,IW,CI] f32
//   partial : [GROUPS,tiles,IH,2,CI] f32, written where GROUPS is not 0: moments of what a work-group makes (moments.glsl)
//
// The tile is that of lanes.glsl: its rows are batch items at the same pixel, so padding and the phase of the stride
// are uniform; lanes lie along CI. The loop visits the taps that reach the pixel, UK output channels at a time.
// Work-groups: x = IH, of IW pixels one after the other, y = tiles = ceil(ROWS/TM) of each group, z = ceil(CI/(Local*NV)).
// Needs TM <= ROWS of a group, UK dividing CO.
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
layout(constant_id = 16) const int NV = 1;
layout(constant_id = 17) const int UK = 1;
layout(constant_id = 18) const int GROUPS = 0;
#include "lanes.glsl"

IN(0, float, dy)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, dx)
OUT(4, float, partial)
PUSH(A(float, dy) A(float, w) A(float, bias) A(float, dx) A(float, partial))
#include "moments.glsl"

const int WIDTH = LANES * NV;

void main() {
	find_lane();
	int iy = int(gl_WorkGroupID.x);
	Rows rows = rows_of(int(gl_WorkGroupID.y), GROUPS > 1 ? ROWS / GROUPS : ROWS, TM);
	int row = rows.first;
	int tile = int(gl_WorkGroupID.z), ci = tile_start(tile, WIDTH, CI);
	Phase py = taps_of_input(iy, OH, KH, PAD_Y);
	Moments moments[NV];
	[[unroll]] for (int v = 0; v < NV; v++) moments[v] = moments_from(0.0);

	int ix = 0;
	do {
		Phase px = taps_of_input(ix, OW, KW, PAD_X);

		float s[TM * NV];
		[[unroll]] for (int i = 0; i < TM * NV; i++) s[i] = 0.0;

		int jy = py.j.from;
		if (length(py.j) > 0 && length(px.j) > 0) do {
			int jx = px.j.from;
			do {
				int oy = clamp(py.last - jy, 0, OH - 1), ox = clamp(px.last - jx, 0, OW - 1);
				int ky = min(py.first + STRIDE * jy, KH - 1), kx = min(px.first + STRIDE * jx, KW - 1);
				int first_dy = row * Y_ROW + (oy * OW + ox) * CO;
				int first_w = ((tile * KH + ky) * KW + kx) * CO;
				int k = 0;
				do {
					ptr(float) pdy = at(dy, first_dy + k);
					ptr(float) pw = at(w, (first_w + k) * WIDTH);
					[[unroll]] for (int u = 0; u < UK; u++) {
						float b[NV];
						[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(b[v], w, pw, u * WIDTH + v * LANES) }
						[[unroll]] for (int i = 0; i < TM; i++) {
							float a = ld(dy, pdy, i * Y_ROW + u);
							[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]);
						}
					}
					k += UK;
				} while (k < CO);
				jx++;
			} while (jx < px.j.to);
			jy++;
		} while (jy < py.j.to);

		[[unroll]] for (int v = 0; v < NV; v++) {
			int own = min(ci + v * LANES + LANE, CI - 1);
			float shift = ADD_BIAS ? el(bias, own) : 0.0;
			ptr(float) pdx = at(dx, row * X_ROW + (iy * IW + ix) * CI + own);
			if (ix == 0) moments[v].origin = activate(ACT, s[(TM - 1) * NV + v] + shift);
			[[unroll]] for (int i = 0; i < TM; i++) {
				float z = activate(ACT, s[i * NV + v] + shift);
				ld(dx, pdx, i * X_ROW) = z;
				take(moments[v], i < rows.again ? moments[v].origin : z);
			}
		}
	} while (++ix < IW);
	if (GROUPS > 0)
		[[unroll]] for (int v = 0; v < NV; v++)
			put_moments(int(gl_WorkGroupID.y * gl_NumWorkGroups.x) + iy, CI, min(ci + v * LANES + LANE, CI - 1), moments[v], (TM - rows.again) * IW);
}
