// Mean softmax cross-entropy from logits, through log-sum-exp, and its gradient, scaled.
//
//   x      : [rows,classes] f32
//   target : [rows] u32, the targets
//   dx     : [rows,classes] f32, weight (softmax(x) - one-hot) / rows
//   result : [1] f32, the mean loss, not weighted
//
// One work-group, a row to a lane. Order of accumulation: classes ascending; rows r, r+64, ... per lane, then lanes.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"

IN(0, float, x)
IN(1, uint, target)
OUT(2, float, dx)
OUT(3, float, result)
PUSH(A(float, x) A(uint, target) A(float, dx) A(float, result) int rows; int classes; float weight;)

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float loss = 0.0;
	for (int r = lane; r < pc.rows; r += LANES) {
		int base = r * pc.classes, wanted = int(el(target, r));
		float largest = el(x, base);
		for (int j = 1; j < pc.classes; j++) largest = max(largest, el(x, base + j));
		float sum = 0.0;
		for (int j = 0; j < pc.classes; j++) sum += exp(el(x, base + j) - largest);
		for (int j = 0; j < pc.classes; j++) {
			float p = exp(el(x, base + j) - largest) / sum;
			el(dx, base + j) = pc.weight * (j == wanted ? p - 1.0 : p) / float(pc.rows);
		}
		loss += largest + log(sum) - el(x, base + wanted);
	}
	loss = sum_over_group(loss);
	if (lane == 0) el(result, 0) = loss / float(pc.rows);
}
