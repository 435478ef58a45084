// Warps images by an affine map each: y at pixel u, counted from the middle, is x at A u + t, bilinear between pixels, 0 beyond.
//
//   x  : [rows,height,width] f32
//   by : [rows,6] f32 from -1 to 1; A = identity + spread [[by0, by1], [by2, by3]], t = shift [by4, by5], right first, then down
//   y  : [rows,height,width] f32
//
// One invocation per pixel. Work-groups: x = ceil(height*width / Local), y = rows.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, float, x)
IN(1, float, by)
OUT(2, float, y)
PUSH(A(float, x) A(float, by) A(float, y) int height; int width; float spread; float shift;)

float pixel(int base, int row, int column) {
	bool inside = row >= 0 && row < pc.height && column >= 0 && column < pc.width;
	return inside ? el(x, base + row * pc.width + column) : 0.0;
}

void main() {
	int i = int(gl_GlobalInvocationID.x), size = pc.height * pc.width;
	if (i >= size) return;
	int r = int(gl_WorkGroupID.y), base = r * size;
	vec2 middle = 0.5 * vec2(float(pc.width - 1), float(pc.height - 1));
	vec2 u = vec2(float(i % pc.width), float(i / pc.width)) - middle;
	vec2 off = vec2(
		fma(el(by, 6 * r), u.x, el(by, 6 * r + 1) * u.y),
		fma(el(by, 6 * r + 2), u.x, el(by, 6 * r + 3) * u.y));
	vec2 at = middle + u + pc.spread * off + pc.shift * vec2(el(by, 6 * r + 4), el(by, 6 * r + 5));
	at = clamp(at, vec2(-1.0), vec2(float(pc.width), float(pc.height))); // all is 0 from there on
	int column = int(floor(at.x)), row = int(floor(at.y));
	vec2 part = at - vec2(float(column), float(row));
	float above = mix(pixel(base, row, column), pixel(base, row, column + 1), part.x);
	float below = mix(pixel(base, row + 1, column), pixel(base, row + 1, column + 1), part.x);
	el(y, base + i) = mix(above, below, part.y);
}
