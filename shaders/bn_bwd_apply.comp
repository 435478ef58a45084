// Gradient of batch-norm and activation, second half: dx = gamma/sqrt(variance + eps) (dz - mean(dz) - x^ mean(dz x^)),
// with dz = dy act'(y) and x^ the normalised x.
//
//   x           : [groups,rows,channels] f32, the forward input
//   moments     : [groups,2,channels] f32
//   gamma, beta : [channels] f32
//   sums        : [backward groups,2,channels] f32, of bn_bwd_finish
//   dy, dx      : [backward groups,rows,channels] f32; they may be one buffer
//
// Lanes lie along the channels; an invocation walks chunk rows.
// Work-groups: x = ceil(channels/Local), y = ceil(rows/chunk), z = backward groups.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int ACT = 0;
layout(constant_id = 2) const bool RUNS = false;
#include "element.glsl"

IN(0, float, x)
IN(1, float, moments)
IN(2, float, gamma)
IN(3, float, beta)
IN(4, float, sums)
IN(5, float, dy)
OUT(6, float, dx)
PUSH(A(float, x) A(float, moments) A(float, gamma) A(float, beta) A(float, sums) A(float, dy) A(float, dx)
	int forward_groups; int rows; int channels; int chunk;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	int backward = int(gl_WorkGroupID.z), group = backward % pc.forward_groups, first = int(gl_WorkGroupID.y) * pc.chunk;
	int c0 = int(gl_WorkGroupID.x) * LANES;
	float mean = el(moments, pair(group, 0, pc.channels, c)), inverse = el(moments, pair(group, 1, pc.channels, c));
	float scale = el(gamma, c), shift = el(beta, c);
	float s = el(sums, pair(backward, 0, pc.channels, c)) / float(pc.rows);
	float q = el(sums, pair(backward, 1, pc.channels, c)) / float(pc.rows);
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		int row = (backward * pc.rows + r) * pc.channels;
		float normal, dz;
		LOAD_NEAR(normal, x, (group * pc.rows + r) * pc.channels + c0)
		LOAD_NEAR(dz, dy, row + c0)
		normal = (normal - mean) * inverse;
		if (ACT != ACT_NONE) dz *= activate_grad(ACT, activate(ACT, fma(normal, scale, shift)));
		el(dx, row + c) = scale * inverse * (dz - s - normal * q);
	}
}
