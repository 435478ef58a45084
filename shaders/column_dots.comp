// Each chunk's dot products of the columns of two matrices: partial[chunk,c] = sum over its rows of a[r,c] b[r,c].
//
//   a, b    : [rows,columns] f32; they may be one buffer
//   partial : [chunks,columns] f32
//
// Lanes lie along the columns; an invocation walks chunk rows.
// Work-groups: x = ceil(columns/(Local*NV)), y = ceil(rows/chunk) = chunks.
// Order of accumulation: rows ascending. Who reads partial adds the chunks: weight_norm.comp, weight_norm_bwd.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int RUNS = 0;
#include "element.glsl"

IN(0, float, a)
IN(1, float, b)
OUT(2, float, partial)
PUSH(A(float, a) A(float, b) A(float, partial) int rows; int columns; int chunk;)

void main() {
	find_lane();
	int columns = pc.columns;
	COLUMNS(columns)
	int r = int(gl_WorkGroupID.y) * pc.chunk, end = min(r + pc.chunk, pc.rows);
	float sum[NV];
	[[unroll]] for (int u = 0; u < NV; u++) sum[u] = 0.0;
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float x, y;
			LOAD_NEAR(x, a, r * columns + start[u])
			LOAD_NEAR(y, b, r * columns + start[u])
			sum[u] = fma(x, y, sum[u]);
		}
	} while (++r < end);
	[[unroll]] for (int u = 0; u < NV; u++)
		if (own[u]) el(partial, int(gl_WorkGroupID.y) * columns + column[u]) = sum[u];
}
