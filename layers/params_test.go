package layers

import (
	"math"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/philox"
	"vkgan/vk"
)

// Parameters come in the order of the layers, each drawn from the stream of its number, in layouts that are documented.
func TestParams(t *testing.T) {
	d := devicetest.Open(t, vk.Options{Guard: true})
	b := NewBuilder(d, "net", Batch{Forward: 2, Backward: 2, Groups: 1})
	defer b.Free()
	net := b.Sequence(Shape{4, 4, 2},
		Conv2D{Name: "conv", Out: 3, Kernel: 3, Stride: 2, Bias: true},
		BatchNorm{Name: "bn"},
		Deconv2D{Name: "deconv", Out: 5, Kernel: 4, Stride: 2})
	b.Linear(net.Out, Linear{Name: "head", Out: 7})
	const seed, first = 1 << 33, 64
	params, err := b.Finish(seed, first)
	if err != nil {
		t.Fatal(err)
	}
	xavier := math.Sqrt(2.6 / (4*4*5 + 7))
	want := []struct {
		name  string
		dims  []int
		value func(s philox.Stream, i uint32) float64
	}{
		{"conv.weight", []int{3, 3, 2, 3}, func(s philox.Stream, i uint32) float64 { return 0.02 * float64(s.TruncatedNormal(0, i)) }},
		{"conv.bias", []int{3}, func(philox.Stream, uint32) float64 { return 0 }},
		{"bn.gamma", []int{3}, func(philox.Stream, uint32) float64 { return 1 }},
		{"bn.beta", []int{3}, func(philox.Stream, uint32) float64 { return 0 }},
		{"deconv.weight", []int{4, 4, 5, 3}, func(s philox.Stream, i uint32) float64 { return 0.02 * float64(s.Normal(0, i)) }},
		{"head.weight", []int{80, 7}, func(s philox.Stream, i uint32) float64 { return xavier * float64(s.TruncatedNormal(0, i)) }},
	}
	if len(params.All) != len(want) {
		t.Fatalf("%d parameters, want %d", len(params.All), len(want))
	}
	count := 0
	for k, p := range params.All {
		if p.Name != want[k].name {
			t.Errorf("parameter %d is %s, want %s", k, p.Name, want[k].name)
		}
		equal(t, p.Name+"'s dimensions", p.Dims, want[k].dims)
		values := make([]float32, p.Len())
		for i := range values {
			values[i] = float32(want[k].value(philox.Stream{Seed: seed, ID: first + uint32(k)}, uint32(i)))
		}
		got, err := p.Read(d, params.Value)
		if err != nil {
			t.Error(err)
		}
		equal(t, p.Name, got, values)
		if p.offset%paramAlign != 0 {
			t.Errorf("%s begins at %d", p.Name, p.offset)
		}
		count += p.Len()
	}
	if params.Count() != count {
		t.Errorf("%d values, want %d", params.Count(), count)
	}
}
