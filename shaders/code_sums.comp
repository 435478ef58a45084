// Adds a batch's share to the sums that tell how a code is used: of its probabilities, and of the terms of their entropy.
//
//   x    : [rows,classes] f32, logits
//   sums : [2,classes] f32, to which is added, over the rows: p = softmax(x), and -p ln p
//
// One invocation per class. Work-groups: x = ceil(classes / Local).
// Order of accumulation: rows ascending, then what was there before; within a row classes ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, float, x)
IO(1, float, sums)
PUSH(A(float, x) A(float, sums) int rows; int classes;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.classes) return;
	float used = 0.0, entropy = 0.0;
	for (int r = 0; r < pc.rows; r++) {
		int base = r * pc.classes;
		float largest = el(x, base);
		for (int j = 1; j < pc.classes; j++) largest = max(largest, el(x, base + j));
		float sum = 0.0;
		for (int j = 0; j < pc.classes; j++) sum += exp(el(x, base + j) - largest);
		float below = largest - el(x, base + c), p = exp(-below) / sum;
		used += p;
		entropy = fma(p, below + log(sum), entropy);
	}
	el(sums, c) += used;
	el(sums, pc.classes + c) += entropy;
}
