// Batch-norm statistics, first half: each chunk's mean and sum of squared deviations.
//
//   x       : [groups,rows,channels] f32 (rows: batch items times pixels)
//   partial : [groups,chunks,2,channels] f32
//
// Lanes lie along the channels. Deviations are taken from the chunk's first row, against cancellation.
// Work-groups: x = ceil(channels/(Local*NV)), y = ceil(rows/chunk) = chunks, z = groups.
// Order of accumulation: rows ascending. Second half: bn_stats_finish.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int RUNS = 0;
#include "element.glsl"

IN(0, float, x)
OUT(1, float, partial)
PUSH(A(float, x) A(float, partial) int rows; int channels; int chunk;)

void main() {
	find_lane();
	int channels = pc.channels, group = int(gl_WorkGroupID.z), part = int(gl_WorkGroupID.y);
	COLUMNS(channels)
	int first = part * pc.chunk, count = min(pc.chunk, pc.rows - first), r = 0;
	int base = (group * pc.rows + first) * channels;
	float origin[NV], s[NV], q[NV];
	[[unroll]] for (int u = 0; u < NV; u++) {
		LOAD_NEAR(origin[u], x, base + start[u])
		s[u] = q[u] = 0.0;
	}
	do {
		[[unroll]] for (int u = 0; u < NV; u++) {
			float d;
			LOAD_NEAR(d, x, base + r * channels + start[u])
			d -= origin[u];
			s[u] += d;
			q[u] = fma(d, d, q[u]);
		}
	} while (++r < count);
	int out_at = group * int(gl_NumWorkGroups.y) + part;
	[[unroll]] for (int u = 0; u < NV; u++)
		if (own[u]) {
			el(partial, pair(out_at, 0, channels, column[u])) = origin[u] + s[u] / float(count);
			el(partial, pair(out_at, 1, channels, column[u])) = max(0.0, q[u] - s[u] * (s[u] / float(count)));
		}
}
