package ref

import (
	"fmt"
	"testing"
)

// Odd sizes, rectangular kernels, every kind of padding, outputs that stop short of the input and that reach past it.
var convs = []Conv{
	{N: 2, H: 7, W: 6, CI: 3, OH: 4, OW: 3, CO: 2, KH: 5, KW: 5, Stride: 2, PadY: 2, PadX: 1},
	{N: 1, H: 8, W: 8, CI: 1, OH: 4, OW: 4, CO: 3, KH: 5, KW: 5, Stride: 2, PadY: 1, PadX: 1},
	{N: 2, H: 5, W: 4, CI: 2, OH: 5, OW: 4, CO: 3, KH: 3, KW: 3, Stride: 1, PadY: 1, PadX: 1},
	{N: 1, H: 5, W: 7, CI: 2, OH: 4, OW: 5, CO: 1, KH: 2, KW: 3, Stride: 1},
	{N: 3, H: 9, W: 5, CI: 1, OH: 3, OW: 2, CO: 2, KH: 4, KW: 1, Stride: 3, PadY: 1},
	{N: 1, H: 3, W: 3, CI: 2, OH: 4, OW: 4, CO: 2, KH: 1, KW: 2, Stride: 2, PadX: 3},
	{N: 2, H: 1, W: 1, CI: 3, OH: 1, OW: 1, CO: 4, KH: 1, KW: 1, Stride: 1},
	{N: 1, H: 4, W: 4, CI: 1, OH: 2, OW: 2, CO: 1, KH: 4, KW: 4, Stride: 2, PadY: 1, PadX: 1},
}

func (c Conv) tensors() (x, w, dy []float64) {
	return random(1, c.N*c.H*c.W*c.CI), random(2, c.KH*c.KW*c.CI*c.CO), random(3, c.N*c.OH*c.OW*c.CO)
}

// im2col is the other formulation: x padded with zeros, one row of KH·KW·CI inputs to each output pixel.
func (c Conv) im2col(x []float64) []float64 {
	ph, pw := (c.OH-1)*c.Stride+c.KH+c.H, (c.OW-1)*c.Stride+c.KW+c.W
	padded := make([]float64, c.N*ph*pw*c.CI)
	for n := range c.N {
		for h := range c.H {
			copy(padded[((n*ph+h+c.PadY)*pw+c.PadX)*c.CI:], x[(n*c.H+h)*c.W*c.CI:][:c.W*c.CI])
		}
	}
	var rows []float64
	for pixel := range c.N * c.OH * c.OW {
		n, p, q := pixel/(c.OH*c.OW), pixel/c.OW%c.OH, pixel%c.OW
		for i := range c.KH {
			rows = append(rows, padded[((n*ph+p*c.Stride+i)*pw+q*c.Stride)*c.CI:][:c.KW*c.CI]...)
		}
	}
	return rows
}

func TestConvIsIm2colGemm(t *testing.T) {
	for _, c := range convs {
		x, w, dy := c.tensors()
		pixels, inputs, rows := c.N*c.OH*c.OW, c.KH*c.KW*c.CI, c.im2col(x)
		name := fmt.Sprintf("%+v ", c)
		same(t, name+"y", c.Forward(x, w), Gemm{M: pixels, N: c.CO, K: inputs}.Mul(rows, w, nil, nil))
		same(t, name+"dw", c.BackwardFilter(x, dy), Gemm{M: inputs, N: c.CO, K: pixels, TransA: true}.Mul(rows, dy, nil, nil))
	}
}

func TestConvGradients(t *testing.T) {
	for _, c := range convs {
		x, w, dy := c.tensors()
		loss := func() float64 { return dot(dy, c.Forward(x, w)) }
		name := fmt.Sprintf("%+v ", c)
		gradient(t, name+"dx", x, c.BackwardData(dy, w), loss)
		gradient(t, name+"dw", w, c.BackwardFilter(x, dy), loss)
	}
}

func TestConvByHand(t *testing.T) {
	c := Conv{N: 1, H: 1, W: 3, CI: 1, OH: 1, OW: 2, CO: 1, KH: 1, KW: 2, Stride: 2}
	same(t, "SAME pads after", c.Forward([]float64{1, 2, 3}, []float64{10, 100}), []float64{210, 30})
	same(t, "data gradient", c.BackwardData([]float64{1, 2}, []float64{10, 100}), []float64{10, 100, 20})
	same(t, "filter gradient", c.BackwardFilter([]float64{1, 2, 3}, []float64{1, 2}), []float64{7, 2})
}

// TensorFlow's documented rule, and the sizes of the two models.
func TestSame(t *testing.T) {
	for _, c := range []struct{ in, kernel, stride, out, before int }{
		{28, 5, 2, 14, 1}, {14, 5, 2, 7, 1}, {7, 5, 2, 4, 2}, {5, 3, 1, 5, 1}, {4, 4, 2, 2, 1},
		{5, 2, 3, 2, 0}, {5, 1, 1, 5, 0}, {6, 1, 2, 3, 0}, {13, 6, 5, 3, 1},
	} {
		if out, before := Same(c.in, c.kernel, c.stride); out != c.out || before != c.before {
			t.Errorf("Same(%d, %d, %d) = %d, %d, want %d, %d", c.in, c.kernel, c.stride, out, before, c.out, c.before)
		}
	}
}
