package ref

import (
	"fmt"
	"testing"
)

func TestBatchNormStatistics(t *testing.T) {
	b := BatchNorm{Rows: 4, C: 2, Groups: 2, Eps: 0}
	y, mean, variance := b.Forward([]float64{1, 10, 3, 10.5, 5, 20, 5.5, 40}, []float64{1, 2}, []float64{0, 1})
	same(t, "mean", mean, []float64{2, 10.25, 5.25, 30})
	same(t, "variance", variance, []float64{1, 0.0625, 0.0625, 100})
	same(t, "y", y, []float64{-1, -1, 1, 3, -1, -1, 1, 3})
}

// Each group of dy is checked by itself against the group of x it belongs to, also where dy has more or fewer
// groups than x.
func TestBatchNormGradients(t *testing.T) {
	const eps = 1e-3
	for _, c := range []struct{ rows, c, groups, backward int }{
		{5, 3, 1, 1}, {4, 1, 1, 1}, {6, 2, 2, 2}, {6, 2, 2, 3}, {3, 2, 1, 2}, {9, 2, 3, 7}, {6, 3, 2, 1},
	} {
		b := BatchNorm{Rows: c.rows, C: c.c, Groups: c.groups, Eps: eps}
		one := BatchNorm{Rows: c.rows / c.groups, C: c.c, Groups: 1, Eps: eps}
		size := one.Rows * c.c
		x, gamma, beta, dy := random(1, c.rows*c.c), random(2, c.c), random(3, c.c), random(4, c.backward*size)
		dx, dgamma, dbeta := b.Backward(dy, x, gamma)
		for g := range c.backward {
			part := x[g%c.groups*size:][:size]
			gradient(t, fmt.Sprintf("%+v dx of group %d", c, g), part, dx[g*size:][:size], func() float64 {
				y, _, _ := one.Forward(part, gamma, beta)
				return dot(dy[g*size:][:size], y)
			})
		}
		counted := dy[:min(c.backward, c.groups)*size]
		loss := func() float64 {
			y, _, _ := b.Forward(x, gamma, beta)
			return dot(counted, y[:len(counted)])
		}
		gradient(t, fmt.Sprintf("%+v dgamma", c), gamma, dgamma, loss)
		gradient(t, fmt.Sprintf("%+v dbeta", c), beta, dbeta, loss)
	}
}
