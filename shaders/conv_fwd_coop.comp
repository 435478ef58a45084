// Convolution of operands rounded to fp16, for GPUs, an implicit matrix product by cooperative matrices:
// y = act(conv(x, w) + bias), NHWC.
//
//   x    : [ROWS,IH,IW,CI] f32            as [ROWS*OH*OW, KH*KW*CI], element by element
//   w    : [KH,KW,CI,CO] f32            as [KH*KW*CI, CO]
//   bias : [CO] f32, read where ADD_BIAS
//   y    : [SPLITS,ROWS,OH,OW,CO] f32   as [ROWS*OH*OW, CO], of each split
//
// Work-groups: x = ceil(ROWS*OH*OW / BM), y = ceil(CO / BN), z = SPLITS (taps and channels in SPLITS runs,
// partial sums apart; then sum_partials).
// Order of accumulation: coop.glsl's, with terms ky, kx, ci ascending.
// Gradients: conv_bwd_data_coop.comp, conv_bwd_filter_coop.comp. Twin in fp32: conv_fwd_tiled.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const bool ADD_BIAS = false;
layout(constant_id = 14) const int ACT = 0;
layout(constant_id = 15) const int CM = 16;
layout(constant_id = 16) const int CN = 16;
layout(constant_id = 17) const int CK = 16;
layout(constant_id = 18) const int WM = 2;
layout(constant_id = 19) const int WN = 2;
layout(constant_id = 20) const int FM = 2;
layout(constant_id = 21) const int FN = 2;
layout(constant_id = 22) const int BK = 32;
layout(constant_id = 23) const float SCALE_A = 1.0;
layout(constant_id = 24) const float SCALE_B = 1.0;
layout(constant_id = 25) const int SPLITS = 1;

IN(0, float, x)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, y)
PUSH(A(float, x) A(float, w) A(float, bias) A(float, y))

const bool A_K_FAST = true, B_K_FAST = false;

float load_a(int m, int k) {
	int ci = k % CI, kx = k / CI % KW, ky = k / (CI * KW);
	int row = m / (OH * OW), iy = m / OW % OH * STRIDE - PAD_Y + ky, ix = m % OW * STRIDE - PAD_X + kx;
	return iy >= 0 && iy < IH && ix >= 0 && ix < IW ? el(x, ((row * IH + iy) * IW + ix) * CI + ci) : 0.0;
}
float load_b(int k, int n) { return el(w, k * CO + n); }
void store(int m, int n, float sum) {
	el(y, (int(gl_WorkGroupID.z) * ROWS * OH * OW + m) * CO + n) = activate(ACT, ADD_BIAS ? sum + el(bias, n) : sum);
}
#include "coop.glsl"

void main() { multiply(ROWS * OH * OW, CO, KH * KW * CI, int(gl_WorkGroupID.z)); }
