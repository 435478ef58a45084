// Gradient of batch-norm and activation, first half: each chunk's sums of dz and of dz times the normalised x,
// where dz = dy act'(y).
//
//   x           : [groups,rows,channels] f32, the forward input
//   moments     : [groups,2,channels] f32
//   gamma, beta : [channels] f32
//   dy          : [backward groups,rows,channels] f32; backward group g differentiates forward group g mod groups
//   partial     : [backward groups,chunks,2,channels] f32
//
// Lanes lie along the channels.
// Work-groups: x = ceil(channels/(Local*NV)), y = ceil(rows/chunk) = chunks, z = backward groups.
// Order of accumulation: rows ascending. Then bn_bwd_finish.comp, bn_bwd_apply.comp.
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
IN(4, float, dy)
OUT(5, float, partial)
PUSH(A(float, x) A(float, moments) A(float, gamma) A(float, beta) A(float, dy) A(float, partial)
	int forward_groups; int rows; int channels; int chunk;)

void main() {
	find_lane();
	int channels = pc.channels, backward = int(gl_WorkGroupID.z), group = backward % pc.forward_groups;
	COLUMNS(channels)
	int part = int(gl_WorkGroupID.y), r = part * pc.chunk, end = min(r + pc.chunk, pc.rows);
	float mean[NV], inverse[NV], scale[NV], shift[NV], s[NV], q[NV];
	[[unroll]] for (int u = 0; u < NV; u++) {
		int c = min(column[u], channels - 1);
		mean[u] = el(moments, pair(group, 0, channels, c));
		inverse[u] = el(moments, pair(group, 1, channels, c));
		scale[u] = el(gamma, c);
		shift[u] = el(beta, c);
		s[u] = q[u] = 0.0;
	}
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float normal, dz;
			LOAD_NEAR(normal, x, (group * pc.rows + r) * channels + start[u])
			LOAD_NEAR(dz, dy, (backward * pc.rows + r) * channels + start[u])
			normal = (normal - mean[u]) * inverse[u];
			if (ACT != ACT_NONE) dz *= activate_grad(ACT, activate(ACT, fma(normal, scale[u], shift[u])));
			s[u] += dz;
			q[u] = fma(dz, normal, q[u]);
		}
	} while (++r < end);
	int out_at = backward * int(gl_NumWorkGroups.y) + part;
	[[unroll]] for (int u = 0; u < NV; u++)
		if (own[u]) {
			el(partial, pair(out_at, 0, channels, column[u])) = s[u];
			el(partial, pair(out_at, 1, channels, column[u])) = q[u];
		}
}
