// A tiled matrix product through shared memory, for GPUs. The kernel that includes this at its end has defined
//
//   bool A_K_FAST, B_K_FAST                 neighbouring terms of that side lie side by side; else neighbouring lines
//   ivec3 a_line(int m), b_line(int n)      where row m of the left, column n of the right matrix begins: its first
//                                           element, and a pixel y, x
//   ivec3 a_term(int k), b_term(int k)      what term k adds to these
//   bool a_inside(ivec3 at), b_inside(..)   tells whether there is such a pixel: else the element is 0
//   LEFT(x) RIGHT(y) RESULT(z)              the arguments that they are elements of, declared by IN4 and OUT4
//   int place(int m, int n)                 the element that the sum goes to; -1: none
//   float finish(float sum, int m, int n)   what becomes of it
//
// and calls multiply from main. The rows are one or more groups of so many, and a tile's are all of one. A work-group makes a
// BM x BN tile, an invocation TM x TN elements of it, 4 x 4 at a time that lie 4*BM/TM rows and 4*BN/TN columns apart; Local =
// BM/TM * BN/TN. The terms are cut into SPLITS runs of a multiple of BK, each with a result of its own. BK terms at a time
// come to shared memory: while one chunk is multiplied, an invocation holds its part of the next in registers.
//
// A_QUADS, B_QUADS, C_QUADS: that argument, and each of its lines, begins on a multiple of 16 bytes, and four elements move
// at once. Bounds of a tile are compared only where the sizes are no multiples of it.
// Order of accumulation: k ascending, one sum per element and split.
#ifndef TILE_GLSL
#define TILE_GLSL

const int LOCAL = BM / TM * (BN / TN);

#define SIDE(x) a_##x
#define SIDE_LINES BM
#define SIDE_K_FAST A_K_FAST
#define SIDE_QUADS A_QUADS
#include "tile_side.glsl"
#undef SIDE
#undef SIDE_LINES
#undef SIDE_K_FAST
#undef SIDE_QUADS

#define SIDE(x) b_##x
#define SIDE_LINES BN
#define SIDE_K_FAST B_K_FAST
#define SIDE_QUADS B_QUADS
#include "tile_side.glsl"

vec4 sums[TM][TN / 4]; // an invocation's

// The first row of this work-group's group of so many rows, and of its tile in the group.
int group_row(int rows) { return int(gl_WorkGroupID.x) / ((rows + BM - 1) / BM) * rows; }
int tile_row(int rows) { return int(gl_WorkGroupID.x) % ((rows + BM - 1) / BM) * BM; }

void store_sums(int first, int m0, int n0, int rows, int columns) {
	[[unroll]] for (int i = 0; i < TM; i++) {
		int m = m0 + i / 4 * (4 * BM / TM) + i % 4;
		[[unroll]] for (int j = 0; j < TN / 4; j++) {
			int n = n0 + j * (4 * BN / TN);
			if (C_QUADS && m < rows && n < columns && place(first + m, n) >= 0) {
				vec4 z;
				[[unroll]] for (int e = 0; e < 4; e++) z[e] = finish(sums[i][j][e], first + m, n + e);
				store4(place(first + m, n), z);
			}
			if (!C_QUADS)
				[[unroll]] for (int e = 0; e < 4; e++)
					if (m < rows && n + e < columns && place(first + m, n + e) >= 0)
						store(place(first + m, n + e), finish(sums[i][j][e], first + m, n + e));
		}
	}
}

// multiply makes the tile of a product of groups of rows x columns from a split's run of the terms. whole: all chunks are.
void multiply(int rows, int columns, int terms, bool whole, int split) {
	int run = ((terms + SPLITS - 1) / SPLITS + BK - 1) / BK * BK;
	int k0 = split * run, k1 = min(k0 + run, terms);
	int lane = int(gl_LocalInvocationID.x), tm = lane / (BN / TN), tn = lane % (BN / TN);
	int first = group_row(rows), m0 = tile_row(rows), n0 = int(gl_WorkGroupID.y) * BN;

	[[unroll]] for (int i = 0; i < TM; i++)
		[[unroll]] for (int j = 0; j < TN / 4; j++) sums[i][j] = vec4(0.0);

	a_begin(lane, first + m0);
	b_begin(lane, n0);
	int k = k0;
	do { // a chunk is on its way while the one before is multiplied
		if (k < k1) {
			a_fetch(lane, m0, rows, k, k1, whole);
			b_fetch(lane, n0, columns, k, k1, whole);
		}
		if (k > k0)
			for (int u = 0; u < BK; u++) {
				vec4 va[TM / 4], vb[TN / 4];
				[[unroll]] for (int i = 0; i < TM / 4; i++) va[i] = a_tile[u * a_pitch + i * (BM / TM) + tm];
				[[unroll]] for (int j = 0; j < TN / 4; j++) vb[j] = b_tile[u * b_pitch + j * (BN / TN) + tn];
				[[unroll]] for (int i = 0; i < TM; i++)
					[[unroll]] for (int j = 0; j < TN / 4; j++) sums[i][j] = fma(vec4(va[i / 4][i % 4]), vb[j], sums[i][j]);
			}
		barrier();
		if (k < k1) {
			a_put(lane);
			b_put(lane);
		}
		barrier();
		k += BK;
	} while (k - BK < k1);
	store_sums(first, m0 + 4 * tm, n0 + 4 * tn, rows, columns);
}

#endif
