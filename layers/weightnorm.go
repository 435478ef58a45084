package layers

import (
	"math"
	"slices"

	"vkgan/internal/onnx"
	"vkgan/shaders"
	"vkgan/vk"
)

// WeightNorm makes a layer's weight w from a direction v and a length s for each output (Salimans & Kingma 2016,
// equation 2):
//
//	w = v s / sqrt(1e-6 + Σ v²)
//
// with v [.., out] the parameter NAME.weight, the sum over all of its axes but the last, and s [out].
type WeightNorm struct {
	TrainScale bool // s is a parameter, NAME.scale, and begins as 1
	InitScale  bool // s is a Statistic of that name, which begins as 1 and is set by InitialiseFrom alone
} // otherwise it is 1

const weightNormEps = 1e-6

// weight is a layer's weight [.., out]: a parameter v, or made from it by weight normalisation.
type weight struct {
	v             *Param
	norm          *WeightNorm // nil: w = v
	scale         *Param      // nil: not trained
	fixed, dfixed vk.Range    // [out], s where it is a Statistic, and room for its gradient; zero: s is scale or 1
	w, dw         vk.Range    // [.., out], scratch
	squares, dots vk.Range    // [chunks,out], scratch: partial sums of v² and of v·dw
}

func newWeight(b *Builder, layer string, norm *WeightNorm, init Initializer, dims ...int) weight {
	w := weight{v: b.param(layer+".weight", init, dims...), norm: norm}
	if norm == nil {
		return w
	}
	rows, columns := w.size()
	if norm.TrainScale {
		w.scale = b.param(layer+".scale", Constant(1), columns)
	} else if norm.InitScale {
		w.fixed, w.dfixed = b.scratch(layer+".scale", columns), b.scratch(layer+".dscale", columns)
		b.statistic(layer+".scale", w.fixed, 1)
	}
	w.w = b.scratch(layer+".w", rows*columns)
	w.dw = b.scratch(layer+".dw", rows*columns)
	chunks := int(ceil(rows, minChunk))
	w.squares = b.scratch(layer+".squares", chunks*columns)
	w.dots = b.scratch(layer+".dots", chunks*columns)
	return w
}

func (w *weight) size() (rows, columns int) {
	columns = w.v.Dims[len(w.v.Dims)-1]
	return w.v.Len() / columns, columns
}

// value is where w lies, once forward is recorded.
func (w *weight) value() vk.Range {
	if w.norm == nil {
		return w.v.Value()
	}
	return w.w
}

// grad is where dw belongs, for backward to take it from.
func (w *weight) grad() vk.Range {
	if w.norm == nil {
		return w.v.Grad()
	}
	return w.dw
}

// factor is s, none where it is 1.
func (w *weight) factor() vk.Range {
	if w.scale == nil {
		return w.fixed
	}
	return w.scale.Value()
}

func (w *weight) hasFactor() bool { return w.scale != nil || !w.fixed.IsZero() }

// forward records w from v and s.
func (w *weight) forward(rec *vk.Recorder) {
	if w.norm == nil {
		return
	}
	w.columnDots(rec, w.v.Value(), w.squares)
	rows, columns := w.size()
	l := rowwise(rec, columns, rows, 1)
	rec.Dispatch(shaders.WeightNorm{
		V: w.v.Value(), Squares: l.partial(w.squares, columns), Scale: w.factor(), W: w.w,
		Rows: int32(rows), Columns: int32(columns), Chunk: l.per, Eps: weightNormEps,
		Local: l.local, SCALE: w.hasFactor(), RUNS: l.runs, Groups: l.groups,
	})
}

// describe adds w to a graph, normalised already, and gives its name.
func (w *weight) describe(g *Graph, layer string) string {
	name := layer + ".weight"
	if w.norm == nil {
		return g.weight(name)
	}
	dims, v := g.Weight(name) // PyTorch's layouts: an output's v lies together
	scale := slices.Repeat([]float32{1}, dims[0])
	if w.hasFactor() {
		_, scale = g.Weight(layer + ".scale")
	}
	values := make([]float32, 0, len(v))
	for o, s := range scale {
		v, squares := v[o*len(v)/len(scale):(o+1)*len(v)/len(scale)], 0.0
		for _, x := range v {
			squares += float64(x) * float64(x)
		}
		for _, x := range v {
			values = append(values, float32(float64(x)*float64(s)/math.Sqrt(weightNormEps+squares)))
		}
	}
	return g.Constant(onnx.Tensor{Name: name, Dims: dims, Values: values})
}

// backward records dv and ds from dw.
func (w *weight) backward(rec *vk.Recorder) {
	if w.norm == nil {
		return
	}
	w.columnDots(rec, w.dw, w.dots)
	rows, columns := w.size()
	l := rowwise(rec, columns, rows, 1)
	ds := w.v.Grad() // not written
	if w.scale != nil {
		ds = w.scale.Grad()
	} else if w.hasFactor() {
		ds = w.dfixed
	}
	rec.Dispatch(shaders.WeightNormBwd{
		V: w.v.Value(), Squares: l.partial(w.squares, columns), Scale: w.factor(), Dw: w.dw, Dots: l.partial(w.dots, columns), Dv: w.v.Grad(), Dscale: ds,
		Rows: int32(rows), Columns: int32(columns), Chunk: l.per, Eps: weightNormEps,
		Local: l.local, SCALE: w.hasFactor(), RUNS: l.runs, Groups: l.groups,
	})
}

// columnDots records the chunks' dot products of v's columns and x's.
func (w *weight) columnDots(rec *vk.Recorder, x, partial vk.Range) {
	rows, columns := w.size()
	l := rowwise(rec, columns, rows, 1)
	rec.Dispatch(shaders.ColumnDots{
		A: w.v.Value(), B: x, Partial: l.partial(partial, columns), Rows: int32(rows), Columns: int32(columns), Chunk: l.per,
		Local: l.local, RUNS: l.runs, Groups: l.groups,
	})
}
