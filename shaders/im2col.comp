// Unfolds the patches that a convolution sees, for convolutions of so few input channels that a matrix product serves better.
//
//   x   : [ROWS,IH,IW,CI] f32
//   col : [ROWS*OH*OW, KH*KW*CI] f32, zero where a tap falls on padding
//
// Work-groups: x = ceil(KH*KW*CI / Local), y = ceil(ROWS*OH*OW / PER); an invocation fills PER rows of one column.
// Gradient: col2im.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const int PER = 1;

IN(0, float, x)
OUT(1, float, col)
PUSH(A(float, x) A(float, col))

void main() {
	const int COLUMNS = KH * KW * CI, PIXELS = ROWS * OH * OW;
	int column = int(gl_GlobalInvocationID.x);
	if (column >= COLUMNS) return;
	int ci = column % CI, kx = column / CI % KW, ky = column / (CI * KW);
	int first = int(gl_WorkGroupID.y) * PER;
	for (int p = first; p < min(first + PER, PIXELS); p++) {
		int row = p / (OH * OW), iy = p / OW % OH * STRIDE - PAD_Y + ky, ix = p % OW * STRIDE - PAD_X + kx;
		float v = 0.0;
		if (iy >= 0 && iy < IH && ix >= 0 && ix < IW) v = el(x, ((row * IH + iy) * IW + ix) * CI + ci);
		el(col, p * COLUMNS + column) = v;
	}
}
