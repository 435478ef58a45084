package ref

import (
	"math"
	"testing"
)

// The first update moves by Rate against the gradient's sign, whatever its size: m̂ = g, v̂ = g².
func TestAdamFirstStep(t *testing.T) {
	a := Adam{Rate: 0.1, Beta1: 0.5, Beta2: 0.999}
	p, m, v := []float64{1, 1}, make([]float64, 2), make([]float64, 2)
	a.Step(1, p, []float64{1e-3, -40}, m, v)
	same(t, "p", p, []float64{0.9, 1.1})
	same(t, "m", m, []float64{0.5e-3, -20})
	same(t, "v", v, []float64{1e-9, 1.6})
}

func TestAdamEpsilon(t *testing.T) {
	for inside, root := range map[bool]float64{false: 2 + 0.5, true: math.Sqrt(4 + 0.5)} {
		p := []float64{0}
		Adam{Rate: 1, Beta1: 0.9, Beta2: 0.99, Eps: 0.5, EpsInside: inside}.Step(1, p, []float64{2}, []float64{0}, []float64{0})
		same(t, "p", p, []float64{-2 / root})
	}
}

// Of six updates the last three take the whole rate, 2/3 and 1/3 of it; one after them takes none.
func TestAdamDecay(t *testing.T) {
	a := Adam{Rate: 0.3, Beta1: 0, Beta2: 0.5, Decay: 3, End: 6}
	p, m, v := []float64{0}, []float64{0}, []float64{0}
	for step, want := range []float64{-0.3, -0.6, -0.9, -1.2, -1.4, -1.5, -1.5} {
		a.Step(step+1, p, []float64{1}, m, v)
		same(t, "p", p, []float64{want})
	}
}

// It descends: a quadratic's minimum is found from a distance.
func TestAdamDescends(t *testing.T) {
	a := Adam{Rate: 0.05, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8}
	p, m, v := []float64{3, -2}, make([]float64, 2), make([]float64, 2)
	for step := range 2000 {
		a.Step(step+1, p, []float64{p[0] - 1, 10 * (p[1] - 1)}, m, v)
	}
	if math.Hypot(p[0]-1, p[1]-1) > 1e-3 {
		t.Errorf("ended at %v, want 1, 1", p)
	}
}
