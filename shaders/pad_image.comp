// Gives images their padding, for convolutions of so few input channels that no lanes lie along them.
//
//   x      : [ROWS,IH,IW,CI] f32
//   padded : [ROWS,PH,PW,CI] f32, PH = (OH-1)*STRIDE + KH and PW alike: the pixels that some tap meets, zero beyond x
//
// Work-groups: x = ceil(ROWS*PH*PW*CI / (Local*PER)).
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "conv.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 13) const int PER = 1;

IN(0, float, x)
OUT(1, float, padded)
PUSH(A(float, x) A(float, padded))

void main() {
	const int PIXELS = ROWS * PADDED_H * PADDED_W;
	int base = int(gl_WorkGroupID.x * gl_WorkGroupSize.x) * PER + int(gl_LocalInvocationID.x);
	for (int t = 0; t < PER; t++) {
		int i = base + t * int(gl_WorkGroupSize.x);
		if (i >= PIXELS * CI) return;
		int ci = i % CI, pixel = i / CI;
		int ix = pixel % PADDED_W - PAD_X, iy = pixel / PADDED_W % PADDED_H - PAD_Y, row = pixel / (PADDED_W * PADDED_H);
		int nearest = (row * IH + clamp(iy, 0, IH - 1)) * IW + clamp(ix, 0, IW - 1);
		el(padded, i) = mix(0.0, el(x, nearest * CI + ci), iy >= 0 && iy < IH && ix >= 0 && ix < IW);
	}
}
