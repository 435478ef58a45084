// Convolution for GPUs, an implicit matrix product: y = act(conv(x, w) + bias), NHWC.
//
//   x    : [ROWS,IH,IW,CI] f32            as [ROWS*OH*OW, KH*KW*CI], element by element
//   w    : [KH,KW,CI,CO] f32              as [KH*KW*CI, CO]
//   bias : [CO] f32, read where ADD_BIAS
//   y    : [SPLITS,ROWS,OH,OW,CO] f32     as [SPLITS, ROWS*OH*OW, CO]
//   partial : [GROUPS,tiles,2,CO] f32, written where GROUPS is not 0: moments of each tile's channels (moments.glsl); ROWS is
//          then so many groups, and there is one split
//
// Work-groups: x = tiles = ceil(ROWS*OH*OW / BM) of each group, y = ceil(CO / BN), z = SPLITS (taps and channels in SPLITS
// runs, partial sums apart; then sum_partials).
// Order of accumulation: ky, kx, ci ascending, one sum per element and split.
// Gradients: conv_bwd_data_tiled.comp, conv_bwd_filter_tiled.comp. CPU twin: conv_fwd_lanes.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "conv.glsl"
#include "cut.glsl"
#include "patch.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const bool ADD_BIAS = false;
layout(constant_id = 14) const int ACT = 0;
layout(constant_id = 29) const int GROUPS = 0;

IN4(0, x)
IN4(1, w)
IN(2, float, bias)
OUT4(3, y)
OUT(4, float, partial)
PUSH(A(float, x) A(float, w) A(float, bias) A(float, y) A(float, partial))

LEFT(x) RIGHT(w) RESULT(y)

const bool A_K_FAST = true, B_K_FAST = false;
const int PIXELS = ROWS * OH * OW, TAPS = KH * KW * CI;

ivec3 a_line(int m) { return patch_of(m); }
ivec3 a_term(int k) { return tap_of(k); }
bool a_inside(ivec3 at) { return in_image(at); }
ivec3 b_line(int n) { return ivec3(n, 0, 0); }
ivec3 b_term(int k) { return ivec3(k * CO, 0, 0); }
bool b_inside(ivec3 at) { return true; }

int place(int m, int n) { return (int(gl_WorkGroupID.z) * PIXELS + m) * CO + n; }
float finish(float sum, int m, int n) { return activate(ACT, ADD_BIAS ? sum + el(bias, n) : sum); }
#include "tile.glsl"
#include "moments.glsl"
#include "tile_moments.glsl"

const int GROUP = GROUPS > 1 ? PIXELS / GROUPS : PIXELS;

void main() {
	multiply(GROUP, CO, TAPS, TAPS % BK == 0, int(gl_WorkGroupID.z));
	if (GROUPS > 0) put_tile_moments(int(gl_WorkGroupID.x), GROUP, CO);
}
