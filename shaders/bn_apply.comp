// Batch-norm and activation in one pass: y = act(gamma (x - mean) / sqrt(variance + eps) + beta).
//
//   x, y        : [groups,rows,channels] f32
//   moments     : [groups,2,channels] f32
//   gamma, beta : [channels] f32
//
// Lanes lie along the channels; an invocation walks chunk rows.
// Work-groups: x = ceil(channels/Local), y = ceil(rows/chunk), z = groups.
// Gradient: bn_bwd_reduce.comp, bn_bwd_finish.comp, bn_bwd_apply.comp.
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
OUT(4, float, y)
PUSH(A(float, x) A(float, moments) A(float, gamma) A(float, beta) A(float, y) int rows; int channels; int chunk;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	int group = int(gl_WorkGroupID.z), first = int(gl_WorkGroupID.y) * pc.chunk;
	float mean = el(moments, pair(group, 0, pc.channels, c));
	float scale = el(gamma, c) * el(moments, pair(group, 1, pc.channels, c)), shift = el(beta, c);
	for (int r = first; r < min(first + pc.chunk, pc.rows); r++) {
		int row = (group * pc.rows + r) * pc.channels;
		float v;
		LOAD_NEAR(v, x, row + int(gl_WorkGroupID.x) * LANES)
		el(y, row + c) = activate(ACT, fma(v - mean, scale, shift));
	}
}
