// Convolution of few input channels for CPU drivers: y = act(conv(x, w) + bias), NHWC.
//
//   x    : [ROWS,PH,PW,CI] f32 with its padding (pad_image.comp)
//   w    : [KH,KW,CI,CO] f32
//   bias : [CO] f32, read where ADD_BIAS
//   y    : [ROWS,OH,OW,CO] f32
//
// The tile is that of lanes.glsl: its rows are TM neighbouring pixels, lanes lie along CO, and a turn takes a whole filter.
// A last tile that would reach over the edge is moved back.
// Work-groups: x = ceil(ROWS*OH*ceil(OW/TM) / PER), y = ceil(CO/(Local*NV)). Needs TM <= OW, Local*NV <= CO.
// Order of accumulation: ky, kx, ci ascending.
// Gradients: conv_bwd_filter_thin.comp; of x, a product and col2im.comp. GPU twin: im2col.comp and a product.
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
layout(constant_id = 17) const int PER = 1;
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, y)
PUSH(A(float, x) A(float, w) A(float, bias) A(float, y))

const int ACROSS = (OW + TM - 1) / TM, TILES = ROWS * OH * ACROSS;

void main() {
	find_lane();
	int co = tile_start(int(gl_WorkGroupID.y), LANES * NV, CO);
	int tile = int(gl_WorkGroupID.x) * PER, end = min(tile + PER, TILES);
	float shift[NV];
	[[unroll]] for (int v = 0; v < NV; v++) shift[v] = ADD_BIAS ? el(bias, co + v * LANES + LANE) : 0.0;
	do {
		int ox = min(tile % ACROSS * TM, OW - TM), oy = tile / ACROSS % OH, row = tile / (ACROSS * OH);
		ptr(float) px = at(x, ((row * PADDED_H + oy * STRIDE) * PADDED_W + ox * STRIDE) * CI);
		ptr(float) pw = at(w, co);
		float s[TM * NV];
		[[unroll]] for (int i = 0; i < TM * NV; i++) s[i] = 0.0;
		[[unroll]] for (int ky = 0; ky < KH; ky++)
			[[unroll]] for (int k = 0; k < KW * CI; k++) {
				float b[NV];
				[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(b[v], w, pw, (ky * KW * CI + k) * CO + v * LANES) }
				[[unroll]] for (int i = 0; i < TM; i++) {
					float a = ld(x, px, (ky * PADDED_W + i * STRIDE) * CI + k);
					[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(a, b[v], s[i * NV + v]);
				}
			}
		ptr(float) py = at(y, ((row * OH + oy) * OW + ox) * CO + co + LANE);
		[[unroll]] for (int i = 0; i < TM; i++)
			[[unroll]] for (int v = 0; v < NV; v++) ld(y, py, i * CO + v * LANES) = activate(ACT, s[i * NV + v] + shift[v]);
	} while (++tile < end);
}
