// Each chunk's dot products of the columns of two matrices: partial[chunk,c] = sum over its rows of a[r,c] b[r,c].
//
//   a, b    : [rows,columns] f32; they may be one buffer
//   partial : [chunks,columns] f32
//
// Lanes lie along the columns; an invocation walks chunk rows.
// Work-groups: x = ceil(columns/Local), y = ceil(rows/chunk) = chunks.
// Order of accumulation: rows ascending. Who reads partial adds the chunks: weight_norm.comp, weight_norm_bwd.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool RUNS = false;
#include "element.glsl"

IN(0, float, a)
IN(1, float, b)
OUT(2, float, partial)
PUSH(A(float, a) A(float, b) A(float, partial) int rows; int columns; int chunk;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.columns) return;
	int c0 = int(gl_WorkGroupID.x) * LANES, first = int(gl_WorkGroupID.y) * pc.chunk;
	float sum = 0.0;
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		float x, y;
		LOAD_NEAR(x, a, r * pc.columns + c0)
		LOAD_NEAR(y, b, r * pc.columns + c0)
		sum = fma(x, y, sum);
	}
	el(partial, int(gl_WorkGroupID.y) * pc.columns + c) = sum;
}
