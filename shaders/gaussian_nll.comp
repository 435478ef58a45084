// Mean negative log-likelihood, but for a constant, of values under Gaussians of variance 1, from their means, and its
// gradient, scaled: the sum over a row of (x - value)^2 / 2.
//
//   x      : [rows,n] f32, the means
//   value  : [rows,width] f32, of which the columns column .. column+n-1 are the values
//   dx     : [rows,n] f32, weight (x - value) / rows
//   result : [1] f32, the mean over the rows, not weighted
//
// One work-group, a row to a lane. Order of accumulation: columns ascending; rows r, r+64, ... per lane, then lanes.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"

IN(0, float, x)
IN(1, float, value)
OUT(2, float, dx)
OUT(3, float, result)
PUSH(A(float, x) A(float, value) A(float, dx) A(float, result) int rows; int n; int width; int column; float weight;)

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float loss = 0.0;
	for (int r = lane; r < pc.rows; r += LANES) {
		for (int j = 0; j < pc.n; j++) {
			float off = el(x, r * pc.n + j) - el(value, r * pc.width + pc.column + j);
			el(dx, r * pc.n + j) = pc.weight * off / float(pc.rows);
			loss = fma(0.5 * off, off, loss);
		}
	}
	loss = sum_over_group(loss);
	if (lane == 0) el(result, 0) = loss / float(pc.rows);
}
