package ref

import (
	"fmt"
	"testing"
)

func TestWeightNormByHand(t *testing.T) {
	l := WeightNorm{Rows: 2, C: 2, Eps: 9}
	same(t, "w", l.Forward([]float64{4, 0, 0, 0}, []float64{10, 7}), []float64{8, 0, 0, 0})
}

// Also of columns that are zero, where Eps alone is the norm.
func TestWeightNormGradients(t *testing.T) {
	for _, l := range []WeightNorm{{Rows: 5, C: 3, Eps: 0.1}, {Rows: 1, C: 4, Eps: 1e-2}, {Rows: 7, C: 1, Eps: 1e-6}} {
		v, s, dw := random(1, l.Rows*l.C), random(2, l.C), random(3, l.Rows*l.C)
		if l.Eps > 0.05 {
			for r := range l.Rows {
				v[r*l.C] = 0
			}
		}
		dv, ds := l.Backward(dw, v, s)
		loss := func() float64 { return dot(dw, l.Forward(v, s)) }
		gradient(t, fmt.Sprintf("%+v dv", l), v, dv, loss)
		gradient(t, fmt.Sprintf("%+v ds", l), s, ds, loss)
	}
}
