// Winograd's minimal filtering along an axis (Lavin & Gray 2016, "Fast Algorithms for Convolutional Neural Networks"): m
// outputs y of a filter w of three taps, from m+2 inputs x, take one multiplication at each of some points,
//
//   y = Aᵀ [(G w) * (B x)]
//
// Outputs come in tiles of four, F(4,3), with six points each, and what is left over in one of F(3,3), F(2,3) or F(1,3).
// A tile of more than one is Toom and Cook's algorithm at the points 0, 1, -1, 2, -2 (as many as it takes), and infinity.
// The points of a tile follow those of the tiles before it. Along two axes every point of one meets every point of the
// other. The gradients are the transposes: dx = Bᵀ [(G w) * (A dy)], dw = Gᵀ [(B x) * (A dy)].
//
// A stride of s makes s*s images of one, its phases, and of the filter too; their products are summed at the points.
#ifndef WINOGRAD_GLSL
#define WINOGRAD_GLSL

const float B4[36] = float[](
	4.0,  0.0, -5.0,  0.0, 1.0, 0.0,
	0.0, -4.0, -4.0,  1.0, 1.0, 0.0,
	0.0,  4.0, -4.0, -1.0, 1.0, 0.0,
	0.0, -2.0, -1.0,  2.0, 1.0, 0.0,
	0.0,  2.0, -1.0, -2.0, 1.0, 0.0,
	0.0,  4.0,  0.0, -5.0, 0.0, 1.0);
const float A4[24] = float[](
	1.0,  0.0, 0.0,  0.0,
	1.0,  1.0, 1.0,  1.0,
	1.0, -1.0, 1.0, -1.0,
	1.0,  2.0, 4.0,  8.0,
	1.0, -2.0, 4.0, -8.0,
	0.0,  0.0, 0.0,  1.0);
const float G4[18] = float[](
	 1.0 / 4.0,         0.0,        0.0,
	-1.0 / 6.0,  -1.0 / 6.0, -1.0 / 6.0,
	-1.0 / 6.0,   1.0 / 6.0, -1.0 / 6.0,
	 1.0 / 24.0, 1.0 / 12.0,  1.0 / 6.0,
	 1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0,
	       0.0,         0.0,        1.0);

const float B3[25] = float[](
	2.0, -1.0, -2.0,  1.0, 0.0,
	0.0, -2.0, -1.0,  1.0, 0.0,
	0.0,  2.0, -3.0,  1.0, 0.0,
	0.0, -1.0,  0.0,  1.0, 0.0,
	0.0,  2.0, -1.0, -2.0, 1.0);
const float A3[15] = float[](
	1.0,  0.0, 0.0,
	1.0,  1.0, 1.0,
	1.0, -1.0, 1.0,
	1.0,  2.0, 4.0,
	0.0,  0.0, 1.0);
const float G3[15] = float[](
	 1.0 / 2.0,        0.0,        0.0,
	-1.0 / 2.0, -1.0 / 2.0, -1.0 / 2.0,
	-1.0 / 6.0,  1.0 / 6.0, -1.0 / 6.0,
	 1.0 / 6.0,  1.0 / 3.0,  2.0 / 3.0,
	       0.0,        0.0,        1.0);

const float B2[16] = float[](
	-1.0,  0.0, 1.0, 0.0,
	 0.0,  1.0, 1.0, 0.0,
	 0.0, -1.0, 1.0, 0.0,
	 0.0, -1.0, 0.0, 1.0);
const float A2[8] = float[](
	1.0,  0.0,
	1.0,  1.0,
	1.0, -1.0,
	0.0,  1.0);
const float G2[12] = float[](
	     -1.0,        0.0,       0.0,
	1.0 / 2.0,  1.0 / 2.0, 1.0 / 2.0,
	1.0 / 2.0, -1.0 / 2.0, 1.0 / 2.0,
	      0.0,        0.0,       1.0);

// sum + c x, but the sum where c is 0. A choice without a branch: thousands of branches, which fold away only later, take
// lavapipe's compiler seconds and gigabytes.
float plus(float sum, float c, float x) { return mix(sum, fma(c, x, sum), c != 0.0); }

// The number of points of an axis with m outputs.
#define POINTS(m) ((m) + 2 * (((m) + 3) / 4))

// The tile of point q of an axis with m outputs: its place among the tile's points, its first output, how many it has.
struct Tile { int point; int first; int size; };

Tile tile_of(int m, int q) { return Tile(q % 6, q / 6 * 4, min(4, m - q / 6 * 4)); }

// B's element for point q and input i.
float b_at(int m, int q, int i) {
	Tile t = tile_of(m, q);
	int k = i - t.first;
	if (k < 0 || k >= t.size + 2) return 0.0;
	if (t.size == 4) return B4[t.point * 6 + k];
	if (t.size == 3) return B3[t.point * 5 + k];
	if (t.size == 2) return B2[t.point * 4 + k];
	return k == t.point ? 1.0 : 0.0;
}

// A's element for point q and output i.
float a_at(int m, int q, int i) {
	Tile t = tile_of(m, q);
	int k = i - t.first;
	if (k < 0 || k >= t.size) return 0.0;
	if (t.size == 4) return A4[t.point * 4 + k];
	if (t.size == 3) return A3[t.point * 3 + k];
	if (t.size == 2) return A2[t.point * 2 + k];
	return 1.0;
}

// G's element for point q and tap k.
float g_at(int m, int q, int k) {
	Tile t = tile_of(m, q);
	if (t.size == 4) return G4[t.point * 3 + k];
	if (t.size == 3) return G3[t.point * 3 + k];
	if (t.size == 2) return G2[t.point * 3 + k];
	return k == t.point ? 1.0 : 0.0;
}

#endif
