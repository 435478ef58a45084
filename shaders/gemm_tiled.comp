// Matrix product for GPUs: c = act(op(a) op(b) + bias + e), through shared memory.
//
//   a    : [M,K] f32, or [K,M] where TRANS_A
//   b    : [K,N] f32, or [N,K] where TRANS_B
//   bias : [N] f32, read where ADD_BIAS
//   e    : [M,N] f32, read where ADD_E
//   c    : [SPLITS,M,N] f32
//   partial : [GROUPS,tiles,2,N] f32, written where GROUPS is not 0: moments of c's columns in each tile (moments.glsl); M is
//          then so many groups of rows, and there is one split
//
// Work-groups: x = tiles = ceil(M/BM) of each group, y = ceil(N/BN), z = SPLITS (K in SPLITS runs, partial sums apart; then
// sum_partials).
// Order of accumulation: k ascending, one sum per element and split.
// Gradients: the same kernel, transposed. CPU twin: gemm_lanes.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "cut.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int M = 1;
layout(constant_id = 2) const int N = 1;
layout(constant_id = 3) const int K = 1;
layout(constant_id = 4) const bool TRANS_A = false;
layout(constant_id = 5) const bool TRANS_B = false;
layout(constant_id = 6) const bool ADD_BIAS = false;
layout(constant_id = 7) const bool ADD_E = false;
layout(constant_id = 8) const int ACT = 0;
layout(constant_id = 29) const int GROUPS = 0;

IN4(0, a)
IN4(1, b)
IN(2, float, bias)
IN(3, float, e)
OUT4(4, c)
OUT(5, float, partial)
PUSH(A(float, a) A(float, b) A(float, bias) A(float, e) A(float, c) A(float, partial))

LEFT(a) RIGHT(b) RESULT(c)

#define A_K_FAST (!TRANS_A)
#define B_K_FAST TRANS_B

ivec3 a_line(int m) { return ivec3(TRANS_A ? m : m * K, 0, 0); }
ivec3 a_term(int k) { return ivec3(TRANS_A ? k * M : k, 0, 0); }
bool a_inside(ivec3 at) { return true; }
ivec3 b_line(int n) { return ivec3(TRANS_B ? n * K : n, 0, 0); }
ivec3 b_term(int k) { return ivec3(TRANS_B ? k : k * N, 0, 0); }
bool b_inside(ivec3 at) { return true; }

int place(int m, int n) { return (int(gl_WorkGroupID.z) * M + m) * N + n; }
float finish(float sum, int m, int n) {
	float z = ADD_BIAS ? sum + el(bias, n) : sum;
	if (ADD_E) z += el(e, m * N + n);
	return activate(ACT, z);
}
#include "tile.glsl"
#include "moments.glsl"
#include "tile_moments.glsl"

const int GROUP = GROUPS > 1 ? M / GROUPS : M;

void main() {
	multiply(GROUP, N, K, K % BK == 0, int(gl_WorkGroupID.z));
	if (GROUPS > 0) put_tile_moments(int(gl_WorkGroupID.x), GROUP, N);
}
