// Data gradient of a convolution for GPUs, which is also the transposed convolution: dx = act(deconv(dy, w) + bias).
//
//   dy   : [ROWS,OH,OW,CO] f32
//   w    : [KH,KW,CI,CO] f32
//   bias : [CI] f32, read where ADD_BIAS (a transposed convolution's)
//   dx   : [SPLITS,ROWS,IH,IW,CI] f32
//   partial : [GROUPS,tiles,STRIDE*STRIDE,2,CI] f32, written where GROUPS is not 0: moments of each tile's channels
//          (moments.glsl); ROWS is then so many groups, there is one split, and STRIDE divides IH and IW
//
// An implicit matrix product for each phase of the stride: the input pixels of one phase meet the same taps.
// Work-groups: x = tiles = ceil(ROWS*ceil(IH/STRIDE)*ceil(IW/STRIDE) / BM) of each group, y = ceil(CI / BN), z =
// STRIDE*STRIDE*SPLITS (each phase's taps and channels in SPLITS runs, partial sums apart; then sum_partials).
// Order of accumulation: ky, kx, co ascending, one sum per element and split.
// Gradient: conv_fwd_tiled.comp. CPU twin: conv_bwd_data_lanes.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "conv.glsl"
#include "cut.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const bool ADD_BIAS = false;
layout(constant_id = 14) const int ACT = 0;
layout(constant_id = 29) const int GROUPS = 0;

IN4(0, dy)
IN4(1, w)
IN(2, float, bias)
OUT4(3, dx)
OUT(4, float, partial)
PUSH(A(float, dy) A(float, w) A(float, bias) A(float, dx) A(float, partial))

LEFT(dy) RIGHT(w) RESULT(dx)

const bool A_K_FAST = true, B_K_FAST = true;
const int PH = (IH + STRIDE - 1) / STRIDE, PW = (IW + STRIDE - 1) / STRIDE; // pixels of a phase
const int MOST_TAPS = (KW + STRIDE - 1) / STRIDE, LEAST_TAPS = KW < STRIDE ? 1 : KW / STRIDE; // of a phase's row

int phase_y() { return int(gl_WorkGroupID.z) / (STRIDE * SPLITS); }
int phase_x() { return int(gl_WorkGroupID.z) / SPLITS % STRIDE; }
int taps(int phase, int kernel, int pad) {
	int first = (phase + pad) % STRIDE;
	return first < kernel ? (kernel - 1 - first) / STRIDE + 1 : 0;
}

// The input pixel that is pixel m of the phase: batch item, y, x.
ivec3 input_of(int m) { return ivec3(m / (PH * PW), m / PW % PH * STRIDE + phase_y(), m % PW * STRIDE + phase_x()); }

// Term k of the phase: tap jy, jx and channel.
ivec3 tap_of(int k) {
	bool most = taps(phase_x(), KW, PAD_X) == MOST_TAPS; // so that both divisors are constants
	int tap = k / CO, jy = most ? tap / MOST_TAPS : tap / LEAST_TAPS;
	return ivec3(jy, tap - jy * (most ? MOST_TAPS : LEAST_TAPS), k % CO);
}

ivec3 a_line(int m) {
	ivec3 i = input_of(m);
	int oy = (i.y + PAD_Y) / STRIDE, ox = (i.z + PAD_X) / STRIDE;
	return ivec3(((i.x * OH + oy) * OW + ox) * CO, oy, ox);
}
ivec3 a_term(int k) {
	ivec3 t = tap_of(k);
	return ivec3(t.z - (t.x * OW + t.y) * CO, -t.x, -t.y);
}
bool a_inside(ivec3 at) { return at.y >= 0 && at.y < OH && at.z >= 0 && at.z < OW; }
ivec3 b_line(int n) { return ivec3(n * CO, 0, 0); }
ivec3 b_term(int k) {
	ivec3 t = tap_of(k);
	int ky = (phase_y() + PAD_Y) % STRIDE + STRIDE * t.x, kx = (phase_x() + PAD_X) % STRIDE + STRIDE * t.y;
	return ivec3((ky * KW + kx) * CI * CO + t.z, 0, 0);
}
bool b_inside(ivec3 at) { return true; }

int place(int m, int n) {
	ivec3 i = input_of(m);
	int split = int(gl_WorkGroupID.z) % SPLITS;
	return i.y < IH && i.z < IW ? (((split * ROWS + i.x) * IH + i.y) * IW + i.z) * CI + n : -1;
}
float finish(float sum, int m, int n) { return activate(ACT, ADD_BIAS ? sum + el(bias, n) : sum); }
#include "tile.glsl"
#include "moments.glsl"
#include "tile_moments.glsl"

const int GROUP = (GROUPS > 1 ? ROWS / GROUPS : ROWS) * PH * PW;

void main() {
	int terms = taps(phase_y(), KH, PAD_Y) * taps(phase_x(), KW, PAD_X) * CO;
	multiply(GROUP, CI, terms, CO % BK == 0, int(gl_WorkGroupID.z) % SPLITS);
	if (GROUPS > 0) put_tile_moments(int(gl_WorkGroupID.x) * (STRIDE * STRIDE) + int(gl_WorkGroupID.z), GROUP, CI);
}
