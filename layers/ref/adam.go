package ref

import "math"

// Adam is Kingma and Ba's optimiser (arXiv:1412.6980, algorithm 1) as PyTorch writes it:
//
//	m ← β1 m + (1-β1) g,   v ← β2 v + (1-β2) g²
//	p ← p - Rate · m̂ / (√v̂ + Eps),   m̂ = m/(1-β1^t),  v̂ = v/(1-β2^t)
//
// EpsInside puts Eps under the root instead: m̂ / √(v̂ + Eps). Unless Decay is 0, update t takes min(1, (End-t+1)/Decay) of
// Rate, and never less than 0.
type Adam struct {
	Rate, Beta1, Beta2, Eps float64
	EpsInside               bool
	Decay, End              int
}

// Step is update number t = 1, 2, …, in place; m and v begin as zeros.
func (a Adam) Step(t int, p, g, m, v []float64) {
	check(g, len(p))
	correct1, correct2 := 1-math.Pow(a.Beta1, float64(t)), 1-math.Pow(a.Beta2, float64(t))
	rate := a.Rate
	if a.Decay > 0 {
		rate *= min(1, max(0, float64(a.End-t+1)/float64(a.Decay)))
	}
	for i := range p {
		m[i] = a.Beta1*m[i] + (1-a.Beta1)*g[i]
		v[i] = a.Beta2*v[i] + (1-a.Beta2)*g[i]*g[i]
		root := math.Sqrt(v[i]/correct2) + a.Eps
		if a.EpsInside {
			root = math.Sqrt(v[i]/correct2 + a.Eps)
		}
		p[i] -= rate * m[i] / correct1 / root
	}
}
