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
// Work-groups: x = ceil(channels/Local), y = ceil(rows/chunk) = chunks, z = backward groups.
// Order of accumulation: rows ascending. Then bn_bwd_finish.comp, bn_bwd_apply.comp.
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
IN(4, float, dy)
OUT(5, float, partial)
PUSH(A(float, x) A(float, moments) A(float, gamma) A(float, beta) A(float, dy) A(float, partial)
	int forward_groups; int rows; int channels; int chunk;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	int backward = int(gl_WorkGroupID.z), group = backward % pc.forward_groups;
	int c0 = int(gl_WorkGroupID.x) * LANES, part = int(gl_WorkGroupID.y), first = part * pc.chunk;
	float mean = el(moments, pair(group, 0, pc.channels, c)), inverse = el(moments, pair(group, 1, pc.channels, c));
	float scale = el(gamma, c), shift = el(beta, c);
	float s = 0.0, q = 0.0;
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		float normal, dz;
		LOAD_NEAR(normal, x, (group * pc.rows + r) * pc.channels + c0)
		LOAD_NEAR(dz, dy, (backward * pc.rows + r) * pc.channels + c0)
		normal = (normal - mean) * inverse;
		if (ACT != ACT_NONE) dz *= activate_grad(ACT, activate(ACT, fma(normal, scale, shift)));
		s += dz;
		q = fma(dz, normal, q);
	}
	int out_at = backward * int(gl_NumWorkGroups.y) + part;
	el(partial, pair(out_at, 0, pc.channels, c)) = s;
	el(partial, pair(out_at, 1, pc.channels, c)) = q;
}
