package ref

import (
	"math"
	"testing"
)

func TestSigmoidCrossEntropy(t *testing.T) {
	x, target := random(1, 7), []float64{0, 1, 0.3, 1, 0, 0.9, 1}
	_, dx := SigmoidCrossEntropy(x, target)
	gradient(t, "dx", x, dx, func() float64 { loss, _ := SigmoidCrossEntropy(x, target); return loss })

	want := 0.0 // from the definition
	for i, v := range x {
		p := 1 / (1 + math.Exp(-v))
		want -= (target[i]*math.Log(p) + (1-target[i])*math.Log(1-p)) / 7
	}
	loss, _ := SigmoidCrossEntropy(x, target)
	same(t, "loss", []float64{loss}, []float64{want})
	loss, dx = SigmoidCrossEntropy([]float64{-1000, 1000}, []float64{1, 1})
	same(t, "no overflow", append(dx, loss), []float64{-0.5, 0, 500})
}

func TestSoftmaxCrossEntropy(t *testing.T) {
	const classes = 5
	x, label := random(1, 3*classes), []int{4, 0, 2}
	_, dx := SoftmaxCrossEntropy(x, label, classes)
	gradient(t, "dx", x, dx, func() float64 { loss, _ := SoftmaxCrossEntropy(x, label, classes); return loss })

	want := 0.0 // from the definition
	for r, l := range label {
		sum := 0.0
		for _, v := range x[r*classes:][:classes] {
			sum += math.Exp(v)
		}
		want -= math.Log(math.Exp(x[r*classes+l])/sum) / 3
	}
	loss, _ := SoftmaxCrossEntropy(x, label, classes)
	same(t, "loss", []float64{loss}, []float64{want})
	loss, dx = SoftmaxCrossEntropy([]float64{1000, 0, -1000, 0}, []int{1, 1}, 2)
	same(t, "no overflow", append(dx, loss), []float64{0.5, -0.5, 0, 0, 500})
}
