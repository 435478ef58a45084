// The filter's gradient of a convolution of few input channels, for CPU drivers: dw[ky,kx,ci,co] = sum of
// x[.., oy*STRIDE + ky, ox*STRIDE + kx, ci] dy[.., oy, ox, co] over batch and pixels.
//
//   x       : [ROWS,PH,PW,CI] f32 with its padding (pad_image.comp)
//   dy      : [ROWS,OH,OW,CO] f32
//   partial : [chunks,KH,KW,CI,CO] f32; with one chunk, dw itself
//
// An invocation keeps TK rows of the filter times NV runs of channels in registers; lanes lie along CO, and a turn takes UK
// neighbouring pixels. A chunk is PER runs of UK pixels. TK rows that would reach over the filter's last are moved back.
// Work-groups: x = chunks = ceil(ROWS*OH*OW/UK / PER), y = ceil(CO/(Local*NV)), z = ceil(KH/TK). Needs UK dividing OW,
// Local*NV <= CO, TK <= KH.
// Order of accumulation: rows, oy, ox ascending; then the chunks (sum_partials.comp).
// Forward: conv_fwd_thin.comp. GPU twin: im2col.comp and a product.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const int TK = 1;
layout(constant_id = 14) const int NV = 1;
layout(constant_id = 15) const int UK = 1;
layout(constant_id = 16) const int PER = 1;
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, dy)
OUT(2, float, partial)
PUSH(A(float, x) A(float, dy) A(float, partial))

const int ACROSS = OW / UK, TURNS = ROWS * OH * ACROSS;
const int TAPS = KW * CI; // of a row of the filter

void main() {
	find_lane();
	int co = tile_start(int(gl_WorkGroupID.y), LANES * NV, CO), ky = min(int(gl_WorkGroupID.z) * TK, KH - TK);
	int turn = int(gl_WorkGroupID.x) * PER, end = min(turn + PER, TURNS);
	float s[TK * TAPS * NV];
	[[unroll]] for (int i = 0; i < TK * TAPS * NV; i++) s[i] = 0.0;
	do {
		int ox = turn % ACROSS * UK, oy = turn / ACROSS % OH, row = turn / (ACROSS * OH);
		ptr(float) px = at(x, ((row * PADDED_H + oy * STRIDE + ky) * PADDED_W + ox * STRIDE) * CI);
		ptr(float) pdy = at(dy, ((row * OH + oy) * OW + ox) * CO + co);
		[[unroll]] for (int u = 0; u < UK; u++) {
			float b[NV];
			[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(b[v], dy, pdy, u * CO + v * LANES) }
			[[unroll]] for (int t = 0; t < TK; t++)
				[[unroll]] for (int k = 0; k < TAPS; k++) {
					float a = ld(x, px, (t * PADDED_W + u * STRIDE) * CI + k);
					[[unroll]] for (int v = 0; v < NV; v++) s[(t * TAPS + k) * NV + v] = fma(a, b[v], s[(t * TAPS + k) * NV + v]);
				}
		}
	} while (++turn < end);
	ptr(float) p = at(partial, (int(gl_WorkGroupID.x) * KH + ky) * TAPS * CO + co + LANE);
	[[unroll]] for (int t = 0; t < TK * TAPS; t++)
		[[unroll]] for (int v = 0; v < NV; v++) ld(partial, p, t * CO + v * LANES) = s[t * NV + v];
}
