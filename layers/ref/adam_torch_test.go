package ref

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"vkgan/internal/philox"
)

// torch.optim.Adam on the same gradients (tools/fixture/adam.py), with gradients down to epsilon's size.
func TestAdamIsPyTorchs(t *testing.T) {
	var fixture struct {
		Seed uint64
		Runs []struct {
			Rate, Beta1, Beta2, Eps float64
			After                   []struct {
				Step  int
				Value []float64
			}
		}
	}
	data, err := os.ReadFile("../testdata/adam.json")
	if err == nil {
		err = json.Unmarshal(data, &fixture)
	}
	if err != nil {
		t.Fatal(err)
	}
	const count = 100
	draw := func(stream, step, e uint32) float64 {
		return float64(philox.Stream{Seed: fixture.Seed, ID: stream}.Normal(step, e))
	}
	for _, run := range fixture.Runs {
		a := Adam{Rate: run.Rate, Beta1: run.Beta1, Beta2: run.Beta2, Eps: run.Eps}
		p, g, m, v := make([]float64, count), make([]float64, count), make([]float64, count), make([]float64, count)
		for e := range p {
			p[e] = draw(1, 0, uint32(e))
		}
		step := 0
		for _, after := range run.After {
			for step < after.Step {
				step++
				for e := range g {
					g[e] = draw(2, uint32(step), uint32(e)) * math.Ldexp(1, -3*(e%10))
				}
				a.Step(step, p, g, m, v)
			}
			same(t, "parameters", p, after.Value)
		}
	}
}
