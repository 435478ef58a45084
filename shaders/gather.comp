// Loads images from bytes: y[r] = images[indices[r]] / 255.
//
//   images  : [count,size/4] u32, four pixels a word, the first in the low byte
//   indices : [rows] u32, bit 31 ignored
//   y       : [rows,size] f32 in [0,1]
//
// An invocation converts one word. Work-groups: x = ceil(size/4 / Local), y = rows. size is divisible by 4.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, uint, images)
IN(1, uint, indices)
OUT(2, float, y)
PUSH(A(uint, images) A(uint, indices) A(float, y) int size;)

void main() {
	int words = pc.size / 4, word = int(gl_GlobalInvocationID.x), r = int(gl_WorkGroupID.y);
	if (word >= words) return;
	uint pixels = el(images, int(el(indices, r) & 0x7FFFFFFFu) * words + word);
	for (int k = 0; k < 4; k++) el(y, r * pc.size + word * 4 + k) = float((pixels >> (8 * k)) & 255u) / 255.0;
}
