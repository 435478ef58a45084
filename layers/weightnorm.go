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
	w             vk.Range    // [.., out], scratch; zero: w is only made packed
	factors       vk.Range    // [out], scratch: s/‖v‖ where w is only made packed
	squares, dots vk.Range    // [chunks,out], scratch of devices that sum in chunks: partial sums of v² and of v·dw
}

// newWeight makes the weight of a layer. inProducts says that it is an operand of products and of nothing else: where those
// pack their operands, w is then never made in another layout.
func newWeight(b *Builder, layer string, norm *WeightNorm, inProducts bool, init Initializer, dims ...int) weight {
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
	if inProducts && b.dev.CPU() {
		w.factors = b.scratch(layer+".factors", columns)
	} else {
		w.w = b.scratch(layer+".w", rows*columns)
	}
	if !b.dev.CPU() {
		chunks := int(ceil(rows, minChunk))
		w.squares = b.scratch(layer+".squares", chunks*columns)
		w.dots = b.scratch(layer+".dots", chunks*columns)
	}
	return w
}

func (w *weight) size() (rows, columns int) {
	columns = w.v.Dims[len(w.v.Dims)-1]
	return w.v.Len() / columns, columns
}

// value is where w lies, once forward is recorded; v where w is only made packed.
func (w *weight) value() vk.Range {
	if w.w.IsZero() {
		return w.v.Value()
	}
	return w.w
}

// grad is where dw belongs; backward makes dv of it, in place.
func (w *weight) grad() vk.Range { return w.v.Grad() }

// packing is w itself where it is only made packed, by pack, else nil.
func (w *weight) packing() *weight {
	if w.factors.IsZero() {
		return nil
	}
	return w
}

// factor is s, none where it is 1.
func (w *weight) factor() vk.Range {
	if w.scale == nil {
		return w.fixed
	}
	return w.scale.Value()
}

func (w *weight) hasFactor() bool { return w.scale != nil || !w.fixed.IsZero() }

// forward records w from v and s, unless it is only made packed.
func (w *weight) forward(rec *vk.Recorder) {
	if w.w.IsZero() {
		return
	}
	rows, columns := w.size()
	l := columnwise(rec, columns, rows)
	squares := w.columnDots(rec, l, w.v.Value(), w.squares)
	rec.Dispatch(shaders.WeightNorm{
		V: w.v.Value(), Squares: squares, Scale: w.factor(), W: w.w,
		Rows: int32(rows), Columns: int32(columns), Chunk: l.per, Eps: weightNormEps,
		Local: l.local, SCALE: w.hasFactor(), WHOLE: rec.Device().CPU(), RUNS: l.runs, Groups: l.groups,
	})
}

// pack records w in tiles of width columns, and its factors.
func (w *weight) pack(rec *vk.Recorder, y vk.Range, width int) {
	rows, columns := w.size()
	local := laneCount(rec.Device())
	rec.DispatchWork(shaders.PackNorm{
		V: w.v.Value(), Scale: w.factor(), W: y, Factor: w.factors, Rows: int32(rows), Columns: int32(columns), Eps: weightNormEps,
		Local: uint32(local), SCALE: w.hasFactor(), NEAR: width <= columns, NV: int32(width / local), Groups: [3]uint32{ceil(columns, width), 1, 1},
	}, vk.Work{Bytes: 2 * 4 * float64(rows*columns)})
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
	rows, columns := w.size()
	l := columnwise(rec, columns, rows)
	dots := w.columnDots(rec, l, w.v.Grad(), w.dots)
	var squares vk.Range // of forward
	if !dots.IsZero() {
		squares = l.partial(w.squares, columns)
	}
	ds := w.v.Grad() // not written
	if w.scale != nil {
		ds = w.scale.Grad()
	} else if w.hasFactor() {
		ds = w.dfixed
	}
	rec.Dispatch(shaders.WeightNormBwd{
		V: w.v.Value(), Squares: squares, Scale: w.factor(), Dots: dots, Dv: w.v.Grad(), Dscale: ds,
		Rows: int32(rows), Columns: int32(columns), Chunk: l.per, Eps: weightNormEps,
		Local: l.local, SCALE: w.hasFactor(), WHOLE: rec.Device().CPU(), RUNS: l.runs, Groups: l.groups,
	})
}

// columnDots records the chunks' dot products of v's columns and x's, where there are chunks, and says where they lie.
func (w *weight) columnDots(rec *vk.Recorder, l launch, x, scratch vk.Range) vk.Range {
	if rec.Device().CPU() {
		return vk.Range{}
	}
	rows, columns := w.size()
	partial := l.partial(scratch, columns)
	rec.Dispatch(shaders.ColumnDots{
		A: w.v.Value(), B: x, Partial: partial, Rows: int32(rows), Columns: int32(columns), Chunk: l.per,
		Local: l.local, RUNS: l.runs, Groups: l.groups,
	})
	return partial
}
