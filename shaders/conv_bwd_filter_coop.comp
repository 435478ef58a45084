// Filter gradient of a convolution of operands rounded to fp16, for GPUs, an implicit matrix product by cooperative
// matrices: dw = sum over batch and pixels of x times dy.
//
//   x  : [ROWS,IH,IW,CI] f32              as [KH*KW*CI, ROWS*OH*OW], element by element
//   dy : [ROWS,OH,OW,CO] f32            as [ROWS*OH*OW, CO]
//   dw : [SPLITS,KH,KW,CI,CO] f32
//
// Work-groups: x = ceil(KH*KW*CI / BM), y = ceil(CO / BN), z = SPLITS (batch and pixels in SPLITS runs, partial sums
// apart; then sum_partials).
// Order of accumulation: coop.glsl's, with terms row, oy, ox ascending.
// Twin in fp32: conv_bwd_filter_tiled.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 14) const int SPLITS = 1;
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

IN(0, float, x)
IN(1, float, dy)
OUT(2, float, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

const bool A_K_FAST = false, B_K_FAST = false;

float load_a(int m, int k) {
	int ci = m % CI, kx = m / CI % KW, ky = m / (CI * KW);
	int row = k / (OH * OW), iy = k / OW % OH * STRIDE - PAD_Y + ky, ix = k % OW * STRIDE - PAD_X + kx;
	return iy >= 0 && iy < IH && ix >= 0 && ix < IW ? el(x, ((row * IH + iy) * IW + ix) * CI + ci) : 0.0;
}
float load_b(int k, int n) { return el(dy, k * CO + n); }
void store(int m, int n, float sum) { el(dw, (int(gl_WorkGroupID.z) * KH * KW * CI + m) * CO + n) = sum; }
#include "coop.glsl"

void main() { multiply(KH * KW * CI, CO, ROWS * OH * OW, int(gl_WorkGroupID.z)); }
