// Batch-norm and activation in one pass: y = act(gamma (x - mean) / sqrt(variance + eps) + beta).
//
//   x, y        : [groups,rows,channels] f32
//   moments     : [groups,2,channels] f32
//   gamma, beta : [channels] f32
//
// Lanes lie along the channels; an invocation walks chunk rows.
// Work-groups: x = ceil(channels/(Local*NV)), y = ceil(rows/chunk), z = groups.
// Gradient: bn_bwd_reduce.comp, bn_bwd_finish.comp, bn_bwd_apply.comp.
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
OUT(4, float, y)
PUSH(A(float, x) A(float, moments) A(float, gamma) A(float, beta) A(float, y) int rows; int channels; int chunk;)

void main() {
	find_lane();
	int channels = pc.channels, group = int(gl_WorkGroupID.z);
	COLUMNS(channels)
	int r = int(gl_WorkGroupID.y) * pc.chunk, end = min(r + pc.chunk, pc.rows);
	float mean[NV], scale[NV], shift[NV];
	[[unroll]] for (int u = 0; u < NV; u++) {
		int c = min(column[u], channels - 1);
		mean[u] = el(moments, pair(group, 0, channels, c));
		scale[u] = el(gamma, c) * el(moments, pair(group, 1, channels, c));
		shift[u] = el(beta, c);
	}
	do {
		int row = (group * pc.rows + r) * channels;
		[[unroll]] for (int u = 0; u < NV; u++) {
			float v;
			LOAD_NEAR(v, x, row + start[u])
			v = activate(ACT, fma(v - mean[u], scale[u], shift[u]));
			if (own[u]) el(y, row + column[u]) = v;
		}
	} while (++r < end);
}
