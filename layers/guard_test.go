package layers

import (
	"errors"
	"math"
	"slices"
	"testing"

	"vkgan/vk"
)

func scratchBuilder(t *testing.T, d *vk.Device) *Builder {
	b := NewBuilder(d, "scratch", Batch{Forward: 1, Backward: 1, Groups: 1})
	t.Cleanup(b.Free)
	return b
}

// A bad figure reaches no parameter; a bad gradient is named after the step that it spoilt; both stop all updates, and that
// of the average before it takes what is not finite.
func TestGuard(t *testing.T) {
	nan := float32(math.NaN())
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct {
			name    string
			spoil   func(figures vk.Range, first, second *Params)
			want    Trouble
			changes bool // the step that went bad changed parameters
		}{
			{"figure", func(figures vk.Range, _, _ *Params) { upload(t, d, figures, []float32{1, nan}) }, Trouble{Step: 2, Figure: 1}, false},
			{"gradient", func(_ vk.Range, _, second *Params) {
				upload(t, d, second.All[1].Grad(), []float32{1, 2, 3, nan, 5, nan, 7})
			}, Trouble{Step: 2, Figure: -1, Parameter: "arena.p1"}, true},
		} {
			t.Run(c.name, func(t *testing.T) {
				step, figures, ring := buffer(t, d, 1), buffer(t, d, 2), buffer(t, d, 8*(2+2))
				first, second := arena(t, d, 3), arena(t, d, 5, 7)
				b := scratchBuilder(t, d)
				g, err1 := NewGuard(b, first, second)
				average, err2 := b.Buffer("average", second.bytes, vk.Local)
				if err := errors.Join(err1, err2); err != nil {
					t.Fatal(err)
				}
				upload(t, d, average.All(), slices.Repeat([]float32{1}, int(second.bytes/4)))
				one := record(t, d, func(rec *vk.Recorder) {
					g.Check(rec, step, figures)
					adam := Adam{Rate: 1, Beta1: 0.5, Beta2: 0.9, Eps: 1e-8, Guard: g}
					adam.Step(rec, first, step)
					adam.StepPart(rec, second, 0, 1, step)
					adam.StepPart(rec, second, 1, 2, step)
					g.Check(rec, step, figures)
					EMA{Decay: 0.5, Guard: g}.Step(rec, second, average, step)
					Advance(rec, step, figures, g, ring)
				})
				upload(t, d, first.All[0].Grad(), []float32{1, 2, 3})
				run(t, d, one, 2)
				if trouble, err := g.Trouble(d); trouble != nil || err != nil {
					t.Fatalf("trouble while all is well: %v, %v", trouble, err)
				}
				sound, averaged := download[float32](t, d, first.Value.All()), download[float32](t, d, average.All())
				if averaged[0] != 0.25 {
					t.Errorf("two halves of 1 on the way to 0: %g", averaged[0])
				}
				c.spoil(figures, first, second)
				run(t, d, one, 1)
				after := download[float32](t, d, first.Value.All())
				if changed := after[0] != sound[0]; changed != c.changes {
					t.Errorf("the bad step changed parameters: %v", changed)
				}
				run(t, d, one, 3)
				equal(t, "frozen parameters", download[float32](t, d, first.Value.All()), after)
				equal(t, "frozen average", download[float32](t, d, average.All()), averaged)
				if trouble, err := g.Trouble(d); err != nil || trouble == nil || *trouble != c.want {
					t.Errorf("trouble %+v, %v; want %+v", trouble, err, c.want)
				}
				slots := download[uint32](t, d, ring)
				for now := range 6 {
					want := uint32(0)
					if now >= c.want.Step {
						want = uint32(c.want.Step + 1)
					}
					if got := slots[now*4+1]; got != want {
						t.Errorf("step %d: the ring says frozen by %d, want %d", now, got, want)
					}
				}
			})
		}
	})
}
