// Uniform classes 0 .. classes-1: row r takes element r of (seed, stream, step).
//
//   step  : [1] u32, the training step
//   value : [rows] u32
//
// Work-groups: x = ceil(rows / Local).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "philox.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, step)
OUT(1, uint, value)
PUSH(A(uint, step) A(uint, value) uint seed_low; uint seed_high; uint stream; uint classes; uint rows;)

void main() {
	uint r = gl_GlobalInvocationID.x;
	if (r >= pc.rows) return;
	uvec4 words = philox(uvec4(r / 4u, el(step, 0), pc.stream, 0u), uvec2(pc.seed_low, pc.seed_high));
	el(value, int(r)) = below(words[r % 4u], pc.classes);
}
