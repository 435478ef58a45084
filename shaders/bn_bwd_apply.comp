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
// Work-groups: x = ceil(channels/(Local*NV)), y = ceil(rows/chunk), z = backward groups.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int ACT = 0;
layout(constant_id = 2) const int RUNS = 0;
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
	find_lane();
	int channels = pc.channels, backward = int(gl_WorkGroupID.z), group = backward % pc.forward_groups;
	COLUMNS(channels)
	int r = int(gl_WorkGroupID.y) * pc.chunk, end = min(r + pc.chunk, pc.rows);
	float mean[NV], inverse[NV], scale[NV], shift[NV], s[NV], q[NV];
	[[unroll]] for (int u = 0; u < NV; u++) {
		int c = min(column[u], channels - 1);
		mean[u] = el(moments, pair(group, 0, channels, c));
		inverse[u] = el(moments, pair(group, 1, channels, c));
		scale[u] = el(gamma, c);
		shift[u] = el(beta, c);
		s[u] = el(sums, pair(backward, 0, channels, c)) / float(pc.rows);
		q[u] = el(sums, pair(backward, 1, channels, c)) / float(pc.rows);
	}
	do {
		int row = (backward * pc.rows + r) * channels;
		[[unroll]] for (int u = 0; u < NV; u++) {
			float normal, dz;
			LOAD_NEAR(normal, x, (group * pc.rows + r) * channels + start[u])
			LOAD_NEAR(dz, dy, row + start[u])
			normal = (normal - mean[u]) * inverse[u];
			if (ACT != ACT_NONE) dz *= activate_grad(ACT, activate(ACT, fma(normal, scale[u], shift[u])));
			dz = scale[u] * inverse[u] * (dz - s[u] - normal * q[u]);
			if (own[u]) el(dx, row + column[u]) = dz;
		}
	} while (++r < end);
}
