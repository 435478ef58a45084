package layers

import (
	"vkgan/internal/onnx"
	"vkgan/vk"
)

// Deconv2D is a transposed convolution, NHWC: y = act(deconv(x, w) + b), w [kH,kW,out,in], b [out]: the data gradient
// of a convolution from y to x. The output has size*stride pixels and TensorFlow's SAME padding; with Pad, it has
// (size-1)*stride + kernel - 2*Pad.
type Deconv2D struct {
	Name   string
	Out    int // channels
	Kernel int
	Stride int
	Pad    *int
	Bias   bool
	Act    Activation
	Init   Initializer // of w; nil: normal of standard deviation 0.02
}

type deconv2DLayer struct {
	Deconv2D
	convolution // from the output y to the input x
	filter      *Param
	bias        biasBackward
	in          Tensor // of the last Forward
	out         Tensor
	last        Tensor
	dx          Tensor
}

func (c Deconv2D) build(b *Builder, in Shape) (Layer, Shape) {
	if c.Init == nil {
		c.Init = Normal(0.02)
	}
	l := &deconv2DLayer{Deconv2D: c}
	if !b.checkWindow(c.Name, c.Kernel, c.Stride, c.Pad) {
		return l, in
	}
	out := Shape{C: c.Out}
	l.convolution = convolution{y: in, kernel: c.Kernel, stride: c.Stride, transposed: true}
	out.H, l.padY = c.outputs(in.H)
	out.W, l.padX = c.outputs(in.W)
	l.x = out
	if out.H < 1 || out.W < 1 {
		b.fail("%s: no output pixel: input %v, kernel %d, stride %d", c.Name, in, c.Kernel, c.Stride)
		return l, out
	}
	l.filter = b.param(c.Name+".weight", c.Init, c.Kernel, c.Kernel, c.Out, in.C)
	l.bias = newBiasBackward(b, c.Name, c.Bias, c.Act, c.Out, out.H*out.W)
	l.out = b.outputs(c.Name, out)
	l.dx = b.gradients(c.Name, in)
	l.allocate(b, c.Name, max(b.batch.Forward, b.batch.Backward))
	return l, out
}

func (c Deconv2D) outputs(size int) (out, pad int) {
	if c.Pad != nil {
		return (size-1)*c.Stride + c.Kernel - 2**c.Pad, *c.Pad
	}
	_, pad = same(size*c.Stride, c.Kernel, c.Stride)
	return size * c.Stride, pad
}

// Forward records y = act(deconv(x, w) + b).
func (l *deconv2DLayer) Forward(rec *vk.Recorder, x Tensor) Tensor {
	return l.ForwardInto(rec, x, l.out.firstRows(x))
}

func (l *deconv2DLayer) forwardMeasured(rec *vk.Recorder, x Tensor, m *moments) Tensor {
	return l.ForwardInto(rec, x, m.measure(l.out.firstRows(x)))
}

// ForwardInto is Forward with the output elsewhere.
func (l *deconv2DLayer) ForwardInto(rec *vk.Recorder, x, y Tensor) Tensor {
	l.in, l.last = x, y
	l.at.y.renew(x)
	l.backwardData(rec, x, l.filter.Value(), l.bias.value(), l.Act, y)
	return y
}

// Describe adds act(deconv(x, w) + b) to a graph. Where the whole output goes beyond the image it is cropped by padding
// behind it; where it falls short it is extended by output_padding.
func (l *deconv2DLayer) Describe(g *Graph, x Value) Value {
	beyond := func(in, out, pad int) int { return (in-1)*l.Stride + l.Kernel - pad - out }
	rows, columns := beyond(l.y.H, l.x.H, l.padY), beyond(l.y.W, l.x.W, l.padX)
	attributes := append(window(l.convolution, max(0, rows), max(0, columns)),
		onnx.Attribute{Name: "output_padding", Value: []int{max(0, -rows), max(0, -columns)}})
	y := g.Add("ConvTranspose", l.Name, l.bias.describe(g, l.Name, g.pixels(x).Name, g.weight(l.Name+".weight")), attributes...)
	return g.activate(l.Act, Value{Name: y, Shape: l.x, image: true})
}

// Backward records dw, db and dx = conv(dz, w), from dz = dy act'.
func (l *deconv2DLayer) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	l.bias.record(rec, l.last, dy)
	l.renewX(dy)
	l.backwardFilter(rec, dy.Part(0, l.in.Rows), l.in, l.filter.Grad())
	if inputRows == 0 {
		return Tensor{}
	}
	dx := l.dx.Part(0, inputRows)
	l.forward(rec, dy.lastRows(inputRows), l.filter.Value(), vk.Range{}, Identity, dx)
	return dx
}
