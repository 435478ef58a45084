// Counts predictions against labels: counts[predicted[r], labels[indices[r]]] += 1, but for indices with bit 31 set.
//
//   predicted : [rows] u32     indices : [rows] u32     labels : [images] u32
//   counts    : [codes,classes] u32
//
// Integer atomics: the order does not matter. Work-groups: x = ceil(rows / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, predicted)
IN(1, uint, indices)
IN(2, uint, labels)
IO(3, uint, counts)
PUSH(A(uint, predicted) A(uint, indices) A(uint, labels) A(uint, counts) int rows; int classes;)

void main() {
	int r = int(gl_GlobalInvocationID.x);
	if (r >= pc.rows || el(indices, r) >= 0x80000000u) return;
	int label = int(el(labels, int(el(indices, r))));
	atomicAdd(el(counts, int(el(predicted, r)) * pc.classes + label), 1u);
}
