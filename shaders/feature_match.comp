// Gradient of feature matching, the mean over features of (mean over rows of fake - mean over rows of real)^2, by fake:
// the same for every row.
//
//   fake, real : [rows,features] f32
//   dfake      : [rows,features] f32, 2 (mean of fake - mean of real) / (rows features)
//
// Lanes lie along the features. Work-groups: x = ceil(features / Local).
// Order of accumulation: rows ascending. The loss: feature_match_loss.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;

IN(0, float, fake)
IN(1, float, real)
OUT(2, float, dfake)
PUSH(A(float, fake) A(float, real) A(float, dfake) int rows; int features;)

void main() {
	int f = int(gl_GlobalInvocationID.x);
	if (f >= pc.features) return;
	float gap = 0.0;
	for (int r = 0; r < pc.rows; r++) gap += el(fake, r * pc.features + f) - el(real, r * pc.features + f);
	float rows = float(pc.rows), d = 2.0 * (gap / rows) / (rows * float(pc.features));
	for (int r = 0; r < pc.rows; r++) el(dfake, r * pc.features + f) = d;
}
