// Data gradient of a convolution for GPUs, which is also the transposed convolution: dx = act(deconv(dy, w) + bias).
//
//   dy   : [ROWS,OH,OW,CO] f32
//   w    : [KH,KW,CI,CO] f32
//   bias : [CI] f32, read where ADD_BIAS (a transposed convolution's)
//   dx   : [ROWS,IH,IW,CI] f32
//
// An implicit matrix product for each phase of the stride: the input pixels of one phase meet the same taps.
// Work-groups: x = ceil(ROWS*ceil(IH/STRIDE)*ceil(IW/STRIDE) / BM), y = ceil(CI / BN), z = STRIDE*STRIDE.
// Order of accumulation: ky, kx, co ascending.
// Gradient: conv_fwd_tiled.comp. CPU twin: conv_bwd_data_lanes.comp.
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

IN(0, float, dy)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, dx)
PUSH(A(float, dy) A(float, w) A(float, bias) A(float, dx))

const bool A_K_FAST = true, B_K_FAST = true;
const int PH = (IH + STRIDE - 1) / STRIDE, PW = (IW + STRIDE - 1) / STRIDE; // pixels of a phase

int phase_y() { return int(gl_WorkGroupID.z) / STRIDE; }
int phase_x() { return int(gl_WorkGroupID.z) % STRIDE; }
int taps(int phase, int kernel, int pad) {
	int first = (phase + pad) % STRIDE;
	return first < kernel ? (kernel - 1 - first) / STRIDE + 1 : 0;
}

float load_a(int m, int k) {
	int width = taps(phase_x(), KW, PAD_X), co = k % CO, jx = k / CO % width, jy = k / (CO * width);
	int row = m / (PH * PW), iy = m / PW % PH * STRIDE + phase_y(), ix = m % PW * STRIDE + phase_x();
	int oy = (iy + PAD_Y) / STRIDE - jy, ox = (ix + PAD_X) / STRIDE - jx;
	return oy >= 0 && oy < OH && ox >= 0 && ox < OW ? el(dy, ((row * OH + oy) * OW + ox) * CO + co) : 0.0;
}
float load_b(int k, int n) {
	int width = taps(phase_x(), KW, PAD_X), co = k % CO, jx = k / CO % width, jy = k / (CO * width);
	int ky = (phase_y() + PAD_Y) % STRIDE + STRIDE * jy, kx = (phase_x() + PAD_X) % STRIDE + STRIDE * jx;
	return el(w, ((ky * KW + kx) * CI + n) * CO + co);
}
void store(int m, int n, float sum) {
	int row = m / (PH * PW), iy = m / PW % PH * STRIDE + phase_y(), ix = m % PW * STRIDE + phase_x();
	if (iy < IH && ix < IW) el(dx, ((row * IH + iy) * IW + ix) * CI + n) = activate(ACT, ADD_BIAS ? sum + el(bias, n) : sum);
}
#include "tile.glsl"

void main() {
	multiply(ROWS * PH * PW, CI, 0, taps(phase_y(), KH, PAD_Y) * taps(phase_x(), KW, PAD_X) * CO);
}
