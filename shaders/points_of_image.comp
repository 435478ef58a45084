// Images at Winograd's points (winograd.glsl), for CPU drivers: p = B x of a convolution's input, A y of its output.
//
//   image  : [ROWS,H,W,C] f32
//   points : [PY*PX,ROWS,STRIDE*STRIDE*C] f32, with the strides PLANE, ROW and, for every WIDTH channels, CHUNK
//
// INPUT: the image is the convolution's input, in STRIDE*STRIDE phases: phase (py,px) has the pixels STRIDE*i + py - PAD_Y,
// likewise along x. Else it is the output, with STRIDE 1 and no padding. OH, OW: the convolution's output.
// Lanes lie along the channels, RUNS to a lane; an invocation makes all points of them, of a phase of PER images, one after
// the other.
// Work-groups: x = STRIDE*STRIDE*C/(Local*RUNS), y = ceil(ROWS/PER). Needs C divisible by Local*RUNS and by WIDTH, WIDTH by
// RUNS; RUNS 1 or 2.
// Gradient: image_of_points.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
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
layout(constant_id = 11) const int PLANE = 1;
layout(constant_id = 12) const int ROW = 1;
layout(constant_id = 13) const int CHUNK = 1;
layout(constant_id = 14) const int WIDTH = 1;
layout(constant_id = 15) const int RUNS = 1;
layout(constant_id = 16) const int PER = 1;
#include "lanes.glsl"

IN(0, float, image)
OUT(1, float, points)
PUSH(A(float, image) A(float, points))

const int NY = INPUT ? OH + 2 : OH, NX = INPUT ? OW + 2 : OW; // pixels along an axis of a phase
const int PY = POINTS(OH), PX = POINTS(OW); // points

float at_point(int m, int q, int i) { return INPUT ? b_at(m, q, i) : a_at(m, q, i); }

void main() {
	find_lane();
	int first = int(gl_WorkGroupID.x) * (RUNS * LANES), phase = first / C;
	int y0 = phase / STRIDE - PAD_Y, x0 = phase % STRIDE - PAD_X;
	int row = int(gl_WorkGroupID.y) * PER, end = min(row + PER, ROWS);
	int from = first % C, channel = first + RUNS * LANE;
	int to = channel / WIDTH * CHUNK + channel % WIDTH;
	do {
		float columns[PY * NX * RUNS];
		[[unroll]] for (int j = 0; j < NX; j++) {
			int x = STRIDE * j + x0;
			float pixels[NY * RUNS];
			[[unroll]] for (int i = 0; i < NY; i++) {
				int y = STRIDE * i + y0;
				int pixel = (row * H + clamp(y, 0, H - 1)) * W + clamp(x, 0, W - 1);
				ptr(float) p = at(image, pixel * C + from);
				if (LANES >= 16) // fewer lanes' gathers are slow, and so many runs take lavapipe's compiler seconds and gigabytes
					[[unroll]] for (int v = 0; v < RUNS; v++) pixels[i * RUNS + v] = ld(image, p, RUNS * LANE + v);
				else if (RUNS == 2) { LOAD_PAIRS(pixels[i * RUNS], pixels[i * RUNS + RUNS - 1], image, p, 0) }
				else { LOAD_RUN(pixels[i * RUNS], image, p, 0) }
				bool padding = y < 0 || y >= H || x < 0 || x >= W;
				[[unroll]] for (int v = 0; v < RUNS; v++) pixels[i * RUNS + v] = mix(pixels[i * RUNS + v], 0.0, padding);
			}
			[[unroll]] for (int q = 0; q < PY; q++)
				[[unroll]] for (int v = 0; v < RUNS; v++) {
					float sum = 0.0;
					[[unroll]] for (int i = 0; i < NY; i++) {
						float c = at_point(OH, q, i);
						sum = plus(sum, c, pixels[i * RUNS + v]);
					}
					columns[(q * NX + j) * RUNS + v] = sum;
				}
		}
		[[unroll]] for (int q = 0; q < PY; q++)
			[[unroll]] for (int p = 0; p < PX; p++) {
				float sums[RUNS];
				[[unroll]] for (int v = 0; v < RUNS; v++) {
					sums[v] = 0.0;
					[[unroll]] for (int j = 0; j < NX; j++) {
						float c = at_point(OW, p, j);
						sums[v] = plus(sums[v], c, columns[(q * NX + j) * RUNS + v]);
					}
				}
				ptr(float) target = at(points, (q * PX + p) * PLANE + row * ROW + to);
				if (RUNS == 2) { STORE_2(points, target, 0, sums[0], sums[RUNS - 1]) }
				else ld(points, target, 0) = sums[0];
			}
	} while (++row < end);
}
