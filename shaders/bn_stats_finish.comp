// Batch-norm statistics, second half: merges the moments of the parts of each group (Chan, Golub & LeVeque 1979).
//
//   partial : [groups,parts,2,channels] f32: mean and sum of squared deviations, of bn_stats.comp or of the kernel that made the
//             batch. A group's rows are cut into chunks, and `each` parts have a value of every row of a chunk.
//   moments : [groups,2,channels] f32: mean, 1/sqrt(variance + eps), variance biased
//   statistics : [2,channels] f32: where CALIBRATE, share times mean and variance are added; groups is 1
//
// On a GPU, TURNS invocations share a channel: each merges a run of the parts, then one merges theirs, through shared memory.
// On a CPU driver TURNS is 1.
// Work-groups: x = ceil(channels/(Local/TURNS)), y = groups.
// Order of accumulation: parts ascending in a run, then runs ascending.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool CALIBRATE = false;
layout(constant_id = 2) const int TURNS = 1;

IN(0, float, partial)
OUT(1, float, moments)
IO(2, float, statistics)
PUSH(A(float, partial) A(float, moments) A(float, statistics) int rows; int channels; int chunk; int each; float eps; float share;)

const int CHANNELS = int(gl_WorkGroupSize.x) / TURNS; // of a work-group

// x is a number of values, their mean and their sum of squared deviations.
vec3 merged(vec3 x, vec3 y) {
	float total = x[0] + y[0], share = y[0] / total, d = y[1] - x[1];
	return vec3(total, x[1] + d * share, x[2] + y[2] + d * d * (x[0] * share));
}

shared vec3 runs[TURNS > 1 ? TURNS * CHANNELS : 1];

void main() {
	int lane = int(gl_LocalInvocationID.x), turn = lane / CHANNELS;
	int channel = int(gl_WorkGroupID.x) * CHANNELS + lane % CHANNELS, c = min(channel, pc.channels - 1);
	int group = int(gl_WorkGroupID.y), parts = (pc.rows + pc.chunk - 1) / pc.chunk * pc.each;
	int run = (parts + TURNS - 1) / TURNS, end = min((turn + 1) * run, parts);
	int left = pc.rows - turn * run / pc.each * pc.chunk, of = turn * run % pc.each; // no division for each part: it is slow
	vec3 all = vec3(0.0);
	for (int part = turn * run; part < end; part++) {
		int from = group * parts + part;
		all = merged(all, vec3(min(pc.chunk, left), el(partial, pair(from, 0, pc.channels, c)), el(partial, pair(from, 1, pc.channels, c))));
		of = of + 1 == pc.each ? 0 : of + 1;
		left -= of == 0 ? pc.chunk : 0;
	}
	if (TURNS > 1) {
		runs[lane] = all;
		barrier();
		if (turn > 0) return;
		for (int t = 1; t < TURNS; t++) all = merged(all, runs[t * CHANNELS + lane]);
	}
	if (channel >= pc.channels) return;
	float variance = all[2] / all[0];
	el(moments, pair(group, 0, pc.channels, c)) = all[1];
	el(moments, pair(group, 1, pc.channels, c)) = 1.0 / sqrt(variance + pc.eps);
	if (CALIBRATE) {
		el(statistics, pair(0, 0, pc.channels, c)) += pc.share * all[1];
		el(statistics, pair(0, 1, pc.channels, c)) += pc.share * variance;
	}
}
