// A filter at Winograd's points (winograd.glsl), for CPU drivers: G w of each phase of a convolution's filter, packed as the
// right operand of multiply_points.comp.
//
//   w      : [KH,KW,CI,CO] f32, KH and KW over STRIDE rounded up being 3
//   points : [columns/WIDTH,PY*PX,TERMS,WIDTH] f32, of which the first terms of each plane are written:
//            terms (phase,CI) and columns CO, or, TRANS, terms CO and columns (phase,CI)
//
// Phase (py,px) has the taps STRIDE*t + py, likewise along x; taps beyond the filter are 0.
// Lanes lie along the columns; an invocation makes all points of PER terms of RUNS runs of columns, one after the other.
// Work-groups: x = columns/(Local*RUNS), y = ceil(terms/PER). Needs CI and CO divisible by Local*RUNS, columns by WIDTH, WIDTH
// by Local.
// Gradient: filter_of_points.comp.
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
layout(constant_id = 8) const bool TRANS = false;
layout(constant_id = 9) const int TERMS = 1;
layout(constant_id = 10) const int WIDTH = 1;
layout(constant_id = 11) const int RUNS = 1;
layout(constant_id = 12) const int PER = 1;
#include "lanes.glsl"

IN(0, float, w)
OUT(1, float, points)
PUSH(A(float, w) A(float, points))

const int PY = POINTS(OH), PX = POINTS(OW);

void main() {
	int turn = int(gl_WorkGroupID.y) * (PER * RUNS), end = min(turn + PER * RUNS, (TRANS ? CO : STRIDE * STRIDE * CI) * RUNS);
	do {
		int term = turn / RUNS, column = (int(gl_WorkGroupID.x) * RUNS + turn % RUNS) * LANES;
		int to = column / WIDTH * (PY * PX * TERMS * WIDTH) + column % WIDTH + LANE;
		int inner = TRANS ? column : term, phase = inner / CI; // (phase,ci)
		int py = phase / STRIDE, px = phase % STRIDE;
		int from = TRANS ? (inner % CI + LANE) * CO + term : inner % CI * CO + column + LANE;
		float columns[PY * 3];
		[[unroll]] for (int j = 0; j < 3; j++) {
			int kx = STRIDE * j + px;
			float taps[3];
			[[unroll]] for (int i = 0; i < 3; i++) {
				int ky = STRIDE * i + py;
				taps[i] = el(w, (min(ky, KH - 1) * KW + min(kx, KW - 1)) * (CI * CO) + from);
				taps[i] = mix(taps[i], 0.0, ky >= KH || kx >= KW);
			}
			[[unroll]] for (int q = 0; q < PY; q++) {
				float sum = 0.0;
				[[unroll]] for (int i = 0; i < 3; i++) {
					float c = g_at(OH, q, i);
					sum = plus(sum, c, taps[i]);
				}
				columns[q * 3 + j] = sum;
			}
		}
		[[unroll]] for (int q = 0; q < PY; q++)
			[[unroll]] for (int p = 0; p < PX; p++) {
				float sum = 0.0;
				[[unroll]] for (int j = 0; j < 3; j++) {
					float c = g_at(OW, p, j);
					sum = plus(sum, c, columns[q * 3 + j]);
				}
				el(points, ((q * PX + p) * TERMS + term) * WIDTH + to) = sum;
			}
	} while (++turn < end);
}
