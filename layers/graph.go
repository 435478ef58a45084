package layers

import (
	"fmt"

	"vkgan/internal/onnx"
)

// Graph describes networks as ONNX sees them: each layer's Describe adds what Infer computes, so away from training and with
// calibrated statistics. Vectors are [N,C], images [N,C,H,W]; features that come of an image stay in H, W, C order.
type Graph struct {
	*onnx.Graph
	// Weight gives a parameter or a Statistic by PyTorch's name, such as bn1.weight, in PyTorch's layout.
	Weight func(name string) (dims []int, values []float32)
}

// Value is a batch in a Graph.
type Value struct {
	Name string
	Shape
	image bool // [N,C,H,W]; else [N,Size], in H, W, C order
}

// Input adds an input for rows of a shape: an image [N,C,H,W], or a vector [N,C].
func (g *Graph) Input(name, about string, s Shape) Value {
	v := Value{name, s, s != Vector(s.C)}
	g.Inputs = append(g.Inputs, onnx.Value{Name: name, About: about, Dims: v.dims()})
	return v
}

// Output makes a value an output, under a name that is its own from then on.
func (g *Graph) Output(name, about string, v Value) Value {
	g.Graph.Output(v.Name, onnx.Value{Name: name, About: about, Dims: v.dims()})
	return v.as(name)
}

// Concat joins vectors.
func (g *Graph) Concat(name string, vectors ...Value) Value {
	var names []string
	size := 0
	for _, v := range vectors {
		names, size = append(names, v.Name), size+v.C
	}
	return Value{Name: g.Add("Concat", name, names, onnx.Attribute{Name: "axis", Value: 1}), Shape: Vector(size)}
}

// Softmax makes probabilities of logits.
func (g *Graph) Softmax(logits Value) Value {
	return logits.as(g.Add("Softmax", logits.Name+".Softmax", []string{logits.Name}, onnx.Attribute{Name: "axis", Value: 1}))
}

// Image is x as images of a shape of equal size.
func (g *Graph) Image(x Value, s Shape) Value {
	x = g.flat(x)
	x.Shape = s
	return g.pixels(x)
}

// dims is the value's shape in the graph, without the batch.
func (v Value) dims() []int {
	if v.image {
		return []int{v.C, v.H, v.W}
	}
	return []int{v.Size()}
}

// as is another value of the same shape.
func (v Value) as(name string) Value {
	v.Name = name
	return v
}

// flat is x as vectors.
func (g *Graph) flat(x Value) Value {
	if !x.image {
		return x
	}
	name := x.Name
	if x.C > 1 {
		name = g.Add("Transpose", x.Name+".hwc", []string{name}, onnx.Attribute{Name: "perm", Value: []int{0, 2, 3, 1}})
	}
	return Value{Name: g.Add("Flatten", x.Name+".flat", []string{name}, onnx.Attribute{Name: "axis", Value: 1}), Shape: Vector(x.Size())}
}

// pixels is x as images of its shape.
func (g *Graph) pixels(x Value) Value {
	if x.image {
		return x
	}
	y, dims := Value{Shape: x.Shape, image: true}, []int64{0, int64(x.H), int64(x.W), int64(x.C)} // 0: as many as there are
	if x.C == 1 {
		dims = []int64{0, 1, int64(x.H), int64(x.W)}
	}
	shape := g.Constant(onnx.Tensor{Name: fmt.Sprintf("shape.%d.%d.%d", dims[1], dims[2], dims[3]), Dims: []int{len(dims)}, Values: dims})
	y.Name = g.Add("Reshape", x.Name+".image", []string{x.Name, shape})
	if x.C > 1 {
		y.Name = g.Add("Transpose", x.Name+".chw", []string{y.Name}, onnx.Attribute{Name: "perm", Value: []int{0, 3, 1, 2}})
	}
	return y
}

// weight adds a parameter or a statistic, and gives its name.
func (g *Graph) weight(name string) string {
	dims, values := g.Weight(name)
	return g.Constant(onnx.Tensor{Name: name, Dims: dims, Values: values})
}

// activate adds an activation of x.
func (g *Graph) activate(a Activation, x Value) Value {
	apply := func(op string, attributes ...onnx.Attribute) Value {
		return x.as(g.Add(op, x.Name+"."+op, []string{x.Name}, attributes...))
	}
	switch a {
	case Identity:
		return x
	case ReLU:
		return apply("Relu")
	case LeakyReLU:
		return apply("LeakyRelu", onnx.Attribute{Name: "alpha", Value: float32(0.2)})
	case Sigmoid:
		return apply("Sigmoid")
	case Softplus:
		return apply("Softplus")
	}
	panic(fmt.Sprintf("layers: no ONNX operator for activation %d", a))
}

// window is the attributes of a convolution or a transposed one, with so much padding behind each axis.
func window(c convolution, behindY, behindX int) []onnx.Attribute {
	return []onnx.Attribute{
		{Name: "kernel_shape", Value: []int{c.kernel, c.kernel}}, {Name: "strides", Value: []int{c.stride, c.stride}},
		{Name: "pads", Value: []int{c.padY, c.padX, behindY, behindX}},
	}
}

// Describe adds the layers, one after the other.
func (s *Sequence) Describe(g *Graph, x Value) Value {
	for _, l := range s.layers {
		x = l.Describe(g, x)
	}
	return x
}
