// Mean sigmoid cross-entropy from logits against one target, and its gradient: softplus(x) - target x.
//
//   x      : [n] f32
//   dx     : [n] f32, (sigmoid(x) - target) / n
//   result : [2] f32: the mean loss; the fraction of rows on the target's side of 0
//
// One work-group. Order of accumulation: rows r, r+64, ... per lane, then lanes ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"
#include "exp.glsl"

IN(0, float, x)
OUT(1, float, dx)
OUT(2, float, result)
PUSH(A(float, x) A(float, dx) A(float, result) int n; float target;)

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float loss = 0.0, right = 0.0;
	for (int i = lane; i < pc.n; i += LANES) {
		float v = el(x, i), e = exp(-abs(v));
		loss += max(v, 0.0) - pc.target * v + log_one_plus(e);
		float p = (v >= 0.0 ? 1.0 : e) / (1.0 + e);
		el(dx, i) = (p - pc.target) / float(pc.n);
		right += (v > 0.0) == (pc.target > 0.5) ? 1.0 : 0.0;
	}
	loss = sum_over_group(loss);
	right = sum_over_group(right);
	if (lane == 0) {
		el(result, 0) = loss / float(pc.n);
		el(result, 1) = right / float(pc.n);
	}
}
