package ref

// Conv is a two-dimensional convolution (a cross-correlation, as in every framework):
//
//	y[n,p,q,co] = Σ_{i,j,ci} x[n, p·Stride-PadY+i, q·Stride-PadX+j, ci] · w[i,j,ci,co]
//
//	x [N,H,W,CI], w [KH,KW,CI,CO], y [N,OH,OW,CO]
//
// x is zero outside. The padding below and right is whatever OH and OW reach for.
type Conv struct {
	N, H, W, CI int
	OH, OW, CO  int
	KH, KW      int
	Stride      int
	PadY, PadX  int
}

// Same is TensorFlow's SAME padding of one axis: the output's size ⌈in/stride⌉ and the padding before;
// the padding after takes the odd one.
func Same(in, kernel, stride int) (out, padBefore int) {
	out = (in + stride - 1) / stride
	return out, max((out-1)*stride+kernel-in, 0) / 2
}

// Forward returns y.
func (c Conv) Forward(x, w []float64) []float64 {
	y := make([]float64, c.N*c.OH*c.OW*c.CO)
	c.taps(x, w, y, func(x, w, y []float64) {
		for ci, v := range x {
			for co, f := range w[ci*c.CO:][:c.CO] {
				y[co] += v * f
			}
		}
	})
	return y
}

// BackwardData returns dx.
func (c Conv) BackwardData(dy, w []float64) []float64 {
	dx := make([]float64, c.N*c.H*c.W*c.CI)
	c.taps(dx, w, dy, func(dx, w, dy []float64) {
		for ci := range dx {
			sum := 0.0
			for co, f := range w[ci*c.CO:][:c.CO] {
				sum += dy[co] * f
			}
			dx[ci] += sum
		}
	})
	return dx
}

// BackwardFilter returns dw.
func (c Conv) BackwardFilter(x, dy []float64) []float64 {
	dw := make([]float64, c.KH*c.KW*c.CI*c.CO)
	c.taps(x, dw, dy, func(x, dw, dy []float64) {
		for ci, v := range x {
			for co, d := range dy {
				dw[ci*c.CO+co] += v * d
			}
		}
	})
	return dw
}

// taps calls f for every input pixel, filter tap and output pixel that meet in the sum above,
// with their channels: x [CI], w [CI,CO], y [CO].
func (c Conv) taps(x, w, y []float64, f func(x, w, y []float64)) {
	check(x, c.N*c.H*c.W*c.CI)
	check(w, c.KH*c.KW*c.CI*c.CO)
	check(y, c.N*c.OH*c.OW*c.CO)
	for n := range c.N {
		for p := range c.OH {
			for q := range c.OW {
				for i := range c.KH {
					for j := range c.KW {
						row, col := p*c.Stride-c.PadY+i, q*c.Stride-c.PadX+j
						if row < 0 || row >= c.H || col < 0 || col >= c.W {
							continue
						}
						f(x[((n*c.H+row)*c.W+col)*c.CI:][:c.CI],
							w[(i*c.KW+j)*c.CI*c.CO:][:c.CI*c.CO],
							y[((n*c.OH+p)*c.OW+q)*c.CO:][:c.CO])
					}
				}
			}
		}
	}
}
