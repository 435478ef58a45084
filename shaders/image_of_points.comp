// Images from Winograd's points (winograd.glsl), for CPU drivers: act(p + bias) with p = Bᵀ points of a convolution's input,
// Aᵀ points of its output.
//
//   points : [PY*PX,ROWS|1,STRIDE*STRIDE*C] f32, planes of an odd number of rows
//   bias   : [C] f32, read where ADD_BIAS
//   image  : [ROWS,H,W,C] f32
//   partial : [ROWS,2,C] f32, written where MOMENTS: moments of each image's channels (moments.glsl). Not where INPUT.
//
// INPUT, STRIDE, PAD_Y, PAD_X, OH, OW: as points_of_image.comp has them, whose gradient this is. Each pixel must belong to a
// phase: (H-1+PAD_Y)/STRIDE < OH+2, likewise along x.
// Lanes lie along the channels; an invocation makes all pixels of RUNS runs of them, of a phase of PER images, one after the
// other.
// Work-groups: x = STRIDE*STRIDE*C/(Local*RUNS), y = ceil(ROWS/PER). Needs C divisible by Local*RUNS.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "activation.glsl"
#include "winograd.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const int ROWS = 1;
layout(constant_id = 2) const int H = 1;
layout(constant_id = 3) const int W = 1;
layout(constant_id = 4) const int C = 1;
layout(constant_id = 5) const int OH = 1;
layout(constant_id = 6) const int OW = 1;
layout(constant_id = 7) const int STRIDE = 1;
layout(constant_id = 8) const int PAD_Y = 0;
layout(constant_id = 9) const int PAD_X = 0;
layout(constant_id = 10) const bool INPUT = false;
layout(constant_id = 11) const bool ADD_BIAS = false;
layout(constant_id = 12) const int ACT = 0;
layout(constant_id = 13) const int RUNS = 1;
layout(constant_id = 14) const int PER = 1;
layout(constant_id = 15) const bool MOMENTS = false;
#include "lanes.glsl"

IN(0, float, points)
IN(1, float, bias)
OUT(2, float, image)
OUT(3, float, partial)
PUSH(A(float, points) A(float, bias) A(float, image) A(float, partial))
#include "moments.glsl"

const int NY = INPUT ? OH + 2 : OH, NX = INPUT ? OW + 2 : OW; // pixels along an axis of a phase
const int PY = POINTS(OH), PX = POINTS(OW); // points

float at_point(int m, int q, int i) { return INPUT ? b_at(m, q, i) : a_at(m, q, i); }

void main() {
	find_lane();
	int first = int(gl_WorkGroupID.x) * (RUNS * LANES), phase = first / C;
	int y0 = phase / STRIDE - PAD_Y, x0 = phase % STRIDE - PAD_X;
	int turn = int(gl_WorkGroupID.y) * (PER * RUNS), end = min(turn + PER * RUNS, ROWS * RUNS);
	do {
		int row = turn / RUNS, channel = first + turn % RUNS * LANES, to = channel % C + LANE;
		float shift = ADD_BIAS ? el(bias, to) : 0.0;
		float columns[NY * PX];
		[[unroll]] for (int p = 0; p < PX; p++) {
			float values[PY];
			[[unroll]] for (int q = 0; q < PY; q++) {
				ptr(float) point = at(points, ((q * PX + p) * (ROWS | 1) + row) * (STRIDE * STRIDE * C) + channel);
				LOAD_RUN(values[q], points, point, 0)
			}
			[[unroll]] for (int i = 0; i < NY; i++) {
				float sum = 0.0;
				[[unroll]] for (int q = 0; q < PY; q++) {
					float c = at_point(OH, q, i);
					sum = plus(sum, c, values[q]);
				}
				columns[i * PX + p] = sum;
			}
		}
		Moments moments;
		[[unroll]] for (int i = 0; i < NY; i++)
			[[unroll]] for (int j = 0; j < NX; j++) {
				float sum = 0.0;
				[[unroll]] for (int p = 0; p < PX; p++) {
					float c = at_point(OW, p, j);
					sum = plus(sum, c, columns[i * PX + p]);
				}
				int y = STRIDE * i + y0, x = STRIDE * j + x0;
				float z = activate(ACT, sum + shift);
				if (y >= 0 && y < H && x >= 0 && x < W) el(image, ((row * H + y) * W + x) * C + to) = z;
				if (i == 0 && j == 0) moments = moments_from(z);
				take(moments, z);
			}
		if (MOMENTS) put_moments(row, C, to, moments, NY * NX);
	} while (++turn < end);
}
