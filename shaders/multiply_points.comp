// The products at Winograd's points (winograd.glsl), for CPU drivers: c = a b at each.
//
//   a : [POINTS,M,K] f32 with the strides PLANE, ROW and, for every CHUNK_TERMS terms, CHUNK; or [POINTS,K,M] where TRANS_A,
//       with the strides PLANE and ROW
//   b : [N/WIDTH,POINTS,TERMS,WIDTH] f32, WIDTH = Local*NV: the first K terms are b's
//   c : [POINTS,M|1,N] f32, of which the first M rows of each plane are written
//
// The tile is that of lanes.glsl: rows along M, lanes along N. A last tile of rows that would reach over the edge is moved
// back and computes some elements a second time, to the same bits.
// Work-groups: x = ceil(M/TM), y = N/WIDTH, z = POINTS. Needs TM <= M; UK or CHUNK_TERMS dividing the other.
// Order of accumulation: k ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int M = 1;
layout(constant_id = 2) const int N = 1;
layout(constant_id = 3) const int K = 1;
layout(constant_id = 4) const bool TRANS_A = false;
layout(constant_id = 5) const int PLANE = 1;
layout(constant_id = 6) const int ROW = 1;
layout(constant_id = 7) const int CHUNK = 1;
layout(constant_id = 8) const int CHUNK_TERMS = 1;
layout(constant_id = 9) const int TERMS = 1;
layout(constant_id = 10) const int TM = 1;
layout(constant_id = 11) const int NV = 1;
layout(constant_id = 12) const int UK = 1;
#include "lanes.glsl"

IN(0, float, a)
IN(1, float, b)
OUT(2, float, c)
PUSH(A(float, a) A(float, b) A(float, c))

const int WIDTH = LANES * NV;

// Where term k of a row of a lies behind its first.
int term(int k) { return TRANS_A ? k * ROW : k / CHUNK_TERMS * CHUNK + k % CHUNK_TERMS; }

// s += the next `terms` terms' products.
#define ADD_TERMS(terms)                                                                             \
	ptr(float) pa = at(a, plane * PLANE + m * AM + term(k));                                         \
	ptr(float) pb = at(b, ((tile * int(gl_NumWorkGroups.z) + plane) * TERMS + k) * WIDTH);           \
	[[unroll]] for (int u = 0; u < terms; u++) {                                                     \
		float y[NV];                                                                                 \
		[[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(y[v], b, pb, u * WIDTH + v * LANES) }     \
		[[unroll]] for (int i = 0; i < TM; i++) {                                                    \
			float x = ld(a, pa, i * AM + term(u));                                                   \
			[[unroll]] for (int v = 0; v < NV; v++) s[i * NV + v] = fma(x, y[v], s[i * NV + v]);     \
		}                                                                                            \
	}

const int AM = TRANS_A ? 1 : ROW;

void main() {
	find_lane();
	int m = min(int(gl_WorkGroupID.x) * TM, M - TM);
	int tile = int(gl_WorkGroupID.y), plane = int(gl_WorkGroupID.z);

	float s[TM * NV];
	[[unroll]] for (int i = 0; i < TM * NV; i++) s[i] = 0.0;

	int k = 0;
	if (UK <= K) do {
		ADD_TERMS(UK)
		k += UK;
	} while (k + UK <= K);
	if (K % UK != 0) do {
		ADD_TERMS(1)
		k++;
	} while (k < K);

	ptr(float) p = at(c, (plane * (M | 1) + m) * N + tile * WIDTH + LANE);
	[[unroll]] for (int v = 0; v < NV; v++)
		[[unroll]] for (int i = 0; i < TM; i++) ld(c, p, i * N + v * LANES) = s[i * NV + v];
}
