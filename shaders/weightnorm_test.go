package shaders_test

import (
	"slices"

	"vkgan/layers/ref"
	"vkgan/shaders"
	"vkgan/vk"
)

// weights is a case of weight normalisation.
type weights struct {
	rows, columns, chunk int
	scale                bool
	runs                 int
}

// whole tells whether an invocation walks all rows.
func (c weights) whole() bool { return c.chunk >= c.rows }

// sums are the chunks' dot products on the device, none where the kernel makes them itself.
func (c weights) sums(r *rig, a, b []float32) vk.Range {
	if c.whole() {
		return vk.Range{}
	}
	return r.floats(narrow(c.dots(a, b))).Range
}

const weightNormEps = 1e-6

func weightCases(r *rig) []weights {
	l := r.lanes()
	return []weights{
		{13, l + 3, 4, true, 2},
		{1, 1, 1, false, 0},
		{5, 1, 1, true, 1},
		{9, l, 9, false, 1},
		{17, 2*l - 1, 64, true, 4},
		{65, 2 * l, 8, false, 0},
		{100, 10, 7, true, 3},
		{25, 4*l + 1, 64, false, 4},
		{25, 6*l + 3, 9, true, 4},
	}
}

func (c weights) spread(r *rig) [3]uint32 {
	return [3]uint32{ceil(c.columns, r.lanes()*max(c.runs, 1)), ceil(c.rows, c.chunk), 1}
}

// factors draws s, which is 1 where the case has none, and where it lies.
func (c weights) factors(r *rig) (s []float64, on *tensor) {
	if !c.scale {
		return slices.Repeat([]float64{1}, c.columns), nil
	}
	values := r.normals(c.columns)
	return wide(values), r.floats(values)
}

// dots are the chunks' dot products of the columns of a and b.
func (c weights) dots(a, b []float32) []float64 {
	products := wide(a)
	for i, v := range b {
		products[i] *= float64(v)
	}
	return chunkSums(products, c.rows, c.columns, c.chunk)
}

func (c weights) oracle() ref.WeightNorm {
	return ref.WeightNorm{Rows: c.rows, C: c.columns, Eps: weightNormEps}
}

func testColumnDots(r *rig) {
	each(r, weightCases(r), func(r *rig, c weights) {
		values, others := r.normals(c.rows*c.columns), r.normals(c.rows*c.columns)
		a := r.floats(values)
		b := a
		if c.scale {
			b = r.floats(others)
		} else {
			others = values
		}
		want := c.dots(values, others)
		partial := r.out(len(want))
		r.run(shaders.ColumnDots{A: a.Range, B: b.Range, Partial: partial.Range, Rows: int32(c.rows), Columns: int32(c.columns), Chunk: int32(c.chunk),
			Local: uint32(r.lanes()), RUNS: int32(c.runs), Groups: c.spread(r)})
		r.near("partial", partial, want)
	})
}

func testWeightNorm(r *rig) {
	each(r, weightCases(r), func(r *rig, c weights) {
		v := r.normals(c.rows * c.columns)
		s, scale := c.factors(r)
		w := r.out(len(v))
		r.run(shaders.WeightNorm{V: r.floats(v).Range, Squares: c.sums(r, v, v), Scale: scale.all(), W: w.Range,
			Rows: int32(c.rows), Columns: int32(c.columns), Chunk: int32(c.chunk), Eps: weightNormEps,
			Local: uint32(r.lanes()), SCALE: c.scale, WHOLE: c.whole(), RUNS: int32(c.runs), Groups: c.spread(r)})
		r.near("w", w, c.oracle().Forward(wide(v), s))
	})
}

func testWeightNormBwd(r *rig) {
	each(r, weightCases(r), func(r *rig, c weights) {
		v, dw := r.normals(c.rows*c.columns), r.normals(c.rows*c.columns)
		if c.rows == 1 { // v takes all of dw but for eps: keep what is left in sight
			v[0] = 1e-3
		}
		s, scale := c.factors(r)
		dv, dscale := r.floats(dw), r.out(c.columns)
		r.run(shaders.WeightNormBwd{V: r.floats(v).Range, Squares: c.sums(r, v, v), Scale: scale.all(),
			Dots: c.sums(r, v, dw), Dv: dv.Range, Dscale: dscale.Range,
			Rows: int32(c.rows), Columns: int32(c.columns), Chunk: int32(c.chunk), Eps: weightNormEps,
			Local: uint32(r.lanes()), SCALE: c.scale, WHOLE: c.whole(), RUNS: int32(c.runs), Groups: c.spread(r)})
		wantV, wantS := c.oracle().Backward(wide(dw), wide(v), s)
		r.near("dv", dv, wantV)
		if c.scale {
			r.near("dscale", dscale, wantS)
		} else {
			r.untouched("dscale", dscale)
		}
	})
}

func testPackNorm(r *rig) {
	type normed struct {
		rows, columns, runs int
		scale               bool
	}
	l := r.lanes()
	each(r, []normed{
		{13, 2*l + 3, 2, true},
		{1, 1, 1, false},
		{8, l - 1, 1, true},
		{5, l, 1, false},
		{18, 3*l - 2, 3, false},
		{66, 6*l + 5, 2, true},
		{9, l + 1, 2, true},
	}, func(r *rig, c normed) {
		v := r.normals(c.rows * c.columns)
		s, scale := weights{columns: c.columns, scale: c.scale}.factors(r)
		norm, width := ref.WeightNorm{Rows: c.rows, C: c.columns, Eps: weightNormEps}.Forward(wide(v), s), c.runs*l
		factors := make([]float64, c.columns)
		for i := range factors {
			factors[i] = norm[i] / float64(v[i])
		}
		w, factor := r.out(int(ceil(c.columns, width))*c.rows*width), r.out(c.columns)
		r.run(shaders.PackNorm{V: r.floats(v).Range, Scale: scale.all(), W: w.Range, Factor: factor.Range,
			Rows: int32(c.rows), Columns: int32(c.columns), Eps: weightNormEps,
			Local: uint32(l), SCALE: c.scale, NEAR: width <= c.columns, NV: int32(c.runs), Groups: [3]uint32{ceil(c.columns, width), 1, 1}})
		r.near("w", w, packed(norm, c.columns, width))
		r.near("factor", factor, factors)
	})
}
