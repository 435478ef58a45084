// A kernel with one of everything, for the tests of this tool: c = a b.
//
//   a : [M,K] f32
//   b : [K,N] f32
//   c : [M,N] f32
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#include "kernel.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int N = 16;
layout(constant_id = 2) const int K = 12;
layout(constant_id = 3) const int TM = 4;
layout(constant_id = 4) const bool RELU = true;
layout(constant_id = 5) const float MAX_SLOPE = 0.5;
layout(constant_id = 6) const uint UNUSED = 7u;

IN(0, float, a)
IN(1, float, b)
OUT(2, float, c)
IO(3, uint, d_count)
PUSH(A(float, a) A(float, b) A(float, c) A(uint, d_count) int rows; float scale; uint seed; uint key;)

shared float tile[TM * 2 + K / 5][gl_WorkGroupSize.x + 1];
shared vec4 column[3];

float activate(float v) { return RELU ? max(v, MAX_SLOPE * v) : tile[0][0] + column[0].x; }

void main() {
	int n = int(gl_GlobalInvocationID.x), m = int(gl_WorkGroupID.y) * TM;
	float s[TM];
	[[unroll]] for (int i = 0; i < TM; i++) s[i] = 0;
	ptr(float) ap = at(a, m * K);
	ptr(float) bp = at(b, n);
	for (int k = 0; k < K; k++) {
		[[unroll]] for (int i = 0; i < TM; i++) s[i] = fma(ld(a, ap, i * K), ld(b, bp, 0), s[i]);
		ap += 1;
		bp += N;
	}
	tile[0][gl_LocalInvocationID.x] = subgroupAdd(s[0]);
	column[0] = vec4(pc.scale);
	barrier();
	ptr(float) cp = at(c, m * N + n);
	[[unroll]] for (int i = 0; i < TM; i++) ld(c, cp, i * N) = activate(s[i]);
	if (n < pc.rows) el(d_count, n) += pc.seed ^ pc.key;
}
