// One-hot vectors, written into a column range of wider rows: y[r, column + j] = (j == hot[r]).
//
//   hot : [rows] u32
//   y     : [rows,width] f32, of which the columns column .. column+classes-1 are written
//
// Work-groups: x = ceil(rows*classes / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, hot)
OUT(1, float, y)
PUSH(A(uint, hot) A(float, y) int rows; int classes; int width; int column;)

void main() {
	int i = int(gl_GlobalInvocationID.x);
	if (i >= pc.rows * pc.classes) return;
	int r = i / pc.classes, j = i % pc.classes;
	el(y, r * pc.width + pc.column + j) = uint(j) == el(hot, r) ? 1.0 : 0.0;
}
