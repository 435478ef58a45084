package ref

import (
	"fmt"
	"testing"
)

var deconvs = []Deconv{
	{N: 2, H: 3, W: 4, CI: 2, OH: 6, OW: 8, CO: 3, KH: 5, KW: 5, Stride: 2, PadY: 1, PadX: 1}, // SAME
	{N: 1, H: 2, W: 3, CI: 3, OH: 4, OW: 6, CO: 1, KH: 4, KW: 4, Stride: 2, PadY: 1, PadX: 1},
	{N: 1, H: 3, W: 2, CI: 1, OH: 3, OW: 2, CO: 2, KH: 3, KW: 1, Stride: 1, PadY: 1},
	{N: 2, H: 2, W: 2, CI: 2, OH: 7, OW: 5, CO: 2, KH: 2, KW: 3, Stride: 3},
}

// scatter is conv2d_transpose from its definition: every input pixel stamps the kernel onto the output.
func (d Deconv) scatter(x, w []float64) []float64 {
	y := make([]float64, d.N*d.OH*d.OW*d.CO)
	for at, v := range x {
		n, p, q, ci := at/(d.H*d.W*d.CI), at/(d.W*d.CI)%d.H, at/d.CI%d.W, at%d.CI
		for k := range w {
			i, j, co, from := k/(d.KW*d.CO*d.CI), k/(d.CO*d.CI)%d.KW, k/d.CI%d.CO, k%d.CI
			row, col := p*d.Stride+i-d.PadY, q*d.Stride+j-d.PadX
			if from == ci && 0 <= row && row < d.OH && 0 <= col && col < d.OW {
				y[((n*d.OH+row)*d.OW+col)*d.CO+co] += v * w[k]
			}
		}
	}
	return y
}

func TestDeconv(t *testing.T) {
	for _, d := range deconvs {
		x, w, dy := random(1, d.N*d.H*d.W*d.CI), random(2, d.KH*d.KW*d.CO*d.CI), random(3, d.N*d.OH*d.OW*d.CO)
		name := fmt.Sprintf("%+v ", d)
		same(t, name+"y", d.Forward(x, w), d.scatter(x, w))
		loss := func() float64 { return dot(dy, d.Forward(x, w)) }
		gradient(t, name+"dx", x, d.BackwardData(dy, w), loss)
		gradient(t, name+"dw", w, d.BackwardFilter(x, dy), loss)
	}
}

func TestDeconvByHand(t *testing.T) {
	d := Deconv{N: 1, H: 1, W: 2, CI: 1, OH: 1, OW: 4, CO: 1, KH: 1, KW: 5, Stride: 2, PadX: 1}
	same(t, "out = 2i-1+k, cropped", d.Forward([]float64{1, 10}, []float64{1, 2, 3, 4, 5}), []float64{2, 13, 24, 35})
}
