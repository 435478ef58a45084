package ref

import "math"

// Activation is an elementwise function y = Value(x). Its slope is a function of y, so that the backward pass
// needs no x.
type Activation struct {
	Name  string
	Value func(x float64) float64
	Slope func(y float64) float64
}

// The activations of the two models. Where a slope jumps it is the left one, as in PyTorch.
var (
	Identity  = Activation{"identity", func(x float64) float64 { return x }, func(float64) float64 { return 1 }}
	ReLU      = Activation{"relu", func(x float64) float64 { return max(x, 0) }, func(y float64) float64 { return step(y, 0) }}
	LeakyReLU = Activation{"lrelu", func(x float64) float64 { return max(x, 0.2*x) }, func(y float64) float64 { return step(y, 0.2) }}
	Sigmoid   = Activation{"sigmoid", sigmoid, func(y float64) float64 { return y * (1 - y) }}
	Softplus  = Activation{"softplus", softplus, func(y float64) float64 { return -math.Expm1(-y) }}

	Activations = []Activation{Identity, ReLU, LeakyReLU, Sigmoid, Softplus}
)

// Forward returns y.
func (a Activation) Forward(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = a.Value(v)
	}
	return y
}

// Backward returns dx = dy · slope(y). dy may be longer: its element i belongs to element i mod len(y).
func (a Activation) Backward(dy, y []float64) []float64 {
	dx := make([]float64, len(dy))
	for i, d := range dy {
		dx[i] = d * a.Slope(y[i%len(y)])
	}
	return dx
}

// step is 1 where y is positive, else low.
func step(y, low float64) float64 {
	if y > 0 {
		return 1
	}
	return low
}

// sigmoid is 1/(1+e^-x) without overflow: e^-softplus(-x).
func sigmoid(x float64) float64 { return math.Exp(-softplus(-x)) }

// softplus is ln(1+e^x) without overflow.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
