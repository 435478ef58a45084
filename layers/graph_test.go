package layers

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/onnx"
	"vkgan/internal/onnxtest"
	"vkgan/internal/philox"
	"vkgan/vk"
)

// describedTest is a network whose graph is to be compared with its oracle.
type describedTest struct {
	name   string
	in     Shape
	layers []Config
}

// What onnxruntime makes of the graph that layers describe is what the oracle infers: for every kind of layer, all
// activations, paddings that differ before and behind, and batches of any size, the last one shorter.
func TestDescribeInONNXRuntime(t *testing.T) {
	const rows, batch = 7, 3
	noise := GaussianNoise{Name: "noise", Sigma: 3, Stream: philox.Stream{Seed: 3, ID: 9}}
	conv := func(in Shape, c Conv2D) describedTest {
		c.Name = "c"
		return describedTest{fmt.Sprintf("conv %v → %d, kernel %d, stride %d, SAME %v", in, c.Out, c.Kernel, c.Stride, c.Pad == nil), in, []Config{c}}
	}
	deconv := func(in Shape, c Deconv2D) describedTest {
		c.Name = "d"
		return describedTest{fmt.Sprintf("deconv %v → %d, kernel %d, stride %d, SAME %v", in, c.Out, c.Kernel, c.Stride, c.Pad == nil), in, []Config{c}}
	}
	tests := []describedTest{
		{"generator", Vector(12), []Config{
			Linear{Name: "linear1", Out: 2 * 3 * 9},
			BatchNorm{Name: "bn1", Act: ReLU},
			Reshape{To: Shape{2, 3, 9}},
			Deconv2D{Name: "deconv1", Out: 5, Kernel: 5, Stride: 2},
			BatchNorm{Name: "bn2", Act: Softplus, Eps: 1e-2},
			Deconv2D{Name: "deconv2", Out: 1, Kernel: 5, Stride: 2, Bias: true, Act: Sigmoid}}},
		{"discriminator", Shape{9, 6, 1}, []Config{
			Conv2D{Name: "conv1", Out: 4, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU},
			Conv2D{Name: "conv2", Out: 7, Kernel: 5, Stride: 2},
			BatchNorm{Name: "bn2", Act: LeakyReLU},
			Linear{Name: "linear3", Out: 11},
			BatchNorm{Name: "bn3", Act: LeakyReLU},
			Linear{Name: "linear4", Out: 3, Bias: true}}},
		{"noise and weight norm", Shape{5, 4, 1}, []Config{
			Reshape{To: Vector(20)}, noise,
			Linear{Name: "linear1", Out: 13, Norm: &WeightNorm{}, Bias: true, Act: ReLU}, noise,
			Linear{Name: "linear2", Out: 12, Norm: &WeightNorm{InitScale: true}, Bias: true, Act: ReLU},
			Reshape{To: Shape{2, 2, 3}},
			Conv2D{Name: "conv3", Out: 5, Kernel: 3, Stride: 1, Norm: &WeightNorm{TrainScale: true}, Bias: true},
			Linear{Name: "linear4", Out: 3, Norm: &WeightNorm{TrainScale: true}}}},
		{"reshaped", Shape{2, 3, 4}, []Config{
			Reshape{To: Shape{3, 2, 4}}, BatchNorm{Name: "bn1"}, Activate{Name: "act", Act: Softplus},
			Reshape{To: Shape{4, 6, 1}}, Conv2D{Name: "conv1", Out: 2, Kernel: 2, Stride: 1}, Reshape{To: Vector(48)}, Activate{Name: "act2", Act: Sigmoid}}},
		conv(Shape{7, 6, 3}, Conv2D{Out: 4, Kernel: 5, Stride: 2, Bias: true}),
		conv(Shape{8, 8, 3}, Conv2D{Out: 3, Kernel: 4, Stride: 2, Pad: pad(1)}),
		conv(Shape{9, 4, 2}, Conv2D{Out: 5, Kernel: 5, Stride: 3}),
		conv(Shape{7, 7, 2}, Conv2D{Out: 3, Kernel: 3, Stride: 2, Pad: pad(0)}),
		conv(Shape{8, 7, 2}, Conv2D{Out: 3, Kernel: 3, Stride: 2, Pad: pad(0)}), // its last pixels meet no tap
		conv(Shape{4, 5, 2}, Conv2D{Out: 3, Kernel: 1, Stride: 3}),              // a kernel smaller than the stride
		conv(Shape{1, 1, 6}, Conv2D{Out: 5, Kernel: 1, Stride: 1}),
		deconv(Shape{3, 4, 5}, Deconv2D{Out: 3, Kernel: 5, Stride: 2, Bias: true}),
		deconv(Shape{1, 1, 6}, Deconv2D{Out: 4, Kernel: 4, Stride: 1, Pad: pad(0)}), // DCGAN's first
		deconv(Shape{4, 3, 3}, Deconv2D{Out: 2, Kernel: 4, Stride: 2, Pad: pad(1)}),
		deconv(Shape{3, 2, 4}, Deconv2D{Out: 6, Kernel: 3, Stride: 3}),
		deconv(Shape{2, 3, 4}, Deconv2D{Out: 5, Kernel: 5, Stride: 3, Pad: pad(0)}),
		deconv(Shape{2, 3, 4}, Deconv2D{Out: 5, Kernel: 1, Stride: 2, Bias: true}), // pixels without a tap
		deconv(Shape{1, 1, 4}, Deconv2D{Out: 5, Kernel: 5, Stride: 2}),             // taps that meet no pixel at all
	}
	step := vk.NewRehearsal()
	counter, err := step.NewBuffer("step", 4, vk.Local)
	if err != nil {
		t.Fatal(err)
	}
	var models []onnxtest.Model
	var want [][]float64
	for i, c := range tests {
		for k, l := range c.layers {
			if n, ok := l.(GaussianNoise); ok {
				n.Step = counter.All()
				c.layers[k] = n
			}
		}
		file, x, y := c.describe(t, filepath.Join(t.TempDir(), "model.onnx"), uint64(i), rows)
		models = append(models, onnxtest.Model{File: file, Batch: batch, Inputs: map[string][]float32{"x": x}, Wanted: []string{"y"}})
		want = append(want, y)
	}
	for i, got := range onnxtest.Run(t, models...) {
		near(t, tests[i].name, got["y"], want[i], 1)
	}
}

// describe writes the network's graph, with random weights, and gives an input and what the oracle infers from it, both as
// the graph has them.
func (c describedTest) describe(t *testing.T, path string, salt uint64, rows int) (file string, x []float32, y []float64) {
	t.Helper()
	b := NewBuilder(vk.NewRehearsal(), "net", Batch{Forward: rows, Backward: rows, Groups: 1})
	net := b.Sequence(c.in, c.layers...)
	params, err := b.Finish(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, given, dims := tensors{}, tensors{}, map[string][]int{}
	for i, param := range params.All {
		p[param.Name] = random(100*salt+uint64(i), param.Len())
		dims[param.Name] = param.Dims
	}
	for i, s := range params.Statistics {
		values := random(100*salt+50+uint64(i), int(s.Range.Bytes()/4))
		if strings.HasSuffix(s.Name, "running_var") {
			for k, v := range values {
				values[k] = float64(float32(0.1 + v*v))
			}
		}
		p[s.Name], given[s.Name], dims[s.Name] = values, values, []int{len(values)}
	}
	model := onnx.Model{Producer: "test"}
	g := Graph{Graph: &model.Graph, Weight: func(name string) ([]int, []float32) {
		name = strings.NewReplacer("bn1.weight", "bn1.gamma", "bn2.weight", "bn2.gamma", "bn3.weight", "bn3.gamma",
			"bn1.bias", "bn1.beta", "bn2.bias", "bn2.beta", "bn3.bias", "bn3.beta").Replace(name)
		if p[name] == nil {
			t.Fatalf("%s: a layer asks for %s", c.name, name)
		}
		return torchLayout(dims[name], narrow(p[name]))
	}}
	out := net.Describe(&g, g.Input("x", "", c.in))
	g.Output("y", "", out)
	if out.Shape != net.Out {
		t.Errorf("%s: the graph gives %v, the network %v", c.name, out.Shape, net.Out)
	}
	if err := os.WriteFile(path, model.Encode(), 0o666); err != nil {
		t.Fatal(err)
	}
	xs := random(100*salt+99, rows*c.in.Size())
	y = newChain(c.in, c.layers, rows, 1, p, tensors{}).infer(xs, given)
	return path, narrow(channelsFirst(xs, c.in)), channelsFirst(y, net.Out)
}

// torchLayout takes a parameter to PyTorch's layout.
func torchLayout(dims []int, values []float32) ([]int, []float32) {
	switch len(dims) {
	case 2: // [in,out]
		return []int{dims[1], dims[0]}, transposed(values, dims[0], dims[1])
	case 4: // [kH,kW,a,b] to [b,a,kH,kW]
		kernel := dims[0] * dims[1]
		return []int{dims[3], dims[2], dims[0], dims[1]}, transposed(values, kernel, dims[2]*dims[3], func(i int) int { return i%dims[3]*dims[2] + i/dims[3] })
	}
	return dims, values
}

// transposed is x [rows,columns] as [columns,rows], the columns in another order where one is given.
func transposed[E any](x []E, rows, columns int, place ...func(column int) int) []E {
	y := make([]E, len(x))
	for i, v := range x {
		column := i % columns
		if len(place) > 0 {
			column = place[0](column)
		}
		y[column*rows+i/columns] = v
	}
	return y
}

// channelsFirst is images [N,H,W,C] as [N,C,H,W].
func channelsFirst(x []float64, s Shape) []float64 {
	var y []float64
	for image := range slices.Chunk(x, s.Size()) {
		y = append(y, transposed(image, s.H*s.W, s.C)...)
	}
	return y
}
