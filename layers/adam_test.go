package layers

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// arena makes parameters of the given sizes, none of which is a multiple of the alignment.
func arena(t *testing.T, d *vk.Device, sizes ...int) *Params {
	t.Helper()
	b := NewBuilder(d, "arena", Batch{Forward: 1, Backward: 1, Groups: 1})
	for i, n := range sizes {
		b.param(fmt.Sprint("p", i), Constant(0), n)
	}
	params, err := b.Finish(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Free)
	return params
}

// Against the oracle from a start at 0, where float32 holds the updates themselves, with gradients from 1 down to eps.
func TestAdam(t *testing.T) {
	const steps = 30
	sizes := []int{1, 100, 1025, 64}
	each(t, func(t *testing.T, d *vk.Device) {
		for _, a := range []Adam{
			{Rate: 2e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8}, {Rate: 3e-2, Beta1: 0.9, Beta2: 0.99, Eps: 1e-4}, {Rate: 1e-3, Beta2: 0.9, Eps: 1e-8},
			{Rate: 3e-3, Beta1: 0.5, Beta2: 0.999, Eps: 1e-3, EpsInside: true}, {Rate: 3e-3, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8, Decay: Decay{Steps: 20, End: 27}},
		} {
			params, step := arena(t, d, sizes...), buffer(t, d, 1)
			one, advance := record(t, d, func(rec *vk.Recorder) { a.Step(rec, params, step) }), record(t, d, func(rec *vk.Recorder) { CountUp(rec, step) })
			p, m, v := tensors{}, tensors{}, tensors{}
			oracle := ref.Adam{
				Rate: float64(a.Rate), Beta1: float64(a.Beta1), Beta2: float64(a.Beta2), Eps: float64(a.Eps),
				EpsInside: a.EpsInside, Decay: a.Decay.Steps, End: a.Decay.End,
			}
			for now := range steps {
				for i, param := range params.All {
					g := random(uint64(now*10+i), sizes[i])
					for e := range g {
						g[e] = math.Ldexp(g[e], -3*(e%10))
					}
					upload(t, d, param.Grad(), narrow(g))
					for _, state := range []tensors{p, m, v} {
						if now == 0 {
							state[param.Name] = make([]float64, sizes[i])
						}
					}
					oracle.Step(now+1, p[param.Name], g, m[param.Name], v[param.Name])
				}
				run(t, d, one, 1)
				run(t, d, advance, 1)
				if now > 0 && now < steps-1 {
					continue
				}
				for _, param := range params.All {
					for name, state := range map[string]struct {
						of   *vk.Buffer
						want tensors
					}{"": {params.Value, p}, "'s m": {params.M, m}, "'s v": {params.V, v}} {
						got, err := param.Read(d, state.of)
						if err != nil {
							t.Fatal(err)
						}
						near(t, fmt.Sprintf("%+v: %s%s after step %d", a, param.Name, name, now), got, state.want[param.Name], 1)
					}
				}
			}
			for _, buffer := range []*vk.Buffer{params.Value, params.M, params.V} {
				values := download[float32](t, d, buffer.All())
				for i, param := range params.All {
					end := int64(len(values))
					if i+1 < len(params.All) {
						end = params.All[i+1].offset / 4
					}
					gap := values[param.offset/4+int64(param.Len()) : end]
					equal(t, "the gap behind "+param.Name, gap, make([]float32, len(gap)))
				}
			}
		}
	})
}

// Parts under rates of their own are each as the whole is under its rate, and nothing beside them moves.
func TestAdamOfParts(t *testing.T) {
	sizes := []int{70, 1, 130}
	each(t, func(t *testing.T, d *vk.Device) {
		step := buffer(t, d, 1)
		after := func(update func(rec *vk.Recorder, ps *Params)) (values [][]float32) {
			params := arena(t, d, sizes...)
			for i, p := range params.All {
				upload(t, d, p.Grad(), narrow(random(uint64(i), sizes[i])))
			}
			do(t, d, func(rec *vk.Recorder) { update(rec, params) })
			for _, p := range params.All {
				values = append(values, download[float32](t, d, p.Value()))
			}
			return values
		}
		rate := func(rate float32) Adam { return Adam{Rate: rate, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8} }
		slow := after(func(rec *vk.Recorder, ps *Params) { rate(1e-3).Step(rec, ps, step) })
		fast := after(func(rec *vk.Recorder, ps *Params) { rate(5e-3).Step(rec, ps, step) })
		got := after(func(rec *vk.Recorder, ps *Params) {
			rate(1e-3).StepPart(rec, ps, 0, 1, step)
			rate(5e-3).StepPart(rec, ps, 2, 3, step)
		})
		for i, want := range [][]float32{slow[0], make([]float32, sizes[1]), fast[2]} {
			equal(t, fmt.Sprint("parameter ", i), got[i], want)
		}
	})
}

// torch.optim.Adam on the same gradients (tools/fixture/adam.py). The parameters are about 1, so that each of the 20
// updates is rounded to 2^-24.
func TestSmokeAdamIsPyTorchs(t *testing.T) {
	var fixture struct {
		Seed uint64
		Runs []struct {
			Rate, Beta1, Beta2, Eps float32
			After                   []struct {
				Step  int
				Value []float64
			}
		}
	}
	data, err := os.ReadFile("testdata/adam.json")
	if err == nil {
		err = json.Unmarshal(data, &fixture)
	}
	if err != nil {
		t.Fatal(err)
	}
	const count = 100
	draw := func(stream uint32, step int) []float32 {
		x := make([]float32, count)
		for e := range x {
			x[e] = philox.Stream{Seed: fixture.Seed, ID: stream}.Normal(uint32(step), uint32(e))
			if stream == 2 {
				x[e] *= float32(math.Ldexp(1, -3*(e%10)))
			}
		}
		return x
	}
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range fixture.Runs {
			params, step := arena(t, d, count), buffer(t, d, 1)
			p := params.All[0]
			upload(t, d, p.Value(), draw(1, 0))
			update := record(t, d, func(rec *vk.Recorder) {
				Adam{Rate: c.Rate, Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps}.Step(rec, params, step)
				CountUp(rec, step)
			})
			now := 0
			for _, after := range c.After {
				for now < after.Step {
					now++
					upload(t, d, p.Grad(), draw(2, now))
					run(t, d, update, 1)
				}
				near(t, fmt.Sprintf("rate %g, step %d", c.Rate, now), download[float32](t, d, p.Value()), after.Value, 0.1)
			}
		}
	})
}
