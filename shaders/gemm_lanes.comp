// Matrix product for CPU drivers: c = act(op(a) op(b) + bias + e).
//
//   a    : [M,K] f32, or [K,M] where TRANS_A
//   b    : [K,N] f32, or [N,K] where TRANS_B
//   bias : [N] f32, read where ADD_BIAS
//   e    : [M,N] f32, read where ADD_E; not c
//   c    : [SPLITS,M,N] f32
//
// Lanes lie along n; an invocation keeps TM rows in registers and reads UK values of b at a time, each used TM
// times; the loads of a are uniform. No shared memory, no masks: a last tile that would reach over the edge is
// moved back and computes some elements a second time, to the same bits.
// Work-groups: x = ceil(M/TM), y = ceil(N/Local), z = SPLITS (K in SPLITS runs, partial sums apart; then
// sum_partials). Needs TM <= M.
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
layout(constant_id = 5) const bool TRANS_B = false;
layout(constant_id = 6) const bool ADD_BIAS = false;
layout(constant_id = 7) const bool ADD_E = false;
layout(constant_id = 8) const int ACT = 0;
layout(constant_id = 9) const int SPLITS = 1;
layout(constant_id = 10) const int TM = 1;
layout(constant_id = 11) const int UK = 1;
layout(constant_id = 12) const int TG = 1; // rows whose sums stay in registers while UK values pass

IN(0, float, a)
IN(1, float, b)
IN(2, float, bias)
IN(3, float, e)
OUT(4, float, c)
PUSH(A(float, a) A(float, b) A(float, bias) A(float, e) A(float, c))

const int AM = TRANS_A ? 1 : K, AK = TRANS_A ? M : 1; // strides of a
const int BN = TRANS_B ? K : 1, BK = TRANS_B ? 1 : N; // strides of b
const int RUN = (K + SPLITS - 1) / SPLITS;
const int GROUPS = (TM + TG - 1) / TG;

void main() {
	int m = min(int(gl_WorkGroupID.x) * TM, M - TM);
	int n = min(int(gl_WorkGroupID.y * gl_WorkGroupSize.x + gl_LocalInvocationID.x), N - 1);
	int k0 = int(gl_WorkGroupID.z) * RUN;
	int k1 = min(k0 + RUN, K);

	float s[TM];
	[[unroll]] for (int i = 0; i < TM; i++) s[i] = 0.0;

	ptr(float) pa = at(a, m * AM + k0 * AK);
	ptr(float) pb = at(b, n * BN + k0 * BK);
	int k = k0;
	for (; k + UK <= k1; k += UK) {
		float y[UK];
		[[unroll]] for (int u = 0; u < UK; u++) y[u] = ld(b, pb, u * BK);
		[[unroll]] for (int g = 0; g < GROUPS; g++)
			[[unroll]] for (int u = 0; u < UK; u++)
				[[unroll]] for (int i = 0; i < TG; i++)
					if (g * TG + i < TM)
						s[g * TG + i] = fma(ld(a, pa, (g * TG + i) * AM + u * AK), y[u], s[g * TG + i]);
		pa += UK * AK;
		pb += UK * BK;
	}
	if (RUN % UK != 0 || K % UK != 0)
		for (; k < k1; k++) {
			float y = ld(b, pb, 0);
			[[unroll]] for (int i = 0; i < TM; i++) s[i] = fma(ld(a, pa, i * AM), y, s[i]);
			pa += AK;
			pb += BK;
		}

	float shift = ADD_BIAS ? el(bias, n) : 0.0;
	ptr(float) pe = at(e, m * N + n);
	ptr(float) p = at(c, (int(gl_WorkGroupID.z) * M + m) * N + n);
	[[unroll]] for (int i = 0; i < TM; i++) {
		float z = s[i] + shift;
		if (ADD_E) z += ld(e, pe, i * N);
		ld(c, p, i * N) = activate(ACT, z);
	}
}
