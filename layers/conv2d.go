package layers

import "vkgan/vk"

// Conv2D is a convolution, NHWC: y = act(conv(x, w) + b), w [kH,kW,in,out], b [out]. Without Pad the output has
// ceil(size/stride) pixels and the padding is TensorFlow's SAME: what it needs in all, the smaller half before.
type Conv2D struct {
	Name   string
	Out    int // channels
	Kernel int
	Stride int
	Pad    *int        // before and after; nil: SAME
	Norm   *WeightNorm // of w; nil: none
	Bias   bool
	Act    Activation
	Init   Initializer // of NAME.weight; nil: truncated normal of standard deviation 0.02
}

type conv2DLayer struct {
	Conv2D
	convolution
	filter weight
	bias   biasBackward
	in     Tensor // of the last Forward
	out    Tensor
	last   Tensor
	dx     Tensor
	init   *dataInit // nil: not from data
}

func (c Conv2D) build(b *Builder, in Shape) (Layer, Shape) {
	if c.Init == nil {
		c.Init = TruncatedNormal(0.02)
	}
	l := &conv2DLayer{Conv2D: c}
	if !b.checkWindow(c.Name, c.Kernel, c.Stride, c.Pad) {
		return l, in
	}
	l.convolution = convolution{x: in, kernel: c.Kernel, stride: c.Stride}
	l.y.C = c.Out
	l.y.H, l.padY = c.outputs(in.H)
	l.y.W, l.padX = c.outputs(in.W)
	if l.y.H < 1 || l.y.W < 1 {
		b.fail("%s: no output pixel: input %v, kernel %d, stride %d", c.Name, in, c.Kernel, c.Stride)
		return l, l.y
	}
	l.filter = newWeight(b, c.Name, c.Norm, false, c.Init, c.Kernel, c.Kernel, in.C, c.Out)
	l.bias = newBiasBackward(b, c.Name, c.Bias, c.Act, c.Out, l.y.H*l.y.W)
	l.out = b.outputs(c.Name, l.y)
	l.dx = b.gradients(c.Name, in)
	l.init = newDataInit(b, c.Name, l.filter, l.bias, l.y)
	l.allocate(b, c.Name, max(b.batch.Forward, b.batch.Backward))
	return l, l.y
}

// outputs gives the output size along an axis, and the padding before it.
func (c Conv2D) outputs(size int) (out, pad int) {
	if c.Pad != nil {
		return max(0, size+2**c.Pad-c.Kernel+c.Stride) / c.Stride, *c.Pad
	}
	return same(size, c.Kernel, c.Stride)
}

// same is TensorFlow's SAME padding along an axis (tf.nn.convolution).
func same(size, kernel, stride int) (out, pad int) {
	out = (size + stride - 1) / stride
	return out, max(0, (out-1)*stride+kernel-size) / 2
}

// Forward records y = act(conv(x, w) + b).
func (l *conv2DLayer) Forward(rec *vk.Recorder, x Tensor) Tensor {
	return l.forwardInto(rec, x, l.out.firstRows(x), l.Act)
}

func (l *conv2DLayer) forwardMeasured(rec *vk.Recorder, x Tensor, m *moments) Tensor {
	return l.forwardInto(rec, x, m.measure(l.out.firstRows(x)), l.Act)
}

func (l *conv2DLayer) forwardInto(rec *vk.Recorder, x, y Tensor, act Activation) Tensor {
	l.in, l.last = x, y
	l.renewX(x)
	l.filter.forward(rec)
	l.forward(rec, x, l.filter.value(), l.bias.value(), act, l.last)
	return l.last
}

// Describe adds act(conv(x, w) + b) to a graph.
func (l *conv2DLayer) Describe(g *Graph, x Value) Value {
	behind := func(in, out, pad int) int { return max(0, (out-1)*l.Stride+l.Kernel-in-pad) }
	y := g.Add("Conv", l.Name, l.bias.describe(g, l.Name, g.pixels(x).Name, l.filter.describe(g, l.Name)),
		window(l.convolution, behind(l.x.H, l.y.H, l.padY), behind(l.x.W, l.y.W, l.padX))...)
	return g.activate(l.Act, Value{Name: y, Shape: l.y, image: true})
}

// InitialiseFrom records s and b from x (Sequence.InitialiseFrom), then Forward.
func (l *conv2DLayer) InitialiseFrom(rec *vk.Recorder, x Tensor) Tensor {
	if l.init != nil {
		l.init.begin(rec)
		l.init.finish(rec, l.forwardInto(rec, x, l.out.firstRows(x), Identity))
	}
	return l.Forward(rec, x)
}

// Backward records dw, db and dx from dz = dy act'.
func (l *conv2DLayer) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	l.bias.record(rec, l.last, dy)
	l.at.y.renew(dy)
	l.backwardFilter(rec, l.in, dy.Part(0, l.in.Rows), l.filter.grad())
	l.filter.backward(rec)
	if inputRows == 0 {
		return Tensor{}
	}
	return l.inputGradient(rec, dy.lastRows(inputRows))
}

// BackwardInput records dx alone, for dy of the first rows of the last Forward.
func (l *conv2DLayer) BackwardInput(rec *vk.Recorder, dy Tensor) Tensor {
	l.bias.recordSlope(rec, l.last, dy)
	l.at.y.renew(dy)
	return l.inputGradient(rec, dy)
}

func (l *conv2DLayer) inputGradient(rec *vk.Recorder, dz Tensor) Tensor {
	dx := l.dx.Part(0, dz.Rows)
	l.backwardData(rec, dz, l.filter.value(), vk.Range{}, Identity, dx)
	return dx
}
