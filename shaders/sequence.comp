// The next batch in file order: batch b of rows images. The last batch is filled up with earlier images, whose
// index carries bit 31: loaded, not counted.
//
//   batch   : [1] u32, the number of the batch
//   indices : [rows] u32
//
// Work-groups: x = ceil(rows / Local). Needs rows <= n.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, batch)
OUT(1, uint, indices)
PUSH(A(uint, batch) A(uint, indices) uint n; uint rows;)

void main() {
	uint row = gl_GlobalInvocationID.x;
	if (row >= pc.rows) return;
	uint wanted = el(batch, 0) * pc.rows;
	uint i = min(wanted, pc.n - pc.rows) + row;
	el(indices, int(row)) = i < wanted ? i | 0x80000000u : i;
}
