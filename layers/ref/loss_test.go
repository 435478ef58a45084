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

func TestLogSumExpCrossEntropy(t *testing.T) {
	const classes = 5
	for _, target := range []float64{0, 1} {
		x := random(1, 3*classes)
		_, dx := LogSumExpCrossEntropy(x, target, classes)
		gradient(t, "dx", x, dx, func() float64 { loss, _ := LogSumExpCrossEntropy(x, target, classes); return loss })

		want := 0.0 // from the definition
		for r := range 3 {
			z := 0.0
			for _, v := range x[r*classes:][:classes] {
				z += math.Exp(v)
			}
			p := z / (z + 1)
			want -= (target*math.Log(p) + (1-target)*math.Log(1-p)) / 3
		}
		loss, _ := LogSumExpCrossEntropy(x, target, classes)
		same(t, "loss", []float64{loss}, []float64{want})
	}
	loss, dx := LogSumExpCrossEntropy([]float64{1000, 0, -1000, -2000}, 1, 2)
	same(t, "no overflow", append(dx, loss), []float64{0, 0, -0.5, 0, 500})
}

func TestFeatureMatching(t *testing.T) {
	const features = 3
	fake, real := random(1, 4*features), random(2, 4*features)
	_, dfake := FeatureMatching(fake, real, features)
	gradient(t, "dfake", fake, dfake, func() float64 { loss, _ := FeatureMatching(fake, real, features); return loss })
	loss, dfake := FeatureMatching([]float64{1, 2, 3, 4}, []float64{0, 1, 0, -1}, 2) // means 2 and 3, 0 and 0
	same(t, "by hand", append(dfake, loss), []float64{1, 1.5, 1, 1.5, 6.5})
}

func TestGaussianNLL(t *testing.T) {
	const n, rows = 3, 4
	x, value := random(1, n*rows), random(2, n*rows)
	_, dx := GaussianNLL(x, value, n)
	gradient(t, "dx", x, dx, func() float64 { loss, _ := GaussianNLL(x, value, n); return loss })

	want := 0.0 // from the density
	for i := range x {
		want -= math.Log(math.Exp(-(x[i]-value[i])*(x[i]-value[i])/2)/math.Sqrt(2*math.Pi)) / rows
	}
	loss, _ := GaussianNLL(x, value, n)
	same(t, "loss", []float64{loss + n*math.Log(2*math.Pi)/2}, []float64{want})
}

func TestCodeInformation(t *testing.T) {
	const classes, rows = 4, 6
	x := random(1, rows*classes)
	for _, w := range [][2]float64{{1, 0}, {0, 1}, {4, 0.5}} {
		_, _, dx := CodeInformation(x, classes, w[0], w[1])
		gradient(t, "dx", x, dx, func() float64 {
			entropy, uncertainty, _ := CodeInformation(x, classes, w[0], w[1])
			return -w[0]*entropy + w[1]*uncertainty
		})
	}
	entropy, uncertainty, _ := CodeInformation([]float64{50, 0, 0, 50, 50, 0, 0, 50}, 2, 1, 1)
	same(t, "sure and balanced", []float64{entropy, uncertainty}, []float64{math.Ln2, 50 * math.Exp(-50)})
	entropy, uncertainty, _ = CodeInformation([]float64{3, 3, 3, 3}, 2, 1, 1)
	same(t, "knows nothing", []float64{entropy, uncertainty}, []float64{math.Ln2, math.Ln2})
}

func TestSoftmaxDivergence(t *testing.T) {
	const classes, rows = 4, 3
	x, wanted := random(1, rows*classes), random(2, rows*classes)
	_, dx := SoftmaxDivergence(x, wanted, classes)
	gradient(t, "dx", x, dx, func() float64 { loss, _ := SoftmaxDivergence(x, wanted, classes); return loss })
	loss, _ := SoftmaxDivergence([]float64{0, 0}, []float64{math.Log(3), 0}, 2)
	same(t, "by hand", []float64{loss}, []float64{math.Log(2) + 0.75*math.Log(0.75) + 0.25*math.Log(0.25)})
	loss, _ = SoftmaxDivergence([]float64{1, 2, 3}, []float64{11, 12, 13}, 3)
	if math.Abs(loss) > 1e-12 {
		t.Errorf("logits that differ by a constant are %g apart", loss)
	}
}

func TestCodeSums(t *testing.T) {
	const classes, rows = 5, 7
	x := random(1, rows*classes)
	want := make([]float64, 2*classes) // from the definition
	for r := range rows {
		total := 0.0
		for j := range classes {
			total += math.Exp(x[r*classes+j])
		}
		for j := range classes {
			p := math.Exp(x[r*classes+j]) / total
			want[j] += p
			want[classes+j] -= p * math.Log(p)
		}
	}
	used, entropy := CodeSums(x, classes)
	same(t, "sums", append(used, entropy...), want)
	used, entropy = CodeSums([]float64{1000, -1000}, 2)
	same(t, "no overflow", append(used, entropy...), []float64{1, 0, 0, 0})
}
