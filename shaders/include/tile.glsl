// A tiled matrix product through shared memory, for GPUs. The kernel that includes this at its end has defined
//
//   float load_a(int m, int k)             element of the left matrix; 0 outside
//   float load_b(int k, int n)             element of the right matrix; 0 outside
//   void store(int m, int n, float sum)    takes an element of the product; called inside the bounds only
//
// and calls multiply(M, N, k0, k1) from main. A work-group makes a BM x BN tile, an invocation 4 x 4 elements of it;
// Local = BM/4 * BN/4. Work-groups: x = ceil(M/BM), y = ceil(N/BN).
// Order of accumulation: k ascending, one sum per element.
#ifndef TILE_GLSL
#define TILE_GLSL

const int EDGE = 4;             // of an invocation's square
const int A_ROW = BM + 4;       // padded, against bank conflicts
const int B_ROW = BN + 4;

shared float tile_a[BK * A_ROW];
shared float tile_b[BK * B_ROW];

void multiply(int M, int N, int k0, int k1) {
	int lane = int(gl_LocalInvocationID.x), lanes = int(gl_WorkGroupSize.x);
	int m0 = int(gl_WorkGroupID.x) * BM, n0 = int(gl_WorkGroupID.y) * BN;
	int tm = lane / (BN / EDGE) * EDGE, tn = lane % (BN / EDGE) * EDGE;

	float s[EDGE][EDGE];
	for (int i = 0; i < EDGE; i++)
		for (int j = 0; j < EDGE; j++) s[i][j] = 0.0;

	for (int k = k0; k < k1; k += BK) {
		for (int i = lane; i < BM * BK; i += lanes) {
			int m = A_K_FAST ? i / BK : i % BM, u = A_K_FAST ? i % BK : i / BM;
			tile_a[u * A_ROW + m] = k + u < k1 && m0 + m < M ? load_a(m0 + m, k + u) : 0.0;
		}
		for (int i = lane; i < BN * BK; i += lanes) {
			int n = B_K_FAST ? i / BK : i % BN, u = B_K_FAST ? i % BK : i / BN;
			tile_b[u * B_ROW + n] = k + u < k1 && n0 + n < N ? load_b(k + u, n0 + n) : 0.0;
		}
		barrier();
		for (int u = 0; u < BK; u++) {
			float va[EDGE], vb[EDGE];
			[[unroll]] for (int i = 0; i < EDGE; i++) va[i] = tile_a[u * A_ROW + tm + i];
			[[unroll]] for (int j = 0; j < EDGE; j++) vb[j] = tile_b[u * B_ROW + tn + j];
			[[unroll]] for (int i = 0; i < EDGE; i++)
				[[unroll]] for (int j = 0; j < EDGE; j++) s[i][j] = fma(va[i], vb[j], s[i][j]);
		}
		barrier();
	}

	for (int i = 0; i < EDGE; i++)
		for (int j = 0; j < EDGE; j++)
			if (m0 + tm + i < M && n0 + tn + j < N) store(m0 + tm + i, n0 + tn + j, s[i][j]);
}

#endif
