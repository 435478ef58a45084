// The loss of feature matching from its gradient, which is 2 gap / (rows features) in every row.
//
//   dfake  : [rows,features] f32, of feature_match; the first row is read
//   result : [1] f32, the mean over features of gap^2
//
// One work-group. Order of accumulation: features f, f+64, ... per lane, then lanes ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"

IN(0, float, dfake)
OUT(1, float, result)
PUSH(A(float, dfake) A(float, result) int rows; int features;)

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float factor = 0.5 * float(pc.rows) * float(pc.features), squares = 0.0;
	for (int f = lane; f < pc.features; f += LANES) {
		float gap = factor * el(dfake, f);
		squares += gap * gap;
	}
	squares = sum_over_group(squares);
	if (lane == 0) el(result, 0) = squares / float(pc.features);
}
