package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// Activation is a function applied to each element, numbered as in shaders/include/activation.glsl. Layers apply it in
// the kernel that makes the element; its gradient is expressed by its value, so nothing else is kept.
type Activation int32

const (
	Identity  Activation = iota
	ReLU                 // max(x, 0)
	LeakyReLU            // max(x, 0.2x)
	Sigmoid              // 1/(1+e^-x)
	Softplus             // ln(1+e^x)
)

// Activate is a layer of its own, for where none before it can apply the activation.
type Activate struct {
	Name string
	Act  Activation
}

type activateLayer struct {
	Activate
	out Tensor
	y   Tensor // of the last Forward
}

func (c Activate) build(b *Builder, in Shape) (Layer, Shape) {
	return &activateLayer{Activate: c, out: b.outputs(c.Name, in)}, in
}

func (l *activateLayer) Forward(rec *vk.Recorder, x Tensor) Tensor {
	l.y = l.out.firstRows(x)
	f := flat(rec, x.elements())
	rec.Dispatch(shaders.Activation{X: x.Data, Y: l.y.Data, N: int32(x.elements()), Local: f.local, PER: f.per, ACT: int32(l.Act), Groups: f.groups})
	return l.y
}

// Describe adds act(x) to a graph.
func (l *activateLayer) Describe(g *Graph, x Value) Value { return g.activate(l.Act, x) }

func (l *activateLayer) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	biasBackward{act: l.Act}.record(rec, l.y, dy)
	return dy.lastRows(inputRows)
}
