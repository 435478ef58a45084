package layers

import (
	"vkgan/internal/onnx"
	"vkgan/vk"
)

// Linear is y = act(x w + b): x [rows,in], w [in,out], b [out]. The input is flattened, H, W, C in this order.
type Linear struct {
	Name string
	Out  int
	Norm *WeightNorm // of w; nil: none
	Bias bool
	Act  Activation
	Init Initializer // of NAME.weight; nil: Xavier
}

// LinearLayer is a built Linear.
type LinearLayer struct {
	Linear
	in   int
	w    weight
	bias biasBackward
	x, y Tensor // of the last Forward
	out  Tensor
	dx   Tensor
	init *dataInit // nil: not from data

	packed                      vk.Range
	partial, partialX, partialW vk.Range // of the products that make y, dx and dw
}

func (c Linear) build(b *Builder, in Shape) (Layer, Shape) {
	if c.Init == nil {
		c.Init = Xavier(in.Size(), c.Out)
	}
	l := &LinearLayer{Linear: c, in: in.Size(), w: newWeight(b, c.Name, c.Norm, true, c.Init, in.Size(), c.Out)}
	l.bias = newBiasBackward(b, c.Name, c.Bias, c.Act, c.Out, 1)
	l.out = b.outputs(c.Name, Vector(c.Out))
	l.dx = b.gradients(c.Name, in)
	l.init = newDataInit(b, c.Name, l.w, l.bias, l.out.Shape)
	rows := max(b.batch.Forward, b.batch.Backward)
	forward := func(rows int) multiplication { return multiplication{m: rows, n: c.Out, k: in.Size()} }
	data := func(rows int) multiplication { return multiplication{m: rows, n: in.Size(), k: c.Out, transB: true} }
	filter := func(rows int) multiplication { return multiplication{m: in.Size(), n: c.Out, k: rows, transA: true} }
	if b.dev.CPU() {
		l.packed = b.scratch(c.Name+".packed", max(forward(rows).scratch(b.dev), data(rows).scratch(b.dev), filter(rows).scratch(b.dev)))
		if !c.Bias && c.Act == Identity && in.Size() > longRun {
			l.partial = b.scratch(c.Name+".partial", partialSize(b.batch.Forward*c.Out, in.Size()))
		}
	} else {
		l.partial = b.partials(c.Name+".partial", rows, func(rows int) []implicit { return []implicit{forward(rows).implicit(), data(rows).implicit()} })
		l.partialX = l.partial
		l.partialW = b.partials(c.Name+".partial.w", rows, func(rows int) []implicit { return []implicit{filter(rows).implicit()} })
	}
	return l, l.out.Shape
}

// Forward records y = act(x w + b).
func (l *LinearLayer) Forward(rec *vk.Recorder, x Tensor) Tensor { return l.forward(rec, x, l.Act) }

func (l *LinearLayer) forwardMeasured(rec *vk.Recorder, x Tensor, m *moments) Tensor {
	return l.forwardInto(rec, x, m.measure(l.out.firstRows(x)), l.Act)
}

func (l *LinearLayer) forward(rec *vk.Recorder, x Tensor, act Activation) Tensor {
	return l.forwardInto(rec, x, l.out.firstRows(x), act)
}

// ForwardInto is Forward with the output elsewhere.
func (l *LinearLayer) ForwardInto(rec *vk.Recorder, x, y Tensor) Tensor {
	return l.forwardInto(rec, x, y, l.Act)
}

func (l *LinearLayer) forwardInto(rec *vk.Recorder, x, y Tensor, act Activation) Tensor {
	l.x, l.y = x, y
	l.w.forward(rec)
	product{
		m: x.Rows, n: l.Out, k: l.in, a: x.Data, b: l.w.value(), bias: l.bias.value(), act: act, c: y.Data,
		norm: l.w.packing(), moments: y.moments, groups: y.Groups,
		packed: l.packed, partial: l.partial,
	}.record(rec)
	return l.y
}

// Describe adds act(x w + b) to a graph.
func (l *LinearLayer) Describe(g *Graph, x Value) Value {
	inputs := l.bias.describe(g, l.Name, g.flat(x).Name, l.w.describe(g, l.Name))
	y := g.Add("Gemm", l.Name, inputs, onnx.Attribute{Name: "transB", Value: 1})
	return g.activate(l.Act, Value{Name: y, Shape: l.out.Shape})
}

// InitialiseFrom records s and b from x (Sequence.InitialiseFrom), then Forward.
func (l *LinearLayer) InitialiseFrom(rec *vk.Recorder, x Tensor) Tensor {
	if l.init != nil {
		l.init.begin(rec)
		l.init.finish(rec, l.forward(rec, x, Identity))
	}
	return l.Forward(rec, x)
}

// Backward records dw = xᵀ dz, db = Σ dz and dx = dz wᵀ, with dz = dy act'.
func (l *LinearLayer) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	return l.BackwardAdd(rec, dy, inputRows, Tensor{})
}

// BackwardAdd is Backward with dx = dz wᵀ + e, for an input that feeds more than one layer.
func (l *LinearLayer) BackwardAdd(rec *vk.Recorder, dy Tensor, inputRows int, e Tensor) Tensor {
	l.bias.record(rec, l.y, dy)
	product{
		m: l.in, n: l.Out, k: l.x.Rows, transA: true, a: l.x.Data, b: dy.Part(0, l.x.Rows).Data, c: l.w.grad(),
		gradient: right, packed: l.packed, partial: l.partialW,
	}.record(rec)
	l.w.backward(rec)
	if inputRows == 0 {
		return Tensor{}
	}
	return l.inputGradient(rec, dy.lastRows(inputRows), e)
}

// BackwardInput records dx alone, for dy of the first rows of the last Forward.
func (l *LinearLayer) BackwardInput(rec *vk.Recorder, dy Tensor) Tensor {
	return l.BackwardInputAdd(rec, dy, Tensor{})
}

// BackwardInputAdd is BackwardInput with dx = dz wᵀ + e, for an input that feeds more than one layer.
func (l *LinearLayer) BackwardInputAdd(rec *vk.Recorder, dy, e Tensor) Tensor {
	l.bias.recordSlope(rec, l.y, dy)
	return l.inputGradient(rec, dy, e)
}

// inputGradient records dx = dz wᵀ + e.
func (l *LinearLayer) inputGradient(rec *vk.Recorder, dz, e Tensor) Tensor {
	dx := l.dx.Part(0, dz.Rows)
	product{
		m: dz.Rows, n: l.in, k: l.Out, transB: true, a: dz.Data, b: l.w.value(), scale: l.w.factors, e: e.Data, c: dx.Data,
		gradient: left, packed: l.packed, partial: l.partialX,
	}.record(rec)
	return dx
}
