// A tiled matrix product by cooperative matrices, for GPUs: operands are rounded to fp16 on their way into shared memory,
// products of two of them are exact, and sums are fp32. The kernel that includes this at its end has defined A_K_FAST and
// B_K_FAST, constants that say whether terms lie side by side in memory, and
//
//   float load_a(int m, int k)             element of the left matrix; called inside the bounds only
//   float load_b(int k, int n)             element of the right matrix; called inside the bounds only
//   void store(int m, int n, float sum)    takes an element of the product; called inside the bounds only
//
// and calls multiply(M, N, terms, split) from main. CM x CN x CK is a shape that the device lists. A work-group has WM x WN
// subgroups; each makes FM x FN matrices of CM x CN, so that a work-group's tile is BM x BN = WM*FM*CM x WN*FN*CN. It takes
// BK terms at a time, a multiple of CK. The terms are cut into SPLITS runs of a multiple of BK, each with a result of its own.
// Local = WM*WN subgroups; half of BM, of BN and of BK divides it.
// Work-groups: x = ceil(M/BM), y = ceil(N/BN).
//
// SCALE_A and SCALE_B are powers of two that operands are multiplied by before they are rounded, and sums divided by: the
// smallest fp16 is 2^-24, and gradients are smaller.
//
// Order of accumulation: CK terms at a time, k ascending, one sum per element and split; within CK terms the device's own, the same
// in every run.
#ifndef COOP_GLSL
#define COOP_GLSL

#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require

const int LOCAL = int(gl_WorkGroupSize.x);
const int BM = WM * FM * CM, BN = WN * FN * CN;

// Tiles lie as in memory, in pairs: [BM,BK] where terms are side by side, else [BK,BM]; likewise [BN,BK] or [BK,BN]. Rows
// are padded, against bank conflicts.
const int PAD = 4; // pairs
const int A_WIDTH = (A_K_FAST ? BK : BM) / 2, A_ROW = A_WIDTH + PAD;
const int B_WIDTH = (B_K_FAST ? BK : BN) / 2, B_ROW = B_WIDTH + PAD;
const int A_STEP = LOCAL / A_WIDTH, A_TURNS = (A_K_FAST ? BM : BK) / A_STEP; // rows that a work-group moves at a time
const int B_STEP = LOCAL / B_WIDTH, B_TURNS = (B_K_FAST ? BN : BK) / B_STEP;

shared f16vec2 tile_a[(A_K_FAST ? BM : BK) * A_ROW];
shared f16vec2 tile_b[(B_K_FAST ? BN : BK) * B_ROW];
shared float tile_c[WM * WN * CM * CN]; // a matrix of each subgroup, on its way out

float left(int m, int k, int M, int k1) { return m < M && k < k1 ? load_a(m, k) : 0.0; }
float right(int k, int n, int N, int k1) { return n < N && k < k1 ? load_b(k, n) : 0.0; }

// multiply makes the tile of an M x N product from a split's run of the terms.
void multiply(int M, int N, int terms, int split) {
	int run = ((terms + SPLITS - 1) / SPLITS + BK - 1) / BK * BK;
	int k0 = split * run, k1 = min(k0 + run, terms);
	int lane = int(gl_LocalInvocationID.x), group = int(gl_SubgroupID);
	int m0 = int(gl_WorkGroupID.x) * BM, n0 = int(gl_WorkGroupID.y) * BN;
	int wm = group / WN * FM * CM, wn = group % WN * FN * CN; // the subgroup's part of the tile
	int a_row = lane / A_WIDTH, a_pair = lane % A_WIDTH, b_row = lane / B_WIDTH, b_pair = lane % B_WIDTH;

	coopmat<float, gl_ScopeSubgroup, CM, CN, gl_MatrixUseAccumulator> s[FM * FN];
	[[unroll]] for (int i = 0; i < FM * FN; i++) s[i] = coopmat<float, gl_ScopeSubgroup, CM, CN, gl_MatrixUseAccumulator>(0.0);

	// The next chunk is on its way into registers while this one is multiplied.
	vec2 next_a[A_TURNS], next_b[B_TURNS];
	for (int k = k0 - BK; k < k1; k += BK) {
		if (k >= k0) {
			barrier();
			[[unroll]] for (int i = 0; i < A_TURNS; i++) tile_a[(a_row + i * A_STEP) * A_ROW + a_pair] = f16vec2(SCALE_A * next_a[i]);
			[[unroll]] for (int i = 0; i < B_TURNS; i++) tile_b[(b_row + i * B_STEP) * B_ROW + b_pair] = f16vec2(SCALE_B * next_b[i]);
			barrier();
		}
		if (k + BK < k1) {
			[[unroll]] for (int i = 0; i < A_TURNS; i++) {
				int row = a_row + i * A_STEP, m = m0 + (A_K_FAST ? row : 2 * a_pair), u = k + BK + (A_K_FAST ? 2 * a_pair : row);
				next_a[i] = vec2(left(m, u, M, k1), A_K_FAST ? left(m, u + 1, M, k1) : left(m + 1, u, M, k1));
			}
			[[unroll]] for (int i = 0; i < B_TURNS; i++) {
				int row = b_row + i * B_STEP, n = n0 + (B_K_FAST ? row : 2 * b_pair), u = k + BK + (B_K_FAST ? 2 * b_pair : row);
				next_b[i] = vec2(right(u, n, N, k1), B_K_FAST ? right(u + 1, n, N, k1) : right(u, n + 1, N, k1));
			}
		}
		if (k < k0) continue;
		[[unroll]] for (int u = 0; u < BK; u += CK) {
			coopmat<float16_t, gl_ScopeSubgroup, CM, CK, gl_MatrixUseA> a[FM];
			[[unroll]] for (int i = 0; i < FM; i++) {
				int m = wm + i * CM;
				if (A_K_FAST) coopMatLoad(a[i], tile_a, m * A_ROW + u / 2, A_ROW, gl_CooperativeMatrixLayoutRowMajor);
				else coopMatLoad(a[i], tile_a, u * A_ROW + m / 2, A_ROW, gl_CooperativeMatrixLayoutColumnMajor);
			}
			[[unroll]] for (int j = 0; j < FN; j++) {
				coopmat<float16_t, gl_ScopeSubgroup, CK, CN, gl_MatrixUseB> b;
				int n = wn + j * CN;
				if (B_K_FAST) coopMatLoad(b, tile_b, n * B_ROW + u / 2, B_ROW, gl_CooperativeMatrixLayoutColumnMajor);
				else coopMatLoad(b, tile_b, u * B_ROW + n / 2, B_ROW, gl_CooperativeMatrixLayoutRowMajor);
				[[unroll]] for (int i = 0; i < FM; i++) s[i * FN + j] = coopMatMulAdd(a[i], b, s[i * FN + j]);
			}
		}
	}

	int at = group * CM * CN;
	[[unroll]] for (int i = 0; i < FM; i++) {
		[[unroll]] for (int j = 0; j < FN; j++) {
			coopMatStore(s[i * FN + j], tile_c, at, CN, gl_CooperativeMatrixLayoutRowMajor);
			barrier();
			for (int e = int(gl_SubgroupInvocationID); e < CM * CN; e += int(gl_SubgroupSize)) {
				int m = m0 + wm + i * CM + e / CN, n = n0 + wn + j * CN + e % CN;
				if (m < M && n < N) store(m, n, tile_c[at + e] * (1.0 / (SCALE_A * SCALE_B)));
			}
			barrier();
		}
	}
}

#endif
