package shaders_test

import (
	"math"
	"slices"

	"vkgan/layers/ref"
	"vkgan/shaders"
)

func testActivation(r *rig) {
	type activation struct{ n, per, act int }
	l := r.lanes()
	each(r, []activation{{5*l + 3, 2, 3}, {1, 1, 1}, {l, 3, 2}, {3*l + 1, 3, 0}, {6*l - 1, 3, 1}, {4*l + 1, 2, 4}}, func(r *rig, c activation) {
		x, y := r.normals(c.n), r.out(c.n)
		for i := range x {
			x[i] *= 20
		}
		x[0] = -100 // far out on the sigmoid
		r.run(shaders.Activation{X: r.floats(x).Range, Y: y.Range, N: int32(c.n),
			Local: uint32(l), PER: int32(c.per), ACT: int32(c.act), Groups: [3]uint32{ceil(c.n, l*c.per), 1, 1}})
		r.near("y", y, ref.Activations[c.act].Forward(wide(x)))
	})
	r.sub("softplus far out", testSoftplusFarOut)
}

// Softplus and its slope keep their digits where they all but vanish, as e^x, and where softplus is all but x.
func testSoftplusFarOut(r *rig) {
	const n = 128
	x, y, dz := make([]float32, n), r.out(n), r.out(n)
	for i := range x {
		x[i] = float32(i-n*3/4) * 0.85
	}
	f := [3]uint32{ceil(n, r.lanes()), 1, 1}
	r.run(shaders.Activation{X: r.floats(x).Range, Y: y.Range, N: n, Local: uint32(r.lanes()), PER: 1, ACT: 4, Groups: f})
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	r.run(shaders.BiasBwd{Y: y.Range, Dy: r.floats(narrow(ones)).Range, Dz: dz.Range, Partial: r.out(n).Range,
		Rows: 1, Forward: 1, Channels: n, Chunk: 1, Local: uint32(r.lanes()), ACT: 4, Groups: f})
	want := ref.Softplus.Forward(wide(x))
	r.nearEach("y", y, want)
	r.nearEach("slope", dz, ref.Softplus.Backward(ones, want))
}

func testAdam(r *rig) {
	type adam struct {
		n, per, step       int
		rate, beta1, beta2 float32
		fresh              bool // the first step, from parameters and moments of zero
		runs               int
		frozen             uint32
		spoilt             []int // elements whose gradient is not finite
		inside             bool  // eps is inside the root
		decay, end         int   // of the rate
		first              int   // the element of an arena that these begin with
	}
	l := r.lanes()
	each(r, []adam{
		{5*l + 3, 2, 1, 2e-4, 0.5, 0.999, true, 2, 0, nil, false, 0, 0, 0},
		{1, 1, 1, 1e-3, 0.9, 0.999, true, 0, 0, nil, false, 0, 7, 0},
		{2 * l, 4, 2, 1e-3, 0.9, 0.999, false, 4, 0, nil, false, 5, 6, 0},
		{2*l - 1, 2, 700, 1e-3, 0.5, 0.9999, false, 1, 0, nil, true, 999, 1000, 0},
		{7 * l, 4, 100_000, 2e-4, 0, 0.999, false, 0, 0, nil, false, 33_000, 100_000, 0},
		{4*l + 1, 4, 1, 3e-3, 0.5, 0.999, true, 2, 0, nil, true, 0, 0, 0},
		{3*l - 1, 1, 12, 3e-3, 0.5, 0.999, false, 1, 0, nil, true, 4, 10, 0},
		{3*l + 1, 2, 9, 1e-3, 0.5, 0.999, false, 2, 7, nil, true, 0, 0, 0},
		{5*l + 2, 3, 9, 1e-3, 0.5, 0.999, false, 3, 0, []int{4 * l, l + 1, 5*l + 1}, false, 0, 0, 1000},
		{1, 1, 9, 1e-3, 0.5, 0.999, false, 0, 0, []int{0}, true, 0, 0, 64},
	}, func(r *rig, c adam) {
		eps := 1e-8
		if c.inside {
			eps = 0.05 // so that its place tells
		}
		grad, param, m, v := r.normals(c.n), make([]float32, c.n), make([]float32, c.n), make([]float32, c.n)
		if !c.fresh {
			param, m = r.normals(c.n), r.normals(c.n)
			for i := range v {
				param[i] *= c.rate // so that the step is not lost in the parameter's rounding
				v[i] = r.Float32()
			}
		}
		for k, i := range c.spoilt {
			grad[i] = []float32{float32(math.Inf(1)), float32(math.NaN()), 1e30}[k%3] // the square of the last overflows
		}
		dg, dp, dm, dv := r.floats(grad), r.floats(param), r.floats(m), r.floats(v)
		bad := r.uints([]uint32{0})
		r.run(shaders.Adam{
			Bad: bad.Range, Frozen: r.uints([]uint32{c.frozen}).Range, GUARDED: c.frozen != 0 || c.runs > 0,
			Step: r.uints([]uint32{uint32(c.step - 1)}).Range, Grad: dg.Range, Param: dp.Range, M: dm.Range, V: dv.Range,
			N: int32(c.n), Rate: c.rate, Beta1: c.beta1, Beta2: c.beta2,
			LogBeta1: float32(math.Log(float64(c.beta1))), LogBeta2: float32(math.Log(float64(c.beta2))), Eps: float32(eps),
			Decay: int32(c.decay), End: int32(c.end), First: int32(c.first), EpsInside: c.inside,
			Local: uint32(l), PER: int32(c.per), RUNS: int32(c.runs), Groups: [3]uint32{ceil(c.n, l*c.per), 1, 1},
		})
		if c.frozen != 0 {
			r.sameFloats("param", dp, param)
			r.sameFloats("m", dm, m)
			r.sameFloats("v", dv, v)
			return
		}
		if c.spoilt != nil {
			r.same("bad", bad, []uint32{^uint32(c.first + slices.Min(c.spoilt))})
			return
		}
		r.same("bad", bad, []uint32{0})
		wp, wm, wv := wide(param), wide(m), wide(v)
		ref.Adam{Rate: float64(c.rate), Beta1: float64(c.beta1), Beta2: float64(c.beta2), Eps: eps,
			EpsInside: c.inside, Decay: c.decay, End: c.end}.Step(c.step, wp, wide(grad), wm, wv)
		r.near("m", dm, wm)
		r.near("v", dv, wv)
		r.near("param", dp, wp)
	})
}

func testEma(r *rig) {
	type ema struct {
		n, per int
		decay  float64
		runs   int
		frozen uint32
		step   int // 0: no warm-up
	}
	l := r.lanes()
	each(r, []ema{
		{5*l + 3, 2, 0.75, 2, 0, 0}, {1, 1, 0, 0, 0, 0}, {2 * l, 1, 1, 1, 0, 0}, {7*l - 1, 4, 0.9999, 4, 0, 0}, {3*l - 1, 2, 0.5, 1, 17, 0}, {4*l + 1, 3, 0.5, 0, 0, 0},
		{3*l + 1, 2, 0.9999, 2, 0, 1}, {l + 1, 1, 0.9999, 0, 0, 2}, {2*l - 1, 2, 0.9999, 1, 0, 89_000}, {l, 1, 0.9, 1, 0, 81}, {1, 1, 0.9, 0, 0, 82}, {l, 1, 0.9, 0, 17, 3},
	}, func(r *rig, c ema) {
		value, shadow := r.normals(c.n), r.normals(c.n)
		on := r.floats(shadow)
		r.run(shaders.Ema{
			Value: r.floats(value).Range, Shadow: on.Range, N: int32(c.n), Rate: float32(1 - c.decay),
			Frozen: r.uints([]uint32{c.frozen}).Range, GUARDED: c.frozen != 0 || c.runs > 0,
			Step: r.uints([]uint32{uint32(c.step)}).Range, WarmUp: c.step > 0,
			Local: uint32(l), PER: int32(c.per), RUNS: int32(c.runs), Groups: [3]uint32{ceil(c.n, l*c.per), 1, 1},
		})
		want := wide(shadow)
		if c.frozen != 0 {
			r.sameFloats("shadow", on, shadow)
			return
		}
		decay := c.decay
		if c.step > 0 {
			decay = ref.WarmDecay(decay, c.step)
		}
		ref.EMA(decay, want, wide(value))
		r.near("shadow", on, want)
	})
}

func testSumPartials(r *rig) {
	type sum struct {
		splits, rows, channels, per int
		bias, e                     bool
		act                         int
	}
	l := r.lanes()
	each(r, []sum{
		{5, 1, 3*l + 1, 2, false, false, 0}, {1, 1, 1, 1, true, false, 1}, {3, l, 1, 2, false, true, 2}, {17, 1, 8*l - 1, 1, false, false, 3},
		{2, 7, l + 3, 3, true, true, 4},
	}, func(r *rig, c sum) {
		n := c.rows * c.channels
		x, y := r.normals(c.splits*n), r.out(n)
		var bias, e *tensor
		want := ref.ColumnSums(wide(x), n)
		if c.bias {
			values := r.normals(c.channels)
			bias = r.floats(values)
			for i := range want {
				want[i] += float64(values[i%c.channels])
			}
		}
		if c.e {
			values := r.normals(n)
			e = r.floats(values)
			for i := range want {
				want[i] += float64(values[i])
			}
		}
		r.run(shaders.SumPartials{Partial: r.floats(x).Range, Bias: bias.all(), E: e.all(), Y: y.Range, Splits: int32(c.splits), N: int32(n), Channels: int32(c.channels),
			Local: uint32(l), PER: int32(c.per), AddBias: c.bias, AddE: c.e, ACT: int32(c.act), Groups: [3]uint32{ceil(n, l*c.per), 1, 1}})
		r.near("y", y, ref.Activations[c.act].Forward(want))
	})
}

func testBiasBwd(r *rig) {
	type biasBwd struct {
		rows, forward, channels, chunk, act int
		sum, inPlace                        bool
		runs                                int
	}
	l := r.lanes()
	each(r, []biasBwd{
		{17, 11, l + 3, 4, 2, true, true, 2},
		{1, 1, 1, 1, 0, true, false, 0},
		{9, 9, l, 9, 1, true, false, 1},
		{14, 7, 17, 5, 3, false, true, 0},
		{21, 7, 3, 64, 3, true, false, 1},
		{6, 2, 2 * l, 2, 1, false, false, 3},
		{13, 6, 2*l - 1, 3, 0, true, false, 4},
		{10, 5, l + 1, 4, 4, true, true, 2},
		{12, 4, 4*l + 1, 5, 2, true, true, 4},
	}, func(r *rig, c biasBwd) {
		a, chunks := ref.Activations[c.act], int(ceil(c.rows, c.chunk))
		y := narrow(a.Forward(wide(r.normals(c.forward * c.channels))))
		values := r.normals(c.rows * c.channels)
		dy, partial := r.floats(values), r.out(chunks*c.channels)
		dz := dy
		if !c.inPlace {
			dz = r.out(c.rows * c.channels)
		}
		r.run(shaders.BiasBwd{
			Y: r.floats(y).Range, Dy: dy.Range, Dz: dz.Range, Partial: partial.Range,
			Rows: int32(c.rows), Forward: int32(c.forward), Channels: int32(c.channels), Chunk: int32(c.chunk),
			Local: uint32(l), ACT: int32(c.act), SumBias: c.sum, RUNS: int32(c.runs), Groups: [3]uint32{ceil(c.channels, l*max(c.runs, 1)), uint32(chunks), 1},
		})
		want := a.Backward(wide(values), wide(y))
		if c.act == 0 {
			r.untouched("dz", dz)
		} else {
			r.near("dz", dz, want)
		}
		if !c.sum {
			r.untouched("partial", partial)
			return
		}
		clear(want[c.forward*c.channels:])
		r.near("partial", partial, chunkSums(want, c.rows, c.channels, c.chunk))
	})
}

// chunkSums adds the rows of each chunk, column by column.
func chunkSums(x []float64, rows, channels, chunk int) (sums []float64) {
	for first := 0; first < rows; first += chunk {
		sums = append(sums, ref.ColumnSums(x[first*channels:min(first+chunk, rows)*channels], channels)...)
	}
	return sums
}
