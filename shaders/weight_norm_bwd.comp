// Gradient of weight normalisation (Salimans & Kingma 2016, equation 3), with n = sqrt(eps + |v|^2):
//   ds = (v.dw) / n     dv = s/n (dw - v (v.dw) / n^2)
//
//   v       : [rows,columns] f32
//   dv      : [rows,columns] f32, dw before
//   squares : [chunks,columns] f32, of column_dots(v, v); not read where WHOLE
//   dots    : [chunks,columns] f32, of column_dots(v, dw); not read where WHOLE
//   scale   : [columns] f32, s; read where SCALE, else s = 1
//   dscale  : [columns] f32; written where SCALE
//
// Lanes lie along the columns; an invocation walks chunk rows, or, where WHOLE, all of them, and makes the sums itself.
// Work-groups: x = ceil(columns/(Local*NV)), y = ceil(rows/chunk) = chunks; 1 where WHOLE.
// Order of accumulation: chunks ascending; rows where WHOLE.
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
IN(3, float, dots)
IO(4, float, dv)
OUT(5, float, dscale)
PUSH(A(float, v) A(float, squares) A(float, scale) A(float, dots) A(float, dv) A(float, dscale)
	int rows; int columns; int chunk; float eps;)

void main() {
	find_lane();
	int columns = pc.columns;
	COLUMNS(columns)
	int r = int(gl_WorkGroupID.y) * pc.chunk, end = min(r + pc.chunk, pc.rows), part = 0;
	float square[NV], along[NV], factor[NV], slope[NV];
	[[unroll]] for (int u = 0; u < NV; u++) square[u] = along[u] = 0.0;
	int parts = WHOLE ? pc.rows : int(gl_NumWorkGroups.y);
	do {
		[[unroll]] for (int t = 0; t < TURN; t++) {
			int row = min(part + t, parts - 1) * columns;
			[[unroll]] for (int u = 0; u < NV; u++) {
				float s, d;
				if (WHOLE) {
					LOAD_NEAR(s, v, row + start[u])
					LOAD_NEAR(d, dv, row + start[u])
					d *= s;
					s *= s;
				} else {
					LOAD_NEAR(s, squares, row + start[u])
					LOAD_NEAR(d, dots, row + start[u])
				}
				square[u] += part + t < parts ? s : 0.0;
				along[u] += part + t < parts ? d : 0.0;
			}
		}
		part += TURN;
	} while (part < parts);
	[[unroll]] for (int u = 0; u < NV; u++) {
		float n = sqrt(pc.eps + square[u]);
		factor[u] = (SCALE ? el(scale, min(column[u], columns - 1)) : 1.0) / n;
		slope[u] = along[u] / (pc.eps + square[u]);
		if (SCALE && gl_WorkGroupID.y == 0u && own[u]) el(dscale, column[u]) = along[u] / n;
	}
	do {
		[[unroll]] for (int t = 0; t < TURN; t++) {
			int row = min(r + t, end - 1) * columns;
			[[unroll]] for (int u = 0; u < NV; u++) {
				float x, d;
				LOAD_NEAR(x, v, row + start[u])
				LOAD_NEAR(d, dv, row + start[u])
				if (own[u] && r + t < end) el(dv, row + column[u]) = factor[u] * fma(-slope[u], x, d);
			}
		}
		r += TURN;
	} while (r < end);
}
