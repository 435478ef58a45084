// Matrix product of operands rounded to fp16, for GPUs: c = act(op(a) op(b) + bias + e), by cooperative matrices.
//
//   a    : [M,K] f32, or [K,M] where TRANS_A
//   b    : [K,N] f32, or [N,K] where TRANS_B
//   bias : [N] f32, read where ADD_BIAS
//   e    : [M,N] f32, read where ADD_E
//   c    : [SPLITS,M,N] f32
//
// Work-groups: x = ceil(M/BM), y = ceil(N/BN), z = SPLITS (K in SPLITS runs, partial sums apart; then sum_partials).
// Order of accumulation: coop.glsl's.
// Gradients: the same kernel, transposed. Twin in fp32: gemm_tiled.comp.
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
layout(constant_id = 10) const int CM = 16;
layout(constant_id = 11) const int CN = 16;
layout(constant_id = 12) const int CK = 16;
layout(constant_id = 13) const int WM = 2;
layout(constant_id = 14) const int WN = 2;
layout(constant_id = 15) const int FM = 2;
layout(constant_id = 16) const int FN = 2;
layout(constant_id = 17) const int BK = 32;
layout(constant_id = 18) const float SCALE_A = 1.0;
layout(constant_id = 19) const float SCALE_B = 1.0;

IN(0, float, a)
IN(1, float, b)
IN(2, float, bias)
IN(3, float, e)
OUT(4, float, c)
PUSH(A(float, a) A(float, b) A(float, bias) A(float, e) A(float, c))

#define A_K_FAST (!TRANS_A)
#define B_K_FAST TRANS_B

float load_a(int m, int k) { return el(a, TRANS_A ? k * M + m : m * K + k); }
float load_b(int k, int n) { return el(b, TRANS_B ? n * K + k : k * N + n); }
void store(int m, int n, float sum) {
	float z = ADD_BIAS ? sum + el(bias, n) : sum;
	if (ADD_E) z += el(e, m * N + n);
	el(c, (int(gl_WorkGroupID.z) * M + m) * N + n) = activate(ACT, z);
}
#include "coop.glsl"

void main() { multiply(M, N, K, int(gl_WorkGroupID.z)); }
