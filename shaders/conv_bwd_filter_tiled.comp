// Filter gradient of a convolution for GPUs, an implicit matrix product: dw = sum over batch and pixels of x times dy.
//
//   x  : [ROWS,IH,IW,CI] f32              as [KH*KW*CI, ROWS*OH*OW], element by element
//   dy : [ROWS,OH,OW,CO] f32              as [ROWS*OH*OW, CO]
//   dw : [SPLITS,KH,KW,CI,CO] f32         as [SPLITS, KH*KW*CI, CO]
//
// Work-groups: x = ceil(KH*KW*CI / BM), y = ceil(CO / BN), z = SPLITS (batch and pixels in SPLITS runs, partial sums
// apart; then sum_partials).
// Order of accumulation: row, oy, ox ascending, one sum per element and split.
// CPU twin: conv_bwd_filter_lanes.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"
#include "cut.glsl"
#include "patch.glsl"

layout(local_size_x_id = 0) in;

IN4(0, x)
IN4(1, dy)
OUT4(2, dw)
PUSH(A(float, x) A(float, dy) A(float, dw))

LEFT(x) RIGHT(dy) RESULT(dw)

const bool A_K_FAST = false, B_K_FAST = false;
const int PIXELS = ROWS * OH * OW, TAPS = KH * KW * CI;

ivec3 a_line(int m) { return tap_of(m); }
ivec3 a_term(int k) { return patch_of(k); }
bool a_inside(ivec3 at) { return in_image(at); }
ivec3 b_line(int n) { return ivec3(n, 0, 0); }
ivec3 b_term(int k) { return ivec3(k * CO, 0, 0); }
bool b_inside(ivec3 at) { return true; }

int place(int m, int n) { return (int(gl_WorkGroupID.z) * TAPS + m) * CO + n; }
float finish(float sum, int m, int n) { return sum; }
#include "tile.glsl"

void main() { multiply(TAPS, CO, PIXELS, PIXELS % BK == 0, int(gl_WorkGroupID.z)); }
