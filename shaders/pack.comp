// Packs an operand of a product for the lanes family: tiles of columns one after the other, so that a tile's terms lie
// side by side.
//
//   x : [planes,terms,columns] f32, or [planes,columns,terms] where TRANS
//   scale : [terms] f32, a factor of each term; read where SCALE
//   y : [ceil(columns/width),planes,terms,width] f32: tile t holds the columns from tile_start(t) on (lanes.glsl), and
//       repeats the last where there are fewer than width. Where INNER, planes is 1, and term k of y is x's
//       (k mod inner) * (terms/inner) + k / inner: with the batch size, the batch becomes the inner axis of terms
//
// An invocation packs PER terms of NV runs of columns, UNROLL terms in a turn. NEAR: a run's columns are loaded as one;
// not where there are fewer columns than width, nor needed where TRANS. PAIRS, if width is even, NV is 2 and,
// unless TRANS, columns is even: a lane takes two neighbouring columns.
// Work-groups: x = planes*ceil(terms/PER), y = ceil(columns/width); width is at most NV*Local.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool TRANS = false;
layout(constant_id = 2) const bool INNER = false;
layout(constant_id = 3) const bool NEAR = false;
layout(constant_id = 4) const bool SCALE = false;
layout(constant_id = 5) const int PER = 1;
layout(constant_id = 6) const int NV = 1;
layout(constant_id = 7) const bool PAIRS = false;
#include "lanes.glsl"

IN(0, float, x)
IN(1, float, scale)
OUT(2, float, y)
PUSH(A(float, x) A(float, scale) A(float, y) int planes; int terms; int columns; int width; int inner;)

const int UNROLL = 4;

// The column of lane j and value v of its NV.
int column_of(int v, int j) { return PAIRS ? 2 * j + v : v * LANES + j; }

void main() {
	find_lane();
	int tile = int(gl_WorkGroupID.y), start = tile_start(tile, pc.width, pc.columns), last = pc.columns - 1;
	int chunks = (pc.terms + PER - 1) / PER, plane = int(gl_WorkGroupID.x) / chunks;
	int k = int(gl_WorkGroupID.x) % chunks * PER, end = min(k + PER, pc.terms);
	int to = (tile * pc.planes + plane) * pc.terms * pc.width;
	ptr(float) column[NV * LANES];
	if (TRANS)
		[[unroll]] for (int j = 0; j < NV * LANES; j++)
			column[j] = at(x, (plane * pc.columns + min(start + column_of(j / LANES, j % LANES), last)) * pc.terms);
	do {
		[[unroll]] for (int u = 0; u < UNROLL; u++) {
			int term = min(k + u, end - 1), from = term;
			if (INNER) from = term % pc.inner * (pc.terms / pc.inner) + term / pc.inner;
			float values[NV];
			if (TRANS) {
				[[unroll]] for (int v = 0; v < NV; v++) {
					values[v] = ld(x, column[v * LANES], term);
					[[unroll]] for (int j = 1; j < LANES; j++) {
						float other = ld(x, column[v * LANES + j], term);
						values[v] = lane_is[j] ? other : values[v];
					}
				}
			} else if (NEAR) {
				ptr(float) row = at(x, from * pc.columns + start);
				if (PAIRS) { LOAD_PAIRS(values[0], values[NV - 1], x, row, 0) }
				else [[unroll]] for (int v = 0; v < NV; v++) { LOAD_RUN(values[v], x, row, v * LANES) }
			} else {
				[[unroll]] for (int v = 0; v < NV; v++) values[v] = el(x, from * pc.columns + min(start + column_of(v, LANE), last));
			}
			if (SCALE) {
				float factor = el(scale, term);
				[[unroll]] for (int v = 0; v < NV; v++) values[v] *= factor;
			}
			ptr(float) target = at(y, to + term * pc.width);
			if (PAIRS) {
				if (2 * LANE < pc.width) STORE_2(y, target, 2 * LANE, values[0], values[NV - 1])
			} else
				[[unroll]] for (int v = 0; v < NV; v++)
					if (v * LANES + LANE < pc.width) ld(y, target, v * LANES + LANE) = values[v];
		}
		k += UNROLL;
	} while (k < end);
}
