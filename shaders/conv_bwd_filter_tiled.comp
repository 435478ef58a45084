// Filter gradient of a convolution for GPUs, an implicit matrix product: dw = sum over batch and pixels of x times dy.
//
//   x  : [ROWS,IH,IW,CI] f32              as [KH*KW*CI, ROWS*OH*OW], element by element
//   dy : [ROWS,OH,OW,CO] f32            as [ROWS*OH*OW, CO]
//   dw : [SPLITS,KH,KW,CI,CO] f32
//
// Work-groups: x = ceil(KH*KW*CI / BM), y = ceil(CO / BN), z = SPLITS (batch and pixels in SPLITS runs, partial sums
// apart; then sum_partials).
// Order of accumulation: row, oy, ox ascending, one sum per element and split.
// CPU twin: conv_bwd_filter_lanes.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 14) const int SPLITS = 1;
layout(constant_id = 15) const int BM = 64;
layout(constant_id = 16) const int BN = 64;
layout(constant_id = 17) const int BK = 16;

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
#include "tile.glsl"

void main() {
	const int RUN = (ROWS * OH * OW + SPLITS - 1) / SPLITS;
	int k0 = int(gl_WorkGroupID.z) * RUN;
	multiply(KH * KW * CI, CO, k0, min(k0 + RUN, ROWS * OH * OW));
}
