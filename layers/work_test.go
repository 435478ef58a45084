package layers

import (
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// The arithmetic of a layer's passes is what counting multiply-adds one by one gives, whatever kernels do them.
func TestWork(t *testing.T) {
	const rows, backward = 4, 6
	for _, c := range []struct {
		in     Shape
		config Config
	}{
		{Vector(30), Linear{Name: "l", Out: 7, Bias: true}},
		{Shape{7, 6, 9}, Conv2D{Name: "c", Out: 10, Kernel: 5, Stride: 2}},
		{Shape{7, 6, 2}, Conv2D{Name: "thin", Out: 10, Kernel: 4, Stride: 1, Pad: pad(2), Bias: true, Act: ReLU}},
		{Shape{4, 5, 9}, Conv2D{Name: "gaps", Out: 8, Kernel: 2, Stride: 3}},
		{Shape{3, 4, 9}, Deconv2D{Name: "d", Out: 8, Kernel: 5, Stride: 2}},
		{Shape{3, 4, 9}, Deconv2D{Name: "thin", Out: 1, Kernel: 5, Stride: 2, Bias: true}},
	} {
		for _, asGPU := range []bool{false, true} {
			d := devicetest.Open(t, vk.Options{AsGPU: asGPU}).Rehearsal()
			b := NewBuilder(d, "net", Batch{Forward: rows, Backward: backward, Groups: 1})
			net := b.Sequence(c.in, c.config)
			if _, err := b.Finish(1, 0); err != nil {
				t.Fatal(err)
			}
			rec := d.NewRecorder("net")
			net.Forward(rec, b.tensor("x", rows, c.in))
			net.Backward(rec, b.tensor("dy", backward, net.Out), backward)
			var got vk.Work
			for _, command := range rec.Commands() {
				got.Add(command.Work)
				if command.Work.Bytes <= 0 {
					t.Errorf("%+v: %+v", c.config, command)
				}
			}
			dense, met := multiplyAdds(c.in, c.config)
			const passes = rows + rows + backward // forward, the weight's gradient, the input's
			if got.Dense != float64(2*passes*dense) || got.Taps != float64(2*passes*met) {
				t.Errorf("%+v: %+v, want %d and %d", c.config, got, 2*passes*dense, 2*passes*met)
			}
			b.Free()
		}
	}
}

// multiplyAdds counts those of a row forward, and how many of them meet no padding.
func multiplyAdds(in Shape, config Config) (dense, met int) {
	switch c := config.(type) {
	case Linear:
		return in.Size() * c.Out, in.Size() * c.Out
	case Conv2D:
		h, padY := c.outputs(in.H)
		w, padX := c.outputs(in.W)
		return filterTaps(in, Shape{h, w, c.Out}, c.Kernel, c.Stride, padY, padX)
	case Deconv2D:
		h, padY := c.outputs(in.H)
		w, padX := c.outputs(in.W)
		return filterTaps(Shape{h, w, c.Out}, in, c.Kernel, c.Stride, padY, padX)
	}
	panic("no layer with arithmetic")
}

func filterTaps(x, y Shape, kernel, stride, padY, padX int) (dense, met int) {
	for oy := range y.H {
		for ox := range y.W {
			for ky := range kernel {
				for kx := range kernel {
					iy, ix := oy*stride-padY+ky, ox*stride-padX+kx
					dense++
					if iy >= 0 && iy < x.H && ix >= 0 && ix < x.W {
						met++
					}
				}
			}
		}
	}
	return dense * x.C * y.C, met * x.C * y.C
}
