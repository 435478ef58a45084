package layers

import (
	"fmt"
	"testing"

	"vkgan/layers/ref"
	"vkgan/vk"
)

// The average begins as a copy and follows the values, warming up or not; the gaps between parameters stay 0.
func TestEMA(t *testing.T) {
	const decay, steps = 0.75, 5
	each(t, func(t *testing.T, d *vk.Device) {
		for _, warmUp := range []bool{false, true} {
			b := NewBuilder(d, "arena", Batch{Forward: 1, Backward: 1, Groups: 1})
			t.Cleanup(b.Free)
			for i, n := range []int{1, 100, 1025, 64} {
				b.param(fmt.Sprint("p", i), Normal(1), n)
			}
			params, err := b.Finish(1, 0)
			if err != nil {
				t.Fatal(err)
			}
			shadow, err := b.Shadow()
			if err != nil {
				t.Fatal(err)
			}
			first := download[float32](t, d, params.Value.All())
			equal(t, "shadow at first", download[float32](t, d, shadow.All()), first)

			want, values, count := make([]float64, len(first)), make([]float64, len(first)), buffer(t, d, 1)
			for i, v := range first {
				want[i] = float64(v)
			}
			step := record(t, d, func(rec *vk.Recorder) { EMA{Decay: decay, WarmUp: warmUp}.Step(rec, params, shadow, count) })
			for now := 1; now <= steps; now++ {
				for i, p := range params.All {
					v := random(uint64(now*10+i), p.Len())
					copy(values[p.offset/4:], v)
					upload(t, d, p.Value(), narrow(v))
				}
				upload(t, d, count, []uint32{uint32(now)})
				run(t, d, step, 1)
				of := decay
				if warmUp {
					of = ref.WarmDecay(decay, now)
				}
				ref.EMA(of, want, values)
			}
			average := download[float32](t, d, shadow.All())
			near(t, fmt.Sprintf("shadow, warming up %v", warmUp), average, want, 1)
			for i, w := range want {
				if w == 0 && average[i] != 0 {
					t.Fatalf("element %d, between parameters, is %g", i, average[i])
				}
			}
		}
	})
}

// What is recorded with the shadow's values uses these alone; what is recorded before and behind uses the network's own.
func TestWith(t *testing.T) {
	const rows = 5
	in, configs := Vector(7), []Config{
		Linear{Name: "first", Out: 9, Norm: &WeightNorm{TrainScale: true}, Bias: true, Act: ReLU}, Linear{Name: "second", Out: 3, Bias: true},
	}
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "net", Batch{Forward: rows, Backward: rows, Groups: 1})
		t.Cleanup(b.Free)
		net := b.Sequence(in, configs...)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		shadow, err := b.Shadow()
		if err != nil {
			t.Fatal(err)
		}
		x := b.tensor("x", rows, in)
		xs := random(1, x.elements())
		upload(t, d, x.Data, narrow(xs))
		own, other := tensors{}, tensors{}
		for i, p := range params.All {
			own[p.Name], other[p.Name] = random(uint64(10+i), p.Len()), random(uint64(20+i), p.Len())
			upload(t, d, p.Value(), narrow(own[p.Name]))
			upload(t, d, p.In(shadow), narrow(other[p.Name]))
		}
		var y Tensor
		forward := func(rec *vk.Recorder) { y = net.Forward(rec, x) }
		programs := []struct {
			name string
			*vk.Program
			p tensors
		}{
			{"before", record(t, d, forward), own},
			{"with the shadow", record(t, d, func(rec *vk.Recorder) { params.With(shadow, func() { forward(rec) }) }), other},
			{"behind", record(t, d, forward), own},
		}
		for _, i := range []int{0, 1, 2, 1, 0} {
			run(t, d, programs[i].Program, 1)
			near(t, programs[i].name, download[float32](t, d, y.Data), newChain(in, configs, rows, 1, programs[i].p, tensors{}).forward(xs), 1)
		}
		for _, p := range params.All {
			equal(t, "own "+p.Name, download[float32](t, d, p.Value()), narrow(own[p.Name]))
			equal(t, "the shadow's "+p.Name, download[float32](t, d, p.In(shadow)), narrow(other[p.Name]))
		}
	})
}
