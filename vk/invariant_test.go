package vk

import (
	"math/rand/v2"
	"testing"
)

// A random program does the same in two: what its constants decide runs once, the rest whenever the input has changed.
func TestInvariant(t *testing.T) {
	const cells, size = 14, 16 // 0 and 1 are constant, 2 is the input
	eachBuild(t, func(t *testing.T, d *Device) {
		b := buffer(t, d, "cells", 4*cells*size, Local)
		cell := func(i int) Range { return b.All().Slice(4*size*int64(i), 4*size) }
		moved, stayed := 0, 0
		for seed := range uint64(40) {
			steps := func(r *Recorder) {
				random := rand.New(rand.NewPCG(seed, 1))
				for range 8 {
					x, y := random.IntN(cells), 3+random.IntN(cells-3)
					if random.IntN(2) == 0 {
						x = random.IntN(2)
					}
					switch kind := random.IntN(8); {
					case kind == 0:
						r.Fill(cell(y), uint32(random.IntN(9)))
					case kind == 1:
						r.Dispatch(count{s: cell(y), rounds: 1})
					case x == y:
					case kind == 2:
						r.Copy(cell(y), cell(x))
					default:
						r.Dispatch(scale{x: cell(x), y: cell(y), rate: 0.5, bias: float32(random.IntN(2))})
					}
				}
				r.Copy(cell(3), cell(4))
			}
			first := make([]float32, cells*size)
			random := rand.New(rand.NewPCG(seed, 2))
			for i := range first {
				first[i] = random.Float32()
			}
			after := func(runs func(between func())) []float32 {
				upload(t, d, b.All(), first)
				runs(func() { upload(t, d, cell(2), first[:size]) })
				return floats(t, d, b.All())
			}
			whole := program(t, d, "whole", steps)
			want := after(func(between func()) {
				run(t, d, whole, 2)
				between()
				run(t, d, whole, 1)
			})
			r := d.NewRecorder("rest")
			steps(r)
			once := r.Invariant(cell(0), cell(1))
			moved, stayed = moved+len(once.Commands()), stayed+len(r.Commands())
			if len(once.Commands())+len(r.Commands()) != len(whole.Commands()) {
				t.Errorf("%d of %d steps are once, %d are left", len(once.Commands()), len(whole.Commands()), len(r.Commands()))
			}
			var programs []*Program
			for _, part := range []*Recorder{once, r} {
				p, err := part.End()
				if len(part.Commands()) == 0 {
					mustFail(t, err, "nothing was recorded")
					continue
				} else if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(p.Free)
				programs = append(programs, p)
			}
			got := after(func(between func()) {
				if len(once.Commands()) > 0 {
					run(t, d, programs[0], 1)
				}
				rest := programs[len(programs)-1]
				run(t, d, rest, 2)
				between()
				run(t, d, rest, 1)
			})
			same(t, "the cells", got, want)
		}
		if moved < 40 || stayed < 100 {
			t.Errorf("%d steps were moved, %d were not", moved, stayed)
		}
	})
}
