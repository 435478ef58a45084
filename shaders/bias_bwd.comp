// Gradient of bias and activation in one pass: dz = dy act'(y), and partial sums of dz for the bias.
//
//   dy, dz  : [rows,channels] f32; they may be one buffer. dz is not written where ACT is none
//   y       : [forward,channels] f32; backward row r differentiates forward row r mod forward
//   partial : [chunks,channels] f32, sums over the rows below forward; not written where SUM_BIAS is false
//
// Lanes lie along the channels; an invocation walks chunk rows.
// Work-groups: x = ceil(channels/(Local*NV)), y = ceil(rows/chunk) = chunks; only those below forward hold anything for the
// bias, so sum_partials adds the first ceil(forward/chunk).
// Order of accumulation: rows ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int ACT = 0;
layout(constant_id = 2) const bool SUM_BIAS = false;
layout(constant_id = 3) const int RUNS = 0;
#include "element.glsl"

IN(0, float, y)
IN(1, float, dy)
OUT(2, float, dz)
OUT(3, float, partial)
PUSH(A(float, y) A(float, dy) A(float, dz) A(float, partial) int rows; int forward; int channels; int chunk;)

void main() {
	find_lane();
	int channels = pc.channels;
	COLUMNS(channels)
	int r = int(gl_WorkGroupID.y) * pc.chunk, end = min(r + pc.chunk, pc.rows), forward_row = r % pc.forward;
	float sum[NV];
	[[unroll]] for (int u = 0; u < NV; u++) sum[u] = 0.0;
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float v;
			LOAD_NEAR(v, dy, r * channels + start[u])
			if (ACT != ACT_NONE) {
				float out_;
				LOAD_NEAR(out_, y, forward_row * channels + start[u])
				v *= activate_grad(ACT, out_);
				if (own[u]) el(dz, r * channels + column[u]) = v;
			}
			sum[u] += r < pc.forward ? v : 0.0;
		}
		forward_row = forward_row + 1 == pc.forward ? 0 : forward_row + 1;
	} while (++r < end);
	if (SUM_BIAS)
		[[unroll]] for (int u = 0; u < NV; u++)
			if (own[u]) el(partial, int(gl_WorkGroupID.y) * channels + column[u]) = sum[u];
}
