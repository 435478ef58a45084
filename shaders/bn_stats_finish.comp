// Batch-norm statistics, second half: merges the chunks' moments (Chan, Golub & LeVeque 1979).
//
//   partial : [groups,chunks,2,channels] f32, of bn_stats
//   moments : [groups,2,channels] f32: mean, 1/sqrt(variance + eps), variance biased
//   statistics : [2,channels] f32: where CALIBRATE, share times mean and variance are added; groups is 1
//
// Work-groups: x = ceil(channels/Local), y = groups.
// Order of accumulation: chunks ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool CALIBRATE = false;

IN(0, float, partial)
OUT(1, float, moments)
IO(2, float, statistics)
PUSH(A(float, partial) A(float, moments) A(float, statistics) int rows; int channels; int chunk; float eps; float share;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	int group = int(gl_WorkGroupID.y), chunks = (pc.rows + pc.chunk - 1) / pc.chunk;
	float n = 0.0, mean = 0.0, squares = 0.0;
	for (int part = 0; part < chunks; part++) {
		int from = group * chunks + part;
		float count = float(min(pc.chunk, pc.rows - part * pc.chunk));
		float d = el(partial, pair(from, 0, pc.channels, c)) - mean;
		float total = n + count;
		mean += d * (count / total);
		squares += el(partial, pair(from, 1, pc.channels, c)) + d * d * (n * count / total);
		n = total;
	}
	el(moments, pair(group, 0, pc.channels, c)) = mean;
	el(moments, pair(group, 1, pc.channels, c)) = 1.0 / sqrt(squares / n + pc.eps);
	if (CALIBRATE) {
		el(statistics, pair(0, 0, pc.channels, c)) += pc.share * mean;
		el(statistics, pair(0, 1, pc.channels, c)) += pc.share * (squares / n);
	}
}
