package ref

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// random returns n normal numbers, the same ones for the same salt.
func random(salt uint64, n int) []float64 {
	rng := rand.New(rand.NewPCG(1, salt))
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func dot(x, y []float64) float64 {
	check(y, len(x))
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

// rms of the numbers, for tolerances.
func rms(x []float64) float64 { return math.Sqrt(dot(x, x) / float64(len(x))) }

// same fails unless got is want but for rounding.
func same(t *testing.T, name string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", name, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= 1e-12*(1+rms(want))) {
			t.Fatalf("%s[%d] = %.15g, want %.15g", name, i, got[i], want[i])
		}
	}
}

// gradient fails unless dx is the gradient of loss with respect to x, by central differences.
func gradient(t *testing.T, name string, x, dx []float64, loss func() float64) {
	t.Helper()
	if err := gradientError(x, dx, loss); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func gradientError(x, dx []float64, loss func() float64) error {
	if len(dx) != len(x) {
		return fmt.Errorf("%d elements, want %d", len(dx), len(x))
	}
	const h = 1e-5
	for i := range x {
		at := x[i]
		x[i] = at + h
		up := loss()
		x[i] = at - h
		down := loss()
		x[i] = at
		if want := (up - down) / (2 * h); !(math.Abs(dx[i]-want) <= 1e-7*(1+rms(dx))) {
			return fmt.Errorf("element %d is %.10g, by finite differences %.10g", i, dx[i], want)
		}
	}
	return nil
}

// The check itself must notice a gradient that is off by one part in 100,000.
func TestGradientNoticesAnError(t *testing.T) {
	x := []float64{3}
	square := func() float64 { return x[0] * x[0] }
	gradient(t, "x²", x, []float64{6}, square)
	if gradientError(x, []float64{6.00006}, square) == nil {
		t.Error("a wrong gradient passes")
	}
}
