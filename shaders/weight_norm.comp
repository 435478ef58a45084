// Weight normalisation (Salimans & Kingma 2016, equation 2): w = v s / sqrt(eps + |v|^2), |v| over each column's rows.
//
//   v, w    : [rows,columns] f32
//   squares : [chunks,columns] f32, of column_dots(v, v)
//   scale   : [columns] f32, s; read where SCALE, else s = 1
//
// Lanes lie along the columns; an invocation walks chunk rows.
// Work-groups: x = ceil(columns/Local), y = ceil(rows/chunk) = chunks.
// Order of accumulation: chunks ascending.
// Gradient: weight_norm_bwd.comp.
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
OUT(3, float, w)
PUSH(A(float, v) A(float, squares) A(float, scale) A(float, w) int rows; int columns; int chunk; float eps;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.columns) return;
	int c0 = int(gl_WorkGroupID.x) * LANES, first = int(gl_WorkGroupID.y) * pc.chunk;
	float square = 0.0;
	for (int part = 0; part < int(gl_NumWorkGroups.y); part++) square += el(squares, part * pc.columns + c);
	float factor = (SCALE ? el(scale, c) : 1.0) / sqrt(pc.eps + square);
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		float x;
		LOAD_NEAR(x, v, r * pc.columns + c0)
		el(w, r * pc.columns + c) = x * factor;
	}
}
