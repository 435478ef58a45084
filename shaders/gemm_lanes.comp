// Matrix product for CPU drivers: c = act(op(a) b + bias + e).
//
//   a    : [M,K] f32, or [K,M] where TRANS_A; where PACKED_A packed in tiles of TM rows (pack.comp)
//   b    : [K,N] f32, packed in tiles of Local*NV columns (pack.comp)
//   bias : [N] f32, read where ADD_BIAS
//   e    : as c, read where ADD_E; another buffer than c
//   c    : [SPLITS,M,N] f32, or [SPLITS,N,M] where TRANS_C
//   partial : [GROUPS,tiles,2,N] f32, written where GROUPS is not 0: moments of c's columns in each tile (moments.glsl)
//
// The tile is that of lanes.glsl: rows along M, lanes along N. No shared memory, no masks: a last tile that would reach
// over the edge is moved back and computes some elements a second time, to the same bits. GROUPS: M is so many groups of
// rows, and a tile's are all of one; then neither TRANS_C nor PACKED_A, and one split.
// Work-groups: x = ceil(tiles / BLOCKS), tiles = ceil(M/TM) of each group, y = ceil(N/(Local*NV)), z = BLOCKS*SPLITS. BLOCKS:
// a block of rows meets all columns before the next does, out of a cache. SPLITS: K in so many runs, partial sums apart; then
// sum_partials. Needs TM <= M, of a group.
// Order of accumulation: k ascending, one sum per element and split.
// Gradients: the same kernel, transposed. GPU twin: gemm_tiled.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int M = 1;
layout(constant_id = 2) const int N = 1;
layout(constant_id = 3) const int K = 1;
layout(constant_id = 4) const bool TRANS_A = false;
layout(constant_id = 5) const bool TRANS_C = false;
layout(constant_id = 6) const bool ADD_BIAS = false;
layout(constant_id = 7) const bool ADD_E = false;
layout(constant_id = 8) const int ACT = 0;
layout(constant_id = 9) const int SPLITS = 1;
layout(constant_id = 10) const int TM = 1;
layout(constant_id = 11) const int NV = 1;
layout(constant_id = 12) const int UK = 1;
layout(constant_id = 13) const bool PACKED_A = false;
layout(constant_id = 14) const int BLOCKS = 1;
layout(constant_id = 15) const int GROUPS = 0;
#include "lanes.glsl"

IN(0, float, a)
IN(1, float, b)
IN(2, float, bias)
IN(3, float, e)
OUT(4, float, c)
OUT(5, float, partial)
PUSH(A(float, a) A(float, b) A(float, bias) A(float, e) A(float, c) A(float, partial))
#include "moments.glsl"

const int AM = PACKED_A || TRANS_A ? 1 : K, AK = PACKED_A ? TM : TRANS_A ? M : 1; // strides of a
const int CM = TRANS_C ? 1 : N, CN = TRANS_C ? M : 1; // strides of c
const int WIDTH = LANES * NV;
const int RUN = (K + SPLITS - 1) / SPLITS;
const int GROUP = GROUPS > 1 ? M / GROUPS : M, TILES = M / GROUP * ((GROUP + TM - 1) / TM);

void main() {
	find_lane();
	int block = int(gl_WorkGroupID.z) / SPLITS, split = int(gl_WorkGroupID.z) % SPLITS;
	int row = min(block * int(gl_NumWorkGroups.x) + int(gl_WorkGroupID.x), TILES - 1);
	Rows rows = rows_of(row, GROUP, TM);
	int m = rows.first;
	int first = PACKED_A ? row * (K * TM) : m * AM; // of a
	int tile = int(gl_WorkGroupID.y), n = tile_start(tile, WIDTH, N);
	int k0 = split * RUN;
	int k1 = min(k0 + RUN, K);

	float s[TM * NV];
	[[unroll]] for (int i = 0; i < TM * NV; i++) s[i] = 0.0;

	int k = k0;
	if (k + UK <= k1) do {
		ptr(float) pa = at(a, first + k * AK);
		ptr(float) pb = at(b, (tile * K + k) * WIDTH);
		[[unroll]] for (int u = 0; u < UK; u++) {
			float y[NV];
			[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(y[v], b, pb, u * WIDTH + v * LANES) }
			[[unroll]] for (int i = 0; i < TM; i++) {
				float x = ld(a, pa, i * AM + u * AK);
				[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(x, y[v], s[i * NV + v]);
			}
		}
		k += UK;
	} while (k + UK <= k1);
	if (RUN % UK != 0 || K % RUN != 0)
		if (k < k1) do {
			ptr(float) pa = at(a, first + k * AK);
			ptr(float) pb = at(b, (tile * K + k) * WIDTH);
			float y[NV];
			[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(y[v], b, pb, v * LANES) }
			[[unroll]] for (int i = 0; i < TM; i++) {
				float x = ld(a, pa, i * AM);
				[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(x, y[v], s[i * NV + v]);
			}
			k++;
		} while (k < k1);

	int plane = split * (M * N);
	[[unroll]] for (int v = 0; v < NV; v++) {
		int own = min(n + v * LANES + LANE, N - 1);
		float shift = ADD_BIAS ? el(bias, own) : 0.0;
		ptr(float) pe = at(e, m * CM + own * CN);
		ptr(float) p = at(c, plane + m * CM + own * CN);
		Moments moments = moments_from(activate(ACT, s[(TM - 1) * NV + v] + shift));
		[[unroll]] for (int i = 0; i < TM; i++) {
			float z = s[i * NV + v] + shift;
			if (ADD_E) z += ld(e, pe, i * CM);
			z = activate(ACT, z);
			ld(c, p, i * CM) = z;
			take(moments, i < rows.again ? moments.origin : z);
		}
		if (GROUPS > 0) put_moments(row, N, own, moments, TM - rows.again);
	}
}
