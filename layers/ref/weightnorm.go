package ref

import "math"

// WeightNorm makes each column of w from a direction and a length (Salimans and Kingma, arXiv:1602.07868, equation 2):
//
//	w = v·s/n,   n = √(Eps + Σ v²)
//
//	v, w [Rows,C], s [C], sums over each column's rows
type WeightNorm struct {
	Rows, C int
	Eps     float64
}

// Forward returns w.
func (l WeightNorm) Forward(v, s []float64) []float64 {
	n := l.norms(v)
	w := make([]float64, len(v))
	for i := range v {
		w[i] = v[i] * s[i%l.C] / n[i%l.C]
	}
	return w
}

// Backward returns the gradients (equation 3):
//
//	ds = (v·dw)/n,   dv = s/n · (dw - v (v·dw)/n²)
func (l WeightNorm) Backward(dw, v, s []float64) (dv, ds []float64) {
	n := l.norms(v)
	dv, ds = make([]float64, len(v)), make([]float64, l.C)
	for i := range v {
		ds[i%l.C] += v[i] * dw[i] / n[i%l.C]
	}
	for i := range v {
		c := i % l.C
		dv[i] = s[c] / n[c] * (dw[i] - v[i]*ds[c]/n[c])
	}
	return dv, ds
}

func (l WeightNorm) norms(v []float64) []float64 {
	check(v, l.Rows*l.C)
	n := make([]float64, l.C)
	for i, x := range v {
		n[i%l.C] += x * x
	}
	for c := range n {
		n[c] = math.Sqrt(l.Eps + n[c])
	}
	return n
}
