// The geometry of a convolution, shared by its three passes and, seen from the other side, by the transposed one.
//
//   x  : [ROWS,IH,IW,CI]     y, dy : [ROWS,OH,OW,CO]     w : [KH,KW,CI,CO]
//   y[oy,ox] = sum over ky,kx of x[oy*STRIDE - PAD_Y + ky, ox*STRIDE - PAD_X + kx] w[ky,kx]
#ifndef CONV_GLSL
#define CONV_GLSL

layout(constant_id = 1) const int ROWS = 1;
layout(constant_id = 2) const int IH = 1;
layout(constant_id = 3) const int IW = 1;
layout(constant_id = 4) const int CI = 1;
layout(constant_id = 5) const int OH = 1;
layout(constant_id = 6) const int OW = 1;
layout(constant_id = 7) const int CO = 1;
layout(constant_id = 8) const int KH = 1;
layout(constant_id = 9) const int KW = 1;
layout(constant_id = 10) const int STRIDE = 1;
layout(constant_id = 11) const int PAD_Y = 0;
layout(constant_id = 12) const int PAD_X = 0;

const int X_ROW = IH * IW * CI;
const int Y_ROW = OH * OW * CO;

// An image with its padding: the pixels that some tap meets.
const int PADDED_H = (OH - 1) * STRIDE + KH;
const int PADDED_W = (OW - 1) * STRIDE + KW;

// A run of valid positions [from, to) along one axis.
struct Run { int from; int to; };

// Kernel taps that fall inside an input of the given size, seen from output position o.
Run taps_of_output(int o, int size, int kernel, int pad) {
	return Run(max(0, pad - o * STRIDE), min(kernel, size + pad - o * STRIDE));
}

// Input position i meets the taps first + STRIDE*j, at the output positions last - j, for j in the run.
struct Phase { int first; int last; Run j; };

Phase taps_of_input(int i, int out_size, int kernel, int pad) {
	int first = (i + pad) % STRIDE;
	int last = (i + pad) / STRIDE;
	int count = first < kernel ? (kernel - 1 - first) / STRIDE + 1 : 0;
	return Phase(first, last, Run(max(0, last - (out_size - 1)), min(count, last + 1)));
}

// Output positions at which tap k falls inside an input of the given size.
Run outputs_of_tap(int k, int size, int out_size, int pad) {
	int from = max(0, pad - k + STRIDE - 1) / STRIDE;
	int room = size - 1 + pad - k;
	return Run(from, room < 0 ? from : min(out_size, room / STRIDE + 1));
}

int length(Run r) { return max(0, r.to - r.from); }

#endif
