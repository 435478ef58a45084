// Draws a picture of rectangles, glyphs, images, lines and heat maps, one over the other.
//
//   items  : [n,12] u32: kind, left, top, right, bottom (pixels), colour (R low, A high), then six arguments by kind
//   tiles  : [rows of tiles, columns of tiles, plus 1] u32, where each tile's part of lists begins; the last: its end
//   lists  : [..] u32, the items that touch each tile, in the order of drawing
//   atlas  : [..] u32, four coverages of glyphs a word, the first in the low byte
//   images : [..] f32, 0 black to 1 white
//   counts : [..] u32, tables [rows,classes]
//   pixels : [height,width] u32, R low or, with BGR, B low; A high and 255
//
// Kinds and arguments; a picture's values are read when it is drawn:
//   0 fill
//   1 glyph   a: its coverages' place in the atlas
//   2 image   a: place in images  b, c: its width and height  d: 1 interpolates, 0 takes the nearest pixel
//   3 heat    a: place in counts  b, c: rows and classes; a count's share of its row is how opaque the colour is
//   4 digit   a: place of a row in counts  b: classes  c: place of "0" in the atlas, the other digits follow
//             d: 0 the ones, 1 the tens of the row's most frequent class, the first of equals; nothing for an empty row
//   5 line    a, b, c, d: its ends x0 y0 x1 y1 and e: half its width, in sixteenths of a pixel
//
// Colours are laid over each other in integers: (new alpha + old (255 - alpha) + 127) / 255.
//
// A CPU driver goes through code that no lane is in, and loads there what has one address for all lanes. So that
// such an address is valid where it means nothing, items end at lastItem and counts at lastCount.
//
// A work-group draws one tile of TILE×TILE pixels. Work-groups: x = columns, y = rows of tiles.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int TILE = 32;
layout(constant_id = 2) const bool BGR = false;

IN(0, uint, items)
IN(1, uint, tiles)
IN(2, uint, lists)
IN(3, uint, atlas)
IN(4, float, images)
IN(5, uint, counts)
OUT(6, uint, pixels)
PUSH(A(uint, items) A(uint, tiles) A(uint, lists) A(uint, atlas) A(float, images) A(uint, counts) A(uint, pixels) int width; int height; uint lastItem; uint lastCount;)

const int WORDS = 12;

uint count(int i) { return el(counts, int(min(uint(i), pc.lastCount))); }

uint coverage(int i) { return (el(atlas, i >> 2) >> (8 * (i & 3))) & 255u; }

uint grey(float v) { return v > 0.0 ? uint(min(v, 1.0) * 255.0 + 0.5) : 0u; }

// The image's pixel at (x, y) of a rectangle of size.
uint imageGrey(int item, ivec2 p, ivec2 size) {
	int from = int(el(items, item + 6)), w = int(el(items, item + 7)), h = int(el(items, item + 8));
	if (el(items, item + 9) == 0u) return grey(el(images, from + p.y * h / size.y * w + p.x * w / size.x));
	vec2 at = clamp((vec2(p) + 0.5) * vec2(w, h) / vec2(size) - 0.5, vec2(0.0), vec2(w - 1, h - 1));
	ivec2 a = ivec2(at), b = min(a + 1, ivec2(w - 1, h - 1));
	vec2 f = at - vec2(a);
	float top = mix(el(images, from + a.y * w + a.x), el(images, from + a.y * w + b.x), f.x);
	float bottom = mix(el(images, from + b.y * w + a.x), el(images, from + b.y * w + b.x), f.x);
	return grey(mix(top, bottom, f.y));
}

// A cell's share of its row, of 255.
uint heat(int item, ivec2 p, ivec2 size) {
	int rows = int(el(items, item + 7)), classes = int(el(items, item + 8));
	int row = int(el(items, item + 6)) + p.y * rows / size.y * classes;
	uint sum = 0u;
	for (int k = 0; k < classes; k++) sum += count(row + k);
	return sum == 0u ? 0u : uint(float(count(row + p.x * classes / size.x)) / float(sum) * 255.0 + 0.5);
}

// Coverage of a digit of the most frequent class.
uint digit(int item, ivec2 p, ivec2 size) {
	int row = int(el(items, item + 6)), classes = int(el(items, item + 7)), best = 0;
	uint most = 0u;
	for (int k = 0; k < classes; k++) {
		uint n = count(row + k);
		if (n > most) {
			most = n;
			best = k;
		}
	}
	bool tens = el(items, item + 9) == 1u;
	if (most == 0u || tens && best < 10) return 0u;
	int glyph = tens ? best / 10 % 10 : best % 10;
	return coverage(int(el(items, item + 8)) + (glyph * size.y + p.y) * size.x + p.x);
}

uint line(int item, ivec2 at) {
	vec2 p = vec2(at) + 0.5;
	vec2 a = vec2(ivec2(int(el(items, item + 6)), int(el(items, item + 7)))) / 16.0;
	vec2 b = vec2(ivec2(int(el(items, item + 8)), int(el(items, item + 9)))) / 16.0;
	vec2 d = b - a;
	float along = dot(d, d), t = along > 0.0 ? clamp(dot(p - a, d) / along, 0.0, 1.0) : 0.0;
	vec2 off = p - a - t * d;
	return uint(clamp(float(el(items, item + 10)) / 16.0 + 0.5 - sqrt(dot(off, off)), 0.0, 1.0) * 255.0 + 0.5);
}

void main() {
	int tile = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x);
	int first = int(el(tiles, tile)), last = int(el(tiles, tile + 1));
	for (int column = int(gl_LocalInvocationIndex); column < TILE; column += int(gl_WorkGroupSize.x)) {
		for (int row = 0; row < TILE; row++) {
			ivec2 at = ivec2(gl_WorkGroupID.xy) * TILE + ivec2(column, row);
			if (at.x >= pc.width || at.y >= pc.height) continue;
			uvec3 colour = uvec3(0u);
			for (int k = first; k < last; k++) {
				int item = int(min(el(lists, k), pc.lastItem)) * WORDS;
				ivec2 low = ivec2(int(el(items, item + 1)), int(el(items, item + 2)));
				ivec2 high = ivec2(int(el(items, item + 3)), int(el(items, item + 4)));
				if (any(lessThan(at, low)) || any(greaterThanEqual(at, high))) continue;
				uint rgba = el(items, item + 5), alpha = rgba >> 24;
				uvec3 over = uvec3(rgba, rgba >> 8, rgba >> 16) & 255u;
				ivec2 size = high - low, p = clamp(at - low, ivec2(0), size - 1);
				switch (el(items, item)) {
				case 1u: alpha = alpha * coverage(int(el(items, item + 6)) + p.y * size.x + p.x) / 255u; break;
				case 2u: over = uvec3(imageGrey(item, p, size)); break;
				case 3u: alpha = alpha * heat(item, p, size) / 255u; break;
				case 4u: alpha = alpha * digit(item, p, size) / 255u; break;
				case 5u: alpha = alpha * line(item, at) / 255u; break;
				}
				colour = (over * alpha + colour * (255u - alpha) + 127u) / 255u;
			}
			if (BGR) colour = colour.zyx;
			el(pixels, at.y * pc.width + at.x) = colour.x | colour.y << 8 | colour.z << 16 | 0xFF000000u;
		}
	}
}
