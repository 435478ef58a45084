// Convolution for GPUs, an implicit matrix product: y = act(conv(x, w) + bias), NHWC.
//
//   x    : [ROWS,IH,IW,CI] f32            as [ROWS*OH*OW, KH*KW*CI], element by element
//   w    : [KH,KW,CI,CO] f32            as [KH*KW*CI, CO]
//   bias : [CO] f32, read where ADD_BIAS
//   y    : [ROWS,OH,OW,CO] f32          as [ROWS*OH*OW, CO]
//
// Work-groups: x = ceil(ROWS*OH*OW / BM), y = ceil(CO / BN).
// Order of accumulation: ky, kx, ci ascending.
// Gradients: conv_bwd_data_tiled.comp, conv_bwd_filter_tiled.comp. CPU twin: conv_fwd_lanes.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const bool ADD_BIAS = false;
layout(constant_id = 14) const int ACT = 0;
layout(constant_id = 15) const int BM = 64;
layout(constant_id = 16) const int BN = 64;
layout(constant_id = 17) const int BK = 16;

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
void store(int m, int n, float sum) { el(y, m * CO + n) = activate(ACT, ADD_BIAS ? sum + el(bias, n) : sum); }
#include "tile.glsl"

void main() { multiply(ROWS * OH * OW, CO, 0, KH * KW * CI); }
