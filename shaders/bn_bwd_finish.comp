// Gradient of batch-norm, the sums of all chunks, and with them the gradients of gamma and beta.
//
//   partial : [backward groups,chunks,2,channels] f32, of bn_bwd_reduce
//   sums    : [backward groups,2,channels] f32
//   dgamma, dbeta : [channels] f32, over the first `groups` backward groups
//
// Work-groups: x = ceil(channels/Local).
// Order of accumulation: groups, then chunks ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;

IN(0, float, partial)
OUT(1, float, sums)
OUT(2, float, dgamma)
OUT(3, float, dbeta)
PUSH(A(float, partial) A(float, sums) A(float, dgamma) A(float, dbeta) int forward_groups; int backward_groups; int chunks; int channels;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	float ds = 0.0, dq = 0.0;
	for (int g = 0; g < pc.backward_groups; g++) {
		float s = 0.0, q = 0.0;
		for (int part = 0; part < pc.chunks; part++) {
			s += el(partial, pair(g * pc.chunks + part, 0, pc.channels, c));
			q += el(partial, pair(g * pc.chunks + part, 1, pc.channels, c));
		}
		el(sums, pair(g, 0, pc.channels, c)) = s;
		el(sums, pair(g, 1, pc.channels, c)) = q;
		if (g < pc.forward_groups) {
			ds += s;
			dq += q;
		}
	}
	el(dbeta, c) = ds;
	el(dgamma, c) = dq;
}
