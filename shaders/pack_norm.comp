// Packs a weight for the lanes family as pack.comp does, and normalises it on the way (weight_norm.comp): w is never made
// in another layout.
//
//   v      : [rows,columns] f32
//   scale  : [columns] f32, s; read where SCALE, else s = 1
//   w      : [ceil(columns/width),rows,width] f32, v s / sqrt(eps + |v|^2) in tiles of width = Local*NV columns, pack.comp's y
//   factor : [columns] f32, s / sqrt(eps + |v|^2)
//
// An invocation makes a tile, UNROLL rows in a turn: it reads v twice, the second time out of a cache. NEAR: as in pack.comp.
// Work-groups: x = ceil(columns/width).
// Order of accumulation: rows ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool SCALE = false;
layout(constant_id = 2) const bool NEAR = false;
layout(constant_id = 3) const int NV = 1;
#include "lanes.glsl"

IN(0, float, v)
IN(1, float, scale)
OUT(2, float, w)
OUT(3, float, factor)
PUSH(A(float, v) A(float, scale) A(float, w) A(float, factor) int rows; int columns; float eps;)

const int UNROLL = 4;
const int WIDTH = LANES * NV;

// x = v[row, this lane's column of run i].
#define LOAD_COLUMN(x, row, i)                                                            \
	if (NEAR) { LOAD_RUN(x, v, at(v, (row) * pc.columns + start), (i) * LANES) }          \
	else x = el(v, (row) * pc.columns + column[i]);

void main() {
	find_lane();
	int tile = int(gl_WorkGroupID.x), start = tile_start(tile, WIDTH, pc.columns), last = pc.rows - 1;
	int column[NV];
	float square[NV], own[NV];
	[[unroll]] for (int i = 0; i < NV; i++) {
		column[i] = min(start + i * LANES + LANE, pc.columns - 1);
		square[i] = 0.0;
	}
	int r = 0;
	do {
		[[unroll]] for (int u = 0; u < UNROLL; u++)
			[[unroll]] for (int i = 0; i < NV; i++) {
				float x;
				LOAD_COLUMN(x, min(r + u, last), i)
				square[i] += r + u <= last ? x * x : 0.0;
			}
		r += UNROLL;
	} while (r <= last);
	[[unroll]] for (int i = 0; i < NV; i++) {
		own[i] = (SCALE ? el(scale, column[i]) : 1.0) / sqrt(pc.eps + square[i]);
		el(factor, column[i]) = own[i];
	}
	int to = tile * pc.rows * WIDTH + LANE;
	r = 0;
	do {
		[[unroll]] for (int u = 0; u < UNROLL; u++) {
			int row = min(r + u, last);
			[[unroll]] for (int i = 0; i < NV; i++) {
				float x;
				LOAD_COLUMN(x, row, i)
				el(w, to + row * WIDTH + i * LANES) = x * own[i];
			}
		}
		r += UNROLL;
	} while (r <= last);
}
