// The largest logit of each row; of equals, the first.
//
//   x     : [rows,classes] f32
//   winner : [rows] u32
//
// One invocation per row. Work-groups: x = ceil(rows / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, float, x)
OUT(1, uint, winner)
PUSH(A(float, x) A(uint, winner) int rows; int classes;)

void main() {
	int r = int(gl_GlobalInvocationID.x);
	if (r >= pc.rows) return;
	uint best = 0u;
	float largest = el(x, r * pc.classes);
	for (int j = 1; j < pc.classes; j++) {
		float v = el(x, r * pc.classes + j);
		if (v > largest) {
			largest = v;
			best = uint(j);
		}
	}
	el(winner, r) = best;
}
