// Data gradient of a convolution of operands rounded to fp16, for GPUs, by cooperative matrices; it is also the transposed
// convolution: dx = act(deconv(dy, w) + bias).
//
//   dy   : [ROWS,OH,OW,CO] f32
//   w    : [KH,KW,CI,CO] f32
//   bias : [CI] f32, read where ADD_BIAS (a transposed convolution's)
//   dx   : [SPLITS,ROWS,IH,IW,CI] f32
//
// An implicit matrix product for each phase of the stride: the input pixels of one phase meet the same taps.
// Work-groups: x = ceil(ROWS*ceil(IH/STRIDE)*ceil(IW/STRIDE) / BM), y = ceil(CI / BN), z = STRIDE*STRIDE*SPLITS (each phase's
// taps and channels in SPLITS runs, partial sums apart; then sum_partials).
// Order of accumulation: coop.glsl's, with terms ky, kx, co ascending.
// Gradient: conv_fwd_coop.comp. Twin in fp32: conv_bwd_data_tiled.comp.
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

IN(0, float, dy)
IN(1, float, w)
IN(2, float, bias)
OUT(3, float, dx)
PUSH(A(float, dy) A(float, w) A(float, bias) A(float, dx))

const bool A_K_FAST = true, B_K_FAST = true;
const int PH = (IH + STRIDE - 1) / STRIDE, PW = (IW + STRIDE - 1) / STRIDE; // pixels of a phase
const int MOST = (KW + STRIDE - 1) / STRIDE, LEAST = MOST > 1 ? MOST - 1 : 1; // taps of a phase along x

int phase_y() { return int(gl_WorkGroupID.z) / (STRIDE * SPLITS); }
int phase_x() { return int(gl_WorkGroupID.z) / SPLITS % STRIDE; }
int taps(int phase, int kernel, int pad) {
	int first = (phase + pad) % STRIDE;
	return first < kernel ? (kernel - 1 - first) / STRIDE + 1 : 0;
}

// Term k is channel co of tap (jy, jx) of the phase. Both divisors are constants: others cost many instructions.
struct Term { int co; int jy; int jx; };
Term term(int k) {
	int tap = k / CO, width = taps(phase_x(), KW, PAD_X), jy = width == MOST ? tap / MOST : tap / LEAST;
	return Term(k % CO, jy, tap - jy * width);
}

float load_a(int m, int k) {
	Term t = term(k);
	int row = m / (PH * PW), iy = m / PW % PH * STRIDE + phase_y(), ix = m % PW * STRIDE + phase_x();
	int oy = (iy + PAD_Y) / STRIDE - t.jy, ox = (ix + PAD_X) / STRIDE - t.jx;
	return oy >= 0 && oy < OH && ox >= 0 && ox < OW ? el(dy, ((row * OH + oy) * OW + ox) * CO + t.co) : 0.0;
}
float load_b(int k, int n) {
	Term t = term(k);
	int ky = (phase_y() + PAD_Y) % STRIDE + STRIDE * t.jy, kx = (phase_x() + PAD_X) % STRIDE + STRIDE * t.jx;
	return el(w, ((ky * KW + kx) * CI + n) * CO + t.co);
}
void store(int m, int n, float sum) {
	int row = m / (PH * PW), iy = m / PW % PH * STRIDE + phase_y(), ix = m % PW * STRIDE + phase_x();
	row += int(gl_WorkGroupID.z) % SPLITS * ROWS;
	if (iy < IH && ix < IW) el(dx, ((row * IH + iy) * IW + ix) * CI + n) = activate(ACT, ADD_BIAS ? sum + el(bias, n) : sum);
}
#include "coop.glsl"

void main() {
	int terms = taps(phase_y(), KH, PAD_Y) * taps(phase_x(), KW, PAD_X) * CO;
	multiply(ROWS * PH * PW, CI, terms, int(gl_WorkGroupID.z) % SPLITS);
}
