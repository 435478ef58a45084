// Batch-norm statistics, first half: each chunk's mean and sum of squared deviations.
//
//   x       : [groups,rows,channels] f32 (rows: batch items times pixels)
//   partial : [groups,chunks,2,channels] f32
//
// Lanes lie along the channels. Deviations are taken from the chunk's first row, against cancellation.
// Work-groups: x = ceil(channels/Local), y = ceil(rows/chunk) = chunks, z = groups.
// Order of accumulation: rows ascending. Second half: bn_stats_finish.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "bn.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool RUNS = false;
#include "element.glsl"

IN(0, float, x)
OUT(1, float, partial)
PUSH(A(float, x) A(float, partial) int rows; int channels; int chunk;)

void main() {
	int c = int(gl_GlobalInvocationID.x);
	if (c >= pc.channels) return;
	int group = int(gl_WorkGroupID.z), part = int(gl_WorkGroupID.y);
	int first = part * pc.chunk, count = min(pc.chunk, pc.rows - first);
	int base = (group * pc.rows + first) * pc.channels, c0 = int(gl_WorkGroupID.x) * LANES;
	float origin = el(x, base + c), s = 0.0, q = 0.0;
	for (int r = 0; r < count; r++) {
		float d;
		LOAD_NEAR(d, x, base + r * pc.channels + c0)
		d -= origin;
		s += d;
		q = fma(d, d, q);
	}
	int out_at = group * int(gl_NumWorkGroups.y) + part;
	el(partial, pair(out_at, 0, pc.channels, c)) = origin + s / float(count);
	el(partial, pair(out_at, 1, pc.channels, c)) = max(0.0, q - s * (s / float(count)));
}
