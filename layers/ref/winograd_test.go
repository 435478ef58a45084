package ref

import (
	"math/rand/v2"
	"testing"
)

// Minimal filtering and its gradients are filtering and its gradients.
func TestMinimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	normals := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		return x
	}
	for m := 1; m <= 9; m++ {
		axis := Minimal(m)
		if want := m + 2*((m+3)/4); len(axis.A) != want {
			t.Errorf("%d outputs: %d points, want %d", m, len(axis.A), want)
		}
		x, w, dy := normals(m+2), normals(3), normals(m)
		y, dx, dw := make([]float64, m), make([]float64, m+2), make([]float64, 3)
		for o := range m {
			for k := range 3 {
				y[o] += x[o+k] * w[k]
				dx[o+k] += dy[o] * w[k]
				dw[k] += dy[o] * x[o+k]
			}
		}
		nearAll(t, "y", back(axis.A, product(axis.B, x, axis.G, w)), y)
		nearAll(t, "dx", back(axis.B, product(axis.A, dy, axis.G, w)), dx)
		nearAll(t, "dw", back(axis.G, product(axis.A, dy, axis.B, x)), dw)
	}
}

// product is (a x) * (b y), element by element.
func product(a [][]float64, x []float64, b [][]float64, y []float64) []float64 {
	p := make([]float64, len(a))
	for q := range p {
		ax, by := 0.0, 0.0
		for i, v := range x {
			ax += a[q][i] * v
		}
		for i, v := range y {
			by += b[q][i] * v
		}
		p[q] = ax * by
	}
	return p
}

// back is aᵀ p.
func back(a [][]float64, p []float64) []float64 {
	y := make([]float64, len(a[0]))
	for q, row := range a {
		for i, c := range row {
			y[i] += c * p[q]
		}
	}
	return y
}
