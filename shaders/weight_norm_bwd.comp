// Gradient of weight normalisation (Salimans & Kingma 2016, equation 3), with n = sqrt(eps + |v|^2):
//   ds = (v.dw) / n     dv = s/n (dw - v (v.dw) / n^2)
//
//   v, dw, dv : [rows,columns] f32
//   squares   : [chunks,columns] f32, of column_dots(v, v)
//   dots      : [chunks,columns] f32, of column_dots(v, dw)
//   scale     : [columns] f32, s; read where SCALE, else s = 1
//   dscale    : [columns] f32; written where SCALE
//
// Lanes lie along the columns; an invocation walks chunk rows.
// Work-groups: x = ceil(columns/Local), y = ceil(rows/chunk) = chunks.
// Order of accumulation: chunks ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool SCALE = false;
layout(constant_id = 2) const bool RUNS = false;
#include "element.glsl"

IN(0, float, v)
IN(1, float, squares)
IN(2, float, scale)
IN(3, float, dw)
IN(4, float, dots)
OUT(5, float, dv)
OUT(6, float, dscale)
PUSH(A(float, v) A(float, squares) A(float, scale) A(float, dw) A(float, dots) A(float, dv) A(float, dscale)
	int rows; int columns; int chunk; float eps;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.columns) return;
	int c0 = int(gl_WorkGroupID.x) * LANES, first = int(gl_WorkGroupID.y) * pc.chunk;
	float square = 0.0, along = 0.0;
	for (int part = 0; part < int(gl_NumWorkGroups.y); part++) {
		square += el(squares, part * pc.columns + c);
		along += el(dots, part * pc.columns + c);
	}
	float n = sqrt(pc.eps + square);
	float factor = (SCALE ? el(scale, c) : 1.0) / n, slope = along / (pc.eps + square);
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		float x, d;
		LOAD_NEAR(x, v, r * pc.columns + c0)
		LOAD_NEAR(d, dw, r * pc.columns + c0)
		el(dv, r * pc.columns + c) = factor * fma(-slope, x, d);
	}
	if (SCALE && gl_WorkGroupID.y == 0u) el(dscale, c) = along / n;
}
