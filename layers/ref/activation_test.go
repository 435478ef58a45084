package ref

import (
	"math"
	"testing"
)

func TestActivationGradients(t *testing.T) {
	for _, a := range Activations {
		x, dy := random(1, 15), random(2, 30)
		for half := range 2 { // the second half of dy belongs to the same x again
			d := dy[half*15:][:15]
			gradient(t, a.Name, x, a.Backward(dy, a.Forward(x))[half*15:][:15], func() float64 { return dot(d, a.Forward(x)) })
		}
	}
}

func TestActivationsByHand(t *testing.T) {
	x := []float64{-1000, -2, 0, 3, 1000}
	same(t, "relu", ReLU.Forward(x), []float64{0, 0, 0, 3, 1000})
	same(t, "lrelu", LeakyReLU.Forward(x), []float64{-200, -0.4, 0, 3, 1000})
	same(t, "sigmoid", Sigmoid.Forward(x), []float64{0, 1 / (1 + math.Exp(2)), 0.5, 1 / (1 + math.Exp(-3)), 1})
	same(t, "relu's slope", ReLU.Backward([]float64{5, 5, 5}, []float64{0, 1, 0}), []float64{0, 5, 0})
	same(t, "lrelu's slope", LeakyReLU.Backward([]float64{5, 5, 5}, []float64{-1, 1, 0}), []float64{1, 5, 1})
	same(t, "softplus", Softplus.Forward(x), []float64{0, math.Log(1 + math.Exp(-2)), math.Ln2, math.Log(1 + math.Exp(3)), 1000})
	same(t, "softplus's slope", Softplus.Backward([]float64{5, 5}, []float64{0, math.Ln2}), []float64{0, 2.5})
}
