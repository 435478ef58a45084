// Mean sigmoid cross-entropy of the logit lse = ln(sum over j of e^x[j]) of each row against one target, and its gradient,
// scaled: softplus(-lse) for target 1, softplus(lse) for target 0.
//
//   x      : [rows,classes] f32
//   dx     : [rows,classes] f32, weight (sigmoid(lse) - target) softmax(x) / rows
//   result : [2] f32: the mean loss, not weighted; the fraction of rows on the target's side of 0
//
// One work-group, a row to a lane. Order of accumulation: classes ascending; rows r, r+64, ... per lane, then lanes.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "exp.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"

IN(0, float, x)
OUT(1, float, dx)
OUT(2, float, result)
PUSH(A(float, x) A(float, dx) A(float, result) int rows; int classes; float target; float weight;)

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float side = pc.target > 0.5 ? 1.0 : -1.0, loss = 0.0, right = 0.0;
	for (int r = lane; r < pc.rows; r += LANES) {
		int base = r * pc.classes;
		float largest = el(x, base);
		for (int j = 1; j < pc.classes; j++) largest = max(largest, el(x, base + j));
		float sum = 0.0;
		for (int j = 0; j < pc.classes; j++) sum += exp(el(x, base + j) - largest);
		float lse = largest + log(sum), margin = side * lse, e = exp(-abs(margin));
		loss += max(-margin, 0.0) + log_one_plus(e);
		right += (lse > 0.0) == (side > 0.0) ? 1.0 : 0.0;
		float wrong = (margin > 0.0 ? e : 1.0) / (1.0 + e); // the probability of the other target
		float scale = -side * pc.weight * wrong / (sum * float(pc.rows));
		for (int j = 0; j < pc.classes; j++) el(dx, base + j) = scale * exp(el(x, base + j) - largest);
	}
	loss = sum_over_group(loss);
	right = sum_over_group(right);
	if (lane == 0) {
		el(result, 0) = loss / float(pc.rows);
		el(result, 1) = right / float(pc.rows);
	}
}
