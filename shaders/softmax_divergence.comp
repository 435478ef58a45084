// Mean divergence KL(p || q) of p = softmax(wanted) and q = softmax(x), and its gradient with respect to x, scaled.
//
//   x      : [rows,classes] f32, logits
//   wanted : [rows,classes] f32, likewise; no gradient goes there
//   dx     : [rows,classes] f32, weight (q - p) / rows
//   result : [1] f32, the mean divergence in nats, not weighted
//
// One work-group, a row to a lane. Order of accumulation: classes ascending; rows r, r+64, ... per lane, then lanes.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"

IN(0, float, x)
IN(1, float, wanted)
OUT(2, float, dx)
OUT(3, float, result)
PUSH(A(float, x) A(float, wanted) A(float, dx) A(float, result) int rows; int classes; float weight;)

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float loss = 0.0;
	for (int r = lane; r < pc.rows; r += LANES) {
		int base = r * pc.classes;
		float largest_q = el(x, base), largest_p = el(wanted, base);
		for (int j = 1; j < pc.classes; j++) {
			largest_q = max(largest_q, el(x, base + j));
			largest_p = max(largest_p, el(wanted, base + j));
		}
		float sum_q = 0.0, sum_p = 0.0;
		for (int j = 0; j < pc.classes; j++) {
			sum_q += exp(el(x, base + j) - largest_q);
			sum_p += exp(el(wanted, base + j) - largest_p);
		}
		float lse_q = largest_q + log(sum_q), lse_p = largest_p + log(sum_p);
		for (int j = 0; j < pc.classes; j++) {
			float ln_q = el(x, base + j) - lse_q, ln_p = el(wanted, base + j) - lse_p, p = exp(ln_p);
			el(dx, base + j) = pc.weight * (exp(ln_q) - p) / float(pc.rows);
			loss = fma(p, ln_p - ln_q, loss);
		}
	}
	loss = sum_over_group(loss);
	if (lane == 0) el(result, 0) = loss / float(pc.rows);
}
