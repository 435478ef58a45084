// The generator's words themselves, for tests against its published vectors: y[i] = philox(counter[i], key[i]).
//
//   counters : [n,4] u32     keys : [n,2] u32     y : [n,4] u32
//
// Work-groups: x = ceil(n / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, counters)
IN(1, uint, keys)
OUT(2, uint, y)
PUSH(A(uint, counters) A(uint, keys) A(uint, y) int n;)

void main() {
	int i = int(gl_GlobalInvocationID.x);
	if (i >= pc.n) return;
	uvec4 counter = uvec4(el(counters, 4 * i), el(counters, 4 * i + 1), el(counters, 4 * i + 2), el(counters, 4 * i + 3));
	uvec4 words = philox(counter, uvec2(el(keys, 2 * i), el(keys, 2 * i + 1)));
	for (int k = 0; k < 4; k++) el(y, 4 * i + k) = words[k];
}
