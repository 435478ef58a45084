// Scales each row to the given L2 norm and writes it into the first columns of wider rows.
//
//   x : [rows,n] f32
//   y : [rows,width] f32, of which the columns 0 .. n-1 are written
//
// One invocation per row. Work-groups: x = ceil(rows / Local).
// Order of accumulation: columns ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) int rows; int n; int width; float norm;)

void main() {
	int r = int(gl_GlobalInvocationID.x);
	if (r >= pc.rows) return;
	float squares = 0.0;
	for (int j = 0; j < pc.n; j++) squares = fma(el(x, r * pc.n + j), el(x, r * pc.n + j), squares);
	float scale = pc.norm / sqrt(squares);
	for (int j = 0; j < pc.n; j++) el(y, r * pc.width + j) = el(x, r * pc.n + j) * scale;
}
