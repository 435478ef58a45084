package layers

import (
	"fmt"
	"testing"

	"vkgan/layers/ref"
	"vkgan/vk"
)

// The average begins as a copy and follows the values; two swaps leave all as it was; the gaps between parameters stay 0.
func TestEMA(t *testing.T) {
	const decay, steps = 0.75, 3
	each(t, func(t *testing.T, d *vk.Device) {
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

		want := make([]float64, len(first))
		for i, v := range first {
			want[i] = float64(v)
		}
		values := make([]float64, len(first))
		step := record(t, d, func(rec *vk.Recorder) { EMA{decay}.Step(rec, params, shadow) })
		for now := range steps {
			for i, p := range params.All {
				v := random(uint64(now*10+i), p.Len())
				copy(values[p.offset/4:], v)
				upload(t, d, p.Value(), narrow(v))
			}
			run(t, d, step, 1)
			ref.EMA(decay, want, values)
		}
		average := download[float32](t, d, shadow.All())
		near(t, "shadow", average, want, 1)
		for i, w := range want {
			if w == 0 && average[i] != 0 {
				t.Fatalf("element %d, between parameters, is %g", i, average[i])
			}
		}

		swap := record(t, d, func(rec *vk.Recorder) { params.Swap(rec, shadow) })
		for _, c := range [][2][]float32{{average, narrow(values)}, {narrow(values), average}} {
			run(t, d, swap, 1)
			equal(t, "values", download[float32](t, d, params.Value.All()), c[0])
			equal(t, "shadow", download[float32](t, d, shadow.All()), c[1])
		}
	})
}
