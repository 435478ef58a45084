// Reads a table of words: y[i] = table[indices[i]].
//
//   table      : [count] u32
//   indices, y : [n] u32
//
// Work-groups: x = ceil(n / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, table)
IN(1, uint, indices)
OUT(2, uint, y)
PUSH(A(uint, table) A(uint, indices) A(uint, y) int n;)

void main() {
	int i = int(gl_GlobalInvocationID.x);
	if (i < pc.n) el(y, i) = el(table, int(el(indices, i)));
}
