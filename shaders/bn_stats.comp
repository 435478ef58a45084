// Batch-norm statistics, first half: each chunk's mean and sum of squared deviations. Where SPLITS is more than 1, x is made of
// partial sums on the way, as sum_partials.comp makes it: y = act(sum over s of x[s] + bias).
//
//   x       : [SPLITS,groups,rows,channels] f32 (rows: batch items times pixels)
//   bias    : [channels] f32, read where ADD_BIAS
//   y       : [groups,rows,channels] f32, written where SPLITS is more than 1
//   partial : [groups,chunks,2,channels] f32
//
// Lanes lie along the channels. Deviations are taken from the chunk's first row, against cancellation.
// Work-groups: x = ceil(channels/(Local*NV)), y = ceil(rows/chunk) = chunks, z = groups.
// Order of accumulation: rows ascending; s ascending, then bias. Second half: bn_stats_finish.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int RUNS = 0;
layout(constant_id = 2) const int SPLITS = 1;
layout(constant_id = 3) const bool ADD_BIAS = false;
layout(constant_id = 4) const int ACT = 0;
#include "element.glsl"

IN(0, float, x)
IN(1, float, bias)
OUT(2, float, y)
OUT(3, float, partial)
PUSH(A(float, x) A(float, bias) A(float, y) A(float, partial) int rows; int channels; int chunk;)
#include "moments.glsl"

// v = element start[u] + near() of the row that begins at row.
#define LOAD_VALUE(v, u, row)                                                      \
	LOAD_NEAR(v, x, (row) + start[u])                                              \
	if (SPLITS > 1) {                                                              \
		for (int split = 1; split < SPLITS; split++) {                             \
			float more;                                                            \
			LOAD_NEAR(more, x, split * size + (row) + start[u])                    \
			v += more;                                                             \
		}                                                                          \
		v = activate(ACT, v + shift[u]);                                           \
	}

void main() {
	find_lane();
	int channels = pc.channels, group = int(gl_WorkGroupID.z), part = int(gl_WorkGroupID.y);
	COLUMNS(channels)
	int first = part * pc.chunk, count = min(pc.chunk, pc.rows - first), r = 0;
	int base = (group * pc.rows + first) * channels, size = int(gl_NumWorkGroups.z) * pc.rows * channels;
	float shift[NV];
	Moments moments[NV];
	[[unroll]] for (int u = 0; u < NV; u++) {
		shift[u] = ADD_BIAS ? el(bias, min(column[u], channels - 1)) : 0.0;
		float origin;
		LOAD_VALUE(origin, u, base)
		moments[u] = moments_from(origin);
	}
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float v;
			LOAD_VALUE(v, u, base + r * channels)
			if (SPLITS > 1 && own[u]) el(y, base + r * channels + column[u]) = v;
			take(moments[u], v);
		}
	} while (++r < count);
	[[unroll]] for (int u = 0; u < NV; u++)
		if (own[u]) put_moments(group * int(gl_NumWorkGroups.y) + part, channels, column[u], moments[u], count);
}
