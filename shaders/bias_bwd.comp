// Gradient of bias and activation in one pass: dz = dy act'(y), and partial sums of dz for the bias.
//
//   dy, dz  : [rows,channels] f32; they may be one buffer. dz is not written where ACT is none
//   y       : [forward,channels] f32; backward row r differentiates forward row r mod forward
//   partial : [chunks,channels] f32, sums over the rows below forward; not written where SUM_BIAS is false
//
// Lanes lie along the channels; an invocation walks chunk rows.
// Work-groups: x = ceil(channels/Local), y = ceil(rows/chunk) = chunks; only those below forward hold anything for the
// bias, so sum_partials adds the first ceil(forward/chunk).
// Order of accumulation: rows ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int ACT = 0;
layout(constant_id = 2) const bool SUM_BIAS = false;
layout(constant_id = 3) const bool RUNS = false;
#include "element.glsl"

IN(0, float, y)
IN(1, float, dy)
OUT(2, float, dz)
OUT(3, float, partial)
PUSH(A(float, y) A(float, dy) A(float, dz) A(float, partial) int rows; int forward; int channels; int chunk;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	int c0 = int(gl_WorkGroupID.x) * LANES, first = int(gl_WorkGroupID.y) * pc.chunk;
	float sum = 0.0;
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		float v;
		LOAD_NEAR(v, dy, r * pc.channels + c0)
		if (ACT != ACT_NONE) {
			float out_;
			LOAD_NEAR(out_, y, r % pc.forward * pc.channels + c0)
			v *= activate_grad(ACT, out_);
			el(dz, r * pc.channels + c) = v;
		}
		if (r < pc.forward) sum += v;
	}
	if (SUM_BIAS) el(partial, int(gl_WorkGroupID.y) * pc.channels + c) = sum;
}
