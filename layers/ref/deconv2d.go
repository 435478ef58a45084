package ref

// Deconv is the transposed convolution, TensorFlow's conv2d_transpose: the data gradient of the convolution
// that leads from its output back to its input.
//
//	y[n, p·Stride-PadY+i, q·Stride-PadX+j, co] += x[n,p,q,ci] · w[i,j,co,ci]
//
//	x [N,H,W,CI], w [KH,KW,CO,CI], y [N,OH,OW,CO]; what falls outside of y is cropped
//
// With SAME padding OH = H·Stride, and the padding is Same's of OH.
type Deconv struct {
	N, H, W, CI int
	OH, OW, CO  int
	KH, KW      int
	Stride      int
	PadY, PadX  int
}

// Conv is the convolution from y to x, with the same weights.
func (d Deconv) Conv() Conv {
	return Conv{N: d.N, H: d.OH, W: d.OW, CI: d.CO, OH: d.H, OW: d.W, CO: d.CI,
		KH: d.KH, KW: d.KW, Stride: d.Stride, PadY: d.PadY, PadX: d.PadX}
}

// Forward returns y.
func (d Deconv) Forward(x, w []float64) []float64 { return d.Conv().BackwardData(x, w) }

// BackwardData returns dx.
func (d Deconv) BackwardData(dy, w []float64) []float64 { return d.Conv().Forward(dy, w) }

// BackwardFilter returns dw.
func (d Deconv) BackwardFilter(x, dy []float64) []float64 { return d.Conv().BackwardFilter(dy, x) }
