// The moments of the columns of a tile of tile.glsl, included behind it and moments.glsl.
#ifndef TILE_MOMENTS_GLSL
#define TILE_MOMENTS_GLSL

shared float origins[GROUPS > 0 ? BN : 1];             // values of a tile's first row
shared vec2 deviations[GROUPS > 0 ? BM / TM * BN : 1]; // of each invocation's rows: sum, sum of squares

// put_tile_moments writes those of the tile that multiply made, after it.
// Order of accumulation: an invocation's rows ascending, then invocations ascending.
void put_tile_moments(int part, int rows, int columns) {
	int lane = int(gl_LocalInvocationID.x), tm = lane / (BN / TN), tn = lane % (BN / TN);
	int m0 = tile_row(rows), n0 = int(gl_WorkGroupID.y) * BN;
	[[unroll]] for (int turn = 0; turn < 2; turn++) {
		[[unroll]] for (int j = 0; j < TN / 4; j++)
			[[unroll]] for (int e = 0; e < 4; e++) {
				int column = 4 * tn + j * (4 * BN / TN) + e, n = min(n0 + column, columns - 1);
				if (turn == 0) {
					if (tm == 0) origins[column] = finish(sums[0][j][e], m0, n);
				} else {
					Moments moments = moments_from(origins[column]);
					[[unroll]] for (int i = 0; i < TM; i++) {
						int m = m0 + 4 * tm + i / 4 * (4 * BM / TM) + i % 4;
						if (m < rows) take(moments, finish(sums[i][j][e], m, n));
					}
					deviations[tm * BN + column] = vec2(moments.s, moments.q);
				}
			}
		barrier();
	}
	for (int column = lane; column < min(BN, columns - n0); column += LOCAL) {
		vec2 all = vec2(0.0);
		for (int t = 0; t < BM / TM; t++) all += deviations[t * BN + column];
		put_moments(part, columns, n0 + column, Moments(origins[column], all.x, all.y), min(BM, rows - m0));
	}
}

#endif
