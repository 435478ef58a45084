// A filter's gradient from Winograd's points (winograd.glsl), for CPU drivers: dw = Gᵀ points of each phase.
//
//   points : [PY*PX,(phase,CI)|1,CO] f32, planes of an odd number of rows
//   dw     : [KH,KW,CI,CO] f32
//
// Phases and taps are those of points_of_filter.comp, whose gradient this is.
// Lanes lie along CO; an invocation makes the taps of a phase of PER input channels, of RUNS runs of output channels,
// one after the other.
// Work-groups: x = CO/(Local*RUNS), y = ceil(STRIDE*STRIDE*CI/PER). Needs CO divisible by Local*RUNS.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "winograd.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int CI = 1;
layout(constant_id = 2) const int CO = 1;
layout(constant_id = 3) const int KH = 1;
layout(constant_id = 4) const int KW = 1;
layout(constant_id = 5) const int OH = 1;
layout(constant_id = 6) const int OW = 1;
layout(constant_id = 7) const int STRIDE = 1;
layout(constant_id = 8) const int RUNS = 1;
layout(constant_id = 9) const int PER = 1;
#include "lanes.glsl"

IN(0, float, points)
OUT(1, float, dw)
PUSH(A(float, points) A(float, dw))

const int PY = POINTS(OH), PX = POINTS(OW);
const int INNER = STRIDE * STRIDE * CI;

void main() {
	find_lane();
	int turn = int(gl_WorkGroupID.y) * (PER * RUNS), end = min(turn + PER * RUNS, INNER * RUNS);
	do {
		int inner = turn / RUNS, co = (int(gl_WorkGroupID.x) * RUNS + turn % RUNS) * LANES;
		float columns[3 * PX];
		[[unroll]] for (int p = 0; p < PX; p++) {
			float values[PY];
			[[unroll]] for (int q = 0; q < PY; q++) { LOAD_RUN(values[q], points, at(points, ((q * PX + p) * (INNER | 1) + inner) * CO + co), 0) }
			[[unroll]] for (int i = 0; i < 3; i++) {
				float sum = 0.0;
				[[unroll]] for (int q = 0; q < PY; q++) {
					float c = g_at(OH, q, i);
					sum = plus(sum, c, values[q]);
				}
				columns[i * PX + p] = sum;
			}
		}
		int phase = inner / CI, ci = inner % CI;
		[[unroll]] for (int i = 0; i < 3; i++)
			[[unroll]] for (int j = 0; j < 3; j++) {
				float sum = 0.0;
				[[unroll]] for (int p = 0; p < PX; p++) {
					float c = g_at(OW, p, j);
					sum = plus(sum, c, columns[i * PX + p]);
				}
				int ky = STRIDE * i + phase / STRIDE, kx = STRIDE * j + phase % STRIDE;
				if (ky < KH && kx < KW) el(dw, ((ky * KW + kx) * CI + ci) * CO + co + LANE) = sum;
			}
	} while (++turn < end);
}
