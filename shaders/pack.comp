// Packs an operand of a product for the lanes family: tiles of columns one after the other, so that a tile's terms lie
// side by side.
//
//   x : [planes,terms,columns] f32, or [planes,columns,terms] where TRANS
//   y : [ceil(columns/width),planes,terms,width] f32: tile t holds the columns from tile_start(t) on (lanes.glsl), and
//       repeats the last where there are fewer than width. Its term k is x's (k mod inner) * (planes*terms/inner) +
//       k / inner: with inner 1 the order stays, with inner the batch size the batch becomes the inner axis of terms
//
// Work-groups: x = ceil(width/Local), y = ceil(planes*terms/PER), z = ceil(columns/width); an invocation packs PER terms
// of a column.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool TRANS = false;
layout(constant_id = 2) const int PER = 1;
layout(constant_id = 3) const bool RUNS = false; // not with TRANS, nor where there are fewer columns than width
#include "element.glsl"

IN(0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) int planes; int terms; int columns; int width; int inner;)

void main() {
	int j = int(gl_GlobalInvocationID.x), tile = int(gl_WorkGroupID.z);
	if (j >= pc.width) return;
	int start = tile_start(tile, pc.width, pc.columns);
	int column = min(start + j, pc.columns - 1), column0 = start + int(gl_WorkGroupID.x) * LANES;
	int all = pc.planes * pc.terms, first = int(gl_WorkGroupID.y) * PER;
	for (int k = first; k < min(first + PER, all); k++) {
		int term = k % pc.inner * (all / pc.inner) + k / pc.inner;
		float v;
		if (TRANS) v = el(x, (term / pc.terms * pc.columns + column) * pc.terms + term % pc.terms);
		else if (RUNS) { LOAD_NEAR(v, x, term * pc.columns + column0) }
		else v = el(x, term * pc.columns + column);
		el(y, (tile * all + k) * pc.width + j) = v;
	}
}
