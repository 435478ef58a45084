package shaders_test

import (
	"math"
	"slices"

	"vkgan/internal/philox"
	"vkgan/shaders"
)

// draw is a case of the kernels that draw n numbers.
type draw struct {
	stream philox.Stream
	step   uint32
	n      int
}

func (d draw) low() uint32  { return uint32(d.stream.Seed) }
func (d draw) high() uint32 { return uint32(d.stream.Seed >> 32) }

func draws(r *rig) []draw {
	s, l := philox.Stream{Seed: 0x299f31d0_a4093822, ID: 0x13198a2e}, r.lanes()
	return []draw{{s, 0x85a308d3, 8*l + 3}, {philox.Stream{}, 0, 1}, {s, 1, 4 * l}, {s, 1<<32 - 1, 4*l + 1}, {philox.Stream{Seed: 7, ID: 1}, 3, 4*l - 1}}
}

// blocks is the work-groups of kernels that draw a block of four to an invocation.
func (r *rig) blocks(n int) [3]uint32 { return [3]uint32{ceil(n, 4*r.lanes()), 1, 1} }

func testPhiloxWords(r *rig) {
	const ones = 1<<32 - 1
	// The known-answer vectors that Random123 publishes (tests/kat_vectors, "philox4x32 10").
	counters := []uint32{0, 0, 0, 0, ones, ones, ones, ones, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}
	keys := []uint32{0, 0, ones, ones, 0xa4093822, 0x299f31d0}
	want := []uint32{
		0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8,
		0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
		0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
	}
	for range 2*r.lanes() + 2 {
		counter, key := [4]uint32{r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32()}, [2]uint32{r.Uint32(), r.Uint32()}
		counters, keys = append(counters, counter[:]...), append(keys, key[:]...)
		words := philox.Block(counter, key)
		want = append(want, words[:]...)
	}
	y := r.out(len(want))
	r.run(shaders.PhiloxWords{Counters: r.uints(counters).Range, Keys: r.uints(keys).Range, Y: y.Range, N: int32(len(want) / 4),
		Local: uint32(r.lanes()), Groups: r.blocks(len(want))})
	r.same("words", y, want)
}

func testPhiloxUniform(r *rig) {
	each(r, draws(r), func(r *rig, d draw) {
		y, want := r.uniforms(d), make([]float32, d.n)
		for i := range want {
			want[i] = d.stream.Uniform(d.step, uint32(i))
		}
		r.sameFloats("y", y, want)
	})
	r.sub("in columns of wider rows", testUniformColumns)
}

// What lies beside the columns is left alone.
func testUniformColumns(r *rig) {
	type columns struct {
		rows, count, width, column int
		low, high                  float32
	}
	each(r, []columns{{1, 1, 1, 0, 0, 1}, {7, 3, 8, 5, -1, 1}, {3, 62, 64, 0, -1, 1}, {101, 2, 9, 7, 0.25, 3}}, func(r *rig, c columns) {
		s, step := philox.Stream{Seed: 0x1234567890, ID: 9}, uint32(17)
		before := r.normals(c.rows * c.width)
		y, want := r.floats(before), wide(before)
		for i := range c.rows * c.count {
			want[i/c.count*c.width+c.column+i%c.count] = float64(c.low) + float64(c.high-c.low)*float64(s.Uniform(step, uint32(i)))
		}
		r.run(shaders.PhiloxUniform{Step: r.uints([]uint32{step}).Range, Y: y.Range, SeedLow: uint32(s.Seed), SeedHigh: uint32(s.Seed >> 32), Stream: s.ID,
			Rows: uint32(c.rows), Count: uint32(c.count), Width: uint32(c.width), Column: uint32(c.column), Low: c.low, Span: c.high - c.low,
			Local: uint32(r.lanes()), Groups: r.blocks(c.rows * c.count)})
		r.nearEach("y", y, want)
	})
}

func (r *rig) uniforms(d draw) *tensor {
	y := r.out(d.n)
	r.run(shaders.PhiloxUniform{Step: r.uints([]uint32{d.step}).Range, Y: y.Range, SeedLow: d.low(), SeedHigh: d.high(), Stream: d.stream.ID,
		Rows: 1, Count: uint32(d.n), Width: uint32(d.n), Span: 1, Local: uint32(r.lanes()), Groups: r.blocks(d.n)})
	return y
}

// normalError is what a normal may be off by: two units in the last place of the largest there is, 5.77.
const normalError = 1e-6

func testPhiloxNormal(r *rig) {
	cases := append(draws(r), draw{philox.Stream{Seed: 5, ID: 3}, 11, samples})
	each(r, cases, func(r *rig, d draw) {
		y := r.out(d.n)
		r.run(shaders.PhiloxNormal{Step: r.uints([]uint32{d.step}).Range, Y: y.Range, SeedLow: d.low(), SeedHigh: d.high(), Stream: d.stream.ID, N: uint32(d.n),
			Local: uint32(r.lanes()), Groups: r.blocks(d.n)})
		got, largest := r.result(y), 0.0
		for i, v := range got {
			e := math.Abs(float64(v - d.stream.Normal(d.step, uint32(i))))
			if math.IsNaN(e) {
				r.Fatalf("element %d is %g", i, v)
			}
			largest = max(largest, e)
		}
		if largest > normalError {
			r.Errorf("off by up to %.2g", largest)
		}
		if d.n == samples {
			r.standardNormal(wide(got))
		}
	})
}

// The noise is what philox_normal draws, annealed; where sigma is 0, x is left alone.
func testAddNoise(r *rig) {
	for i, c := range []struct {
		sigma float32
		steps int32
	}{{0.5, 0}, {0, 0}, {2, 0}, {0.3, 4}, {0.3, 1}} {
		each(r, draws(r), func(r *rig, d draw) {
			per, sigma := i%3+1, float64(c.sigma)
			if c.steps > 0 {
				sigma *= max(0, 1-float64(d.step)/float64(c.steps))
			}
			x, y := r.normals(d.n), r.out(d.n)
			r.run(shaders.AddNoise{Step: r.uints([]uint32{d.step}).Range, X: r.floats(x).Range, Y: y.Range,
				SeedLow: d.low(), SeedHigh: d.high(), Stream: d.stream.ID, N: int32(d.n), Sigma: c.sigma, Steps: c.steps,
				Local: uint32(r.lanes()), PER: int32(per), NEAR: per != 2, Groups: [3]uint32{ceil(d.n, 4*r.lanes()*per), 1, 1}})
			want := wide(x)
			for i := range want {
				want[i] += sigma * float64(d.stream.Normal(d.step, uint32(i)))
			}
			r.near("y", y, want)
			if sigma == 0 {
				r.sameFloats("y", y, x)
			}
		})
	}
}

// sumsOfThree look normal, and are not.
func (r *rig) sumsOfThree(d draw) []float64 {
	var sums []float64
	d.n *= 3
	for three := range slices.Chunk(wide(r.result(r.uniforms(d))), 3) {
		sums = append(sums, 2*(three[0]+three[1]+three[2]-1.5))
	}
	return sums
}

func testRandomClass(r *rig) {
	for _, classes := range []uint32{10, 1, 2, 1000} {
		each(r, draws(r), func(r *rig, d draw) {
			value, want := r.out(d.n), make([]uint32, d.n)
			r.run(shaders.RandomClass{Step: r.uints([]uint32{d.step}).Range, Value: value.Range, SeedLow: d.low(), SeedHigh: d.high(), Stream: d.stream.ID,
				Classes: classes, Rows: uint32(d.n), Local: uint32(r.lanes()), Groups: [3]uint32{ceil(d.n, r.lanes()), 1, 1}})
			for i := range want {
				want[i] = d.stream.Below(d.step, uint32(i), classes)
			}
			r.same("value", value, want)
		})
	}
}

func testPermutation(r *rig) {
	type permutation struct{ n, rows, period, step uint32 }
	l := uint32(r.lanes())
	s := philox.Stream{Seed: 0x1234567890, ID: philox.StreamPermutation}
	each(r, []permutation{
		{60_000, 2*l + 1, 60_000, 7}, {1, 1, 1, 3}, {2, 1, 2, 5}, {5, 5, 5, 0}, {3 * l, l, 3 * l, 8}, {64, 16, 48, 1 << 20},
		{65, l, l, 11}, {60_000, 100, 60_000, 100_000}, {100, 16, 100, 6}, {7, 3*l + 1, 7, 9}, {10, 100, 10, 1<<32/100 + 1},
	}, func(r *rig, c permutation) {
		indices := r.out(int(c.rows))
		r.run(shaders.Permutation{Step: r.uints([]uint32{c.step}).Range, Indices: indices.Range,
			SeedLow: uint32(s.Seed), SeedHigh: uint32(s.Seed >> 32), Stream: s.ID, N: c.n, Rows: c.rows, Period: c.period, HalfBits: uint32(philox.HalfBits(c.n)),
			Local: l, Groups: [3]uint32{ceil(int(c.rows), int(l)), 1, 1}})
		want := make([]uint32, c.rows)
		for i := range want {
			p := c.step*c.rows + uint32(i) // modulo 2^32
			want[i] = s.Permute(p/c.period, p%c.period, c.n)
		}
		r.same("indices", indices, want)
	})
}
