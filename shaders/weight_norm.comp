// Weight normalisation (Salimans & Kingma 2016, equation 2): w = v s / sqrt(eps + |v|^2), |v| over each column's rows.
//
//   v, w    : [rows,columns] f32
//   squares : [chunks,columns] f32, of column_dots(v, v); not read where WHOLE
//   scale   : [columns] f32, s; read where SCALE, else s = 1
//
// Lanes lie along the columns; an invocation walks chunk rows, or, where WHOLE, all of them, and makes the sums itself.
// Work-groups: x = ceil(columns/(Local*NV)), y = ceil(rows/chunk) = chunks; 1 where WHOLE.
// Order of accumulation: chunks ascending; rows where WHOLE.
// Gradient: weight_norm_bwd.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool SCALE = false;
layout(constant_id = 2) const bool WHOLE = false;
layout(constant_id = 3) const int RUNS = 0;
#include "element.glsl"

IN(0, float, v)
IN(1, float, squares)
IN(2, float, scale)
OUT(3, float, w)
PUSH(A(float, v) A(float, squares) A(float, scale) A(float, w) int rows; int columns; int chunk; float eps;)

void main() {
	find_lane();
	int columns = pc.columns;
	COLUMNS(columns)
	int r = int(gl_WorkGroupID.y) * pc.chunk, end = min(r + pc.chunk, pc.rows), part = 0;
	float square[NV], factor[NV];
	[[unroll]] for (int u = 0; u < NV; u++) square[u] = 0.0;
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float s;
			if (WHOLE) {
				LOAD_NEAR(s, v, part * columns + start[u])
				s *= s;
			} else {
				LOAD_NEAR(s, squares, part * columns + start[u])
			}
			square[u] += s;
		}
	} while (++part < (WHOLE ? pc.rows : int(gl_NumWorkGroups.y)));
	[[unroll]] for (int u = 0; u < NV; u++)
		factor[u] = (SCALE ? el(scale, min(column[u], columns - 1)) : 1.0) / sqrt(pc.eps + square[u]);
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float x;
			LOAD_NEAR(x, v, r * columns + start[u])
			if (own[u]) el(w, r * columns + column[u]) = x * factor[u];
		}
	} while (++r < end);
}
