// Multiply-adds on registers alone: y = sum over c < CHAINS of s[c], where s[c] = x + c at first, then turns*STEPS times
// s[c] = s[c] scale + shift. It measures how fast arithmetic is.
//
//   x, y : [n] f32
//
// The chains do not depend on each other, so there should be more of them than a processor's multiply-add has stages.
// Work-groups: x = n / Local.
// Order of accumulation: c ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int CHAINS = 1;
layout(constant_id = 2) const int STEPS = 1;

IN(0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) float scale; float shift; int turns;)

void main() {
	int i = int(gl_GlobalInvocationID.x);
	float s[CHAINS];
	[[unroll]] for (int c = 0; c < CHAINS; c++) s[c] = el(x, i) + float(c);
	int turn = 0;
	do {
		[[unroll]] for (int k = 0; k < STEPS; k++)
			[[unroll]] for (int c = 0; c < CHAINS; c++) s[c] = fma(s[c], pc.scale, pc.shift);
		turn++;
	} while (turn < pc.turns);
	float sum = 0.0;
	[[unroll]] for (int c = 0; c < CHAINS; c++) sum += s[c];
	el(y, i) = sum;
}
