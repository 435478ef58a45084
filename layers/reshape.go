package layers

import "vkgan/vk"

// Reshape sees each row as another shape of equal size.
type Reshape struct{ To Shape }

type reshapeLayer struct{ from, to Shape }

func (c Reshape) build(b *Builder, in Shape) (Layer, Shape) {
	if in.Size() != c.To.Size() {
		b.fail("reshape: %v to %v: %d and %d elements", in, c.To, in.Size(), c.To.Size())
	}
	return reshapeLayer{in, c.To}, c.To
}

func (l reshapeLayer) Forward(_ *vk.Recorder, x Tensor) Tensor { return x.As(l.to) }

// Describe adds nothing yet: the value is a vector until a layer wants its pixels.
func (l reshapeLayer) Describe(g *Graph, x Value) Value {
	x = g.flat(x)
	x.Shape = l.to
	return x
}

// BackwardInput gives dy.
func (l reshapeLayer) BackwardInput(_ *vk.Recorder, dy Tensor) Tensor { return dy.As(l.from) }

func (l reshapeLayer) Backward(_ *vk.Recorder, dy Tensor, inputRows int) Tensor {
	return dy.lastRows(inputRows).As(l.from)
}
