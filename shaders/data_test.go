package shaders_test

import (
	"encoding/binary"
	"math"
	"slices"

	"vkgan/layers/ref"
	"vkgan/shaders"
)

var one = [3]uint32{1, 1, 1}

func testGather(r *rig) {
	type gather struct{ images, size, rows int }
	l := r.lanes()
	each(r, []gather{{11, 4*l + 4, 7}, {1, 4, 1}, {5, 4 * l, 2}, {300, 28 * 28, 3}, {2, 8*l - 4, 9}}, func(r *rig, c gather) {
		bytes := make([]byte, c.images*c.size)
		for i := range bytes {
			bytes[i] = byte(r.Uint32())
		}
		copy(bytes, []byte{0, 1, 254, 255})
		indices, words := r.below(c.rows, uint32(c.images)), make([]uint32, len(bytes)/4)
		for i := range words {
			words[i] = binary.LittleEndian.Uint32(bytes[4*i:])
		}
		wanted := mapped(indices, func(i uint32) int { return int(i) })
		indices[0] |= 1 << 31
		y := r.out(c.rows * c.size)
		r.run(shaders.Gather{Images: r.uints(words).Range, Indices: r.uints(indices).Range, Y: y.Range, Size: int32(c.size),
			Local: uint32(l), Groups: [3]uint32{ceil(c.size/4, l), uint32(c.rows), 1}})
		r.near("y", y, ref.Gather(bytes, c.size, wanted))
	})
}

func testWarp(r *rig) {
	type warp struct {
		rows, h, w    int
		spread, shift float32
	}
	each(r, []warp{{7, 28, 28, 0.25, 2}, {1, 1, 1, 0.5, 0.25}, {3, 5, 9, 0, 1}, {2, 8, 3, 1, 0}, {5, 4, 4, 0.3, 50}}, func(r *rig, c warp) {
		x, by := r.normals(c.rows*c.h*c.w), r.normals(6*c.rows)
		y := r.out(len(x))
		l := r.lanes()
		r.run(shaders.Warp{X: r.floats(x).Range, By: r.floats(by).Range, Y: y.Range, Height: int32(c.h), Width: int32(c.w),
			Spread: c.spread, Shift: c.shift, Local: uint32(l), Groups: [3]uint32{ceil(c.h*c.w, l), uint32(c.rows), 1}})
		r.near("y", y, ref.Warp(wide(x), wide(by), c.h, c.w, float64(c.spread), float64(c.shift)))
	})
}

func testLookup(r *rig) {
	type lookup struct{ count, n int }
	l := r.lanes()
	each(r, []lookup{{11, 2*l + 1}, {1, 1}, {55_000, l}, {3, 2*l - 1}}, func(r *rig, c lookup) {
		table, indices, y := r.below(c.count, 1<<32-1), r.below(c.n, uint32(c.count)), r.out(c.n)
		r.run(shaders.Lookup{Table: r.uints(table).Range, Indices: r.uints(indices).Range, Y: y.Range, N: int32(c.n),
			Local: uint32(l), Groups: [3]uint32{ceil(c.n, l), 1, 1}})
		r.same("y", y, mapped(indices, func(i uint32) uint32 { return table[i] }))
	})
}

func testOneHot(r *rig) {
	type oneHot struct{ rows, classes, width, column int }
	l := r.lanes()
	each(r, []oneHot{{l + 1, 10, 13, 2}, {1, 1, 1, 0}, {7, 3, 3, 0}, {3, l, l + 5, 5}}, func(r *rig, c oneHot) {
		hot, y := r.below(c.rows, uint32(c.classes)), r.out(c.rows*c.width)
		r.run(shaders.OneHot{Hot: r.uints(hot).Range, Y: y.Range, Rows: int32(c.rows), Classes: int32(c.classes), Width: int32(c.width), Column: int32(c.column),
			Local: uint32(l), Groups: [3]uint32{ceil(c.rows*c.classes, l), 1, 1}})
		values := ref.OneHot(mapped(hot, func(v uint32) int { return int(v) }), c.classes)
		want := slices.Repeat([]uint32{canary}, c.rows*c.width)
		for i, v := range values {
			want[i/c.classes*c.width+c.column+i%c.classes] = math.Float32bits(float32(v))
		}
		r.same("y", y, want)
	})
}

func testUnitNorm(r *rig) {
	type unitNorm struct {
		rows, n, width int
		norm           float32
	}
	l := r.lanes()
	each(r, []unitNorm{{l + 3, 62, 72, 1}, {1, 1, 1, 1}, {3, 17, 17, 7.5}, {2*l - 1, 3, 4, 0.125}}, func(r *rig, c unitNorm) {
		x, y := r.normals(c.rows*c.n), r.out(c.rows*c.width)
		r.run(shaders.UnitNorm{X: r.floats(x).Range, Y: y.Range, Rows: int32(c.rows), N: int32(c.n), Width: int32(c.width), Norm: c.norm,
			Local: uint32(l), Groups: [3]uint32{ceil(c.rows, l), 1, 1}})
		got := r.result(y)
		r.nearValues("y", columns(got, c.width, 0, c.n), times(float64(c.norm), ref.ZNorm(wide(x), c.n)))
		for i, v := range columns(got, c.width, c.n, c.width) {
			if math.Float32bits(v) != canary {
				r.Errorf("element %d behind the rows is %g", i, v)
			}
		}
	})
}

func testSequence(r *rig) {
	type sequence struct{ n, rows, batch uint32 }
	l := uint32(r.lanes())
	each(r, []sequence{{10, 4, 2}, {1, 1, 0}, {3*l + 1, l, 0}, {3*l + 1, l, 1}, {3*l + 1, l, 3}, {2 * l, l, 1}, {l + 1, l + 1, 0}, {10_000, 100, 99}}, func(r *rig, c sequence) {
		indices := r.out(int(c.rows))
		r.run(shaders.Sequence{Batch: r.uints([]uint32{c.batch}).Range, Indices: indices.Range, N: c.n, Rows: c.rows,
			Local: l, Groups: [3]uint32{ceil(int(c.rows), int(l)), 1, 1}})
		var want []uint32
		for i := min(c.batch*c.rows, c.n-c.rows); len(want) < int(c.rows); i++ {
			if i < c.batch*c.rows { // an earlier batch's
				want = append(want, i|1<<31)
			} else {
				want = append(want, i)
			}
		}
		r.same("indices", indices, want)
	})
}

func testAdvance(r *rig) {
	type advance struct{ step, slots, count, frozen uint32 }
	each(r, []advance{{12, 5, 3, 0}, {0, 1, 1, 0}, {4, 4, 7, 3}, {1<<32 - 2, 3, 2, 0}}, func(r *rig, c advance) {
		figures := r.normals(int(c.count))
		step, ring := r.uints([]uint32{c.step}), r.out(int(c.slots*(2+c.count)))
		r.run(shaders.Advance{
			Step: step.Range, Figures: r.floats(figures).Range, Guard: r.uints([]uint32{c.frozen, 9, 9}).Range, Ring: ring.Range,
			Slots: c.slots, Count: int32(c.count), Groups: one,
		})
		want := slices.Repeat([]uint32{canary}, int(c.slots*(2+c.count)))
		slot := want[c.step%c.slots*(2+c.count):]
		slot[0], slot[1] = c.step+1, c.frozen
		copy(slot[2:], mapped(figures, math.Float32bits))
		r.same("ring", ring, want)
		r.same("step", step, []uint32{c.step + 1})
	})
}

func testGuard(r *rig) {
	type guard struct {
		networks  int32
		bad       [2]uint32
		figures   []float64
		was, want []uint32
	}
	const step = 41
	inf, nan := math.Inf(1), math.NaN()
	sound, frozen := []uint32{0, 0, 0}, []uint32{17, 0, 1}
	each(r, []guard{
		{1, [2]uint32{}, []float64{1, nan, inf}, sound, []uint32{step + 1, 2, 0}},
		{1, [2]uint32{0, 5}, []float64{math.MaxFloat32, 0, -math.SmallestNonzeroFloat32}, sound, sound},
		{2, [2]uint32{}, []float64{-inf}, sound, []uint32{step + 1, 1, 0}},
		{2, [2]uint32{0, 5}, []float64{1}, sound, []uint32{step + 1, 0, 2}},
		{2, [2]uint32{3, 5}, []float64{1, 2, 3, nan}, sound, []uint32{step + 1, 4, 1}},
		{1, [2]uint32{8, 0}, []float64{nan}, frozen, frozen},
	}, func(r *rig, c guard) {
		words := r.uints(c.was)
		r.run(shaders.Guard{
			Step: r.uints([]uint32{step}).Range, Figures: r.floats(narrow(c.figures)).Range,
			Bad0: r.uints(c.bad[:1]).Range, Bad1: r.uints(c.bad[1:]).Range, Guard: words.Range,
			Count: int32(len(c.figures)), NETWORKS: c.networks, Groups: one,
		})
		r.same("guard", words, c.want)
	})
}

func testCountUp(r *rig) {
	each(r, []uint32{41, 0, 1<<31 - 1}, func(r *rig, from uint32) {
		counter := r.uints([]uint32{from})
		for i := range uint32(3) {
			r.run(shaders.CountUp{Counter: counter.Range, Groups: one})
			r.same("counter", counter, []uint32{from + i + 1})
		}
	})
}
