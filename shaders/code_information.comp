// How a code is used in a batch of images, by Q(code|image) = softmax(x), and a gradient that balances its values and makes Q sure:
// of -balance H(q) + certainty (mean over the images of H(Q(code|image))), with q the mean of Q(code|image), H the entropy.
//
//   x      : [rows,classes] f32, logits
//   sums   : [classes] f32, rows q
//   dx     : [rows,classes] f32, to which the gradient is added
//   result : [2] f32: H(q), and the mean of H(Q(code|image)), in nats, not weighted
//
// With p = softmax(x) of a row: dx += p (balance (ln q - sum p ln q) - certainty (ln p - sum p ln p)) / rows.
// One work-group, a row to a lane. Order of accumulation: classes ascending; rows r, r+64, ... per lane, then lanes.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

const int LANES = 64;
layout(local_size_x = 64) in;
#include "sum.glsl"

IN(0, float, x)
IN(1, float, sums)
IO(2, float, dx)
OUT(3, float, result)
PUSH(A(float, x) A(float, sums) A(float, dx) A(float, result) int rows; int classes; float balance; float certainty;)

// ln_q has no infinity where a value is not used at all.
float ln_q(int j, float per_row) { return log(max(el(sums, j) * per_row, 1e-37)); }

void main() {
	int lane = int(gl_LocalInvocationID.x);
	float entropy = 0.0, uncertainty = 0.0, per_row = 1.0 / float(pc.rows);
	for (int r = lane; r < pc.rows; r += LANES) {
		int base = r * pc.classes;
		float largest = el(x, base);
		for (int j = 1; j < pc.classes; j++) largest = max(largest, el(x, base + j));
		float sum = 0.0;
		for (int j = 0; j < pc.classes; j++) sum += exp(el(x, base + j) - largest);
		float lse = largest + log(sum), of_q = 0.0, of_p = 0.0;
		for (int j = 0; j < pc.classes; j++) {
			float ln_p = el(x, base + j) - lse, p = exp(ln_p);
			of_q = fma(p, ln_q(j, per_row), of_q);
			of_p = fma(p, ln_p, of_p);
		}
		for (int j = 0; j < pc.classes; j++) {
			float ln_p = el(x, base + j) - lse;
			el(dx, base + j) += exp(ln_p) * per_row * (pc.balance * (ln_q(j, per_row) - of_q) - pc.certainty * (ln_p - of_p));
		}
		entropy -= of_q;
		uncertainty -= of_p;
	}
	entropy = sum_over_group(entropy);
	uncertainty = sum_over_group(uncertainty);
	if (lane == 0) {
		el(result, 0) = entropy * per_row;
		el(result, 1) = uncertainty * per_row;
	}
}
