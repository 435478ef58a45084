package layers

import (
	"fmt"
	"testing"

	"vkgan/vk"
)

func TestDeconv2D(t *testing.T) {
	deconv := func(rows int, in Shape, c Deconv2D) netTest {
		c.Name = "d"
		return netTest{name: fmt.Sprintf("deconv %d×%v → %d, kernel %d, stride %d, SAME %v", rows, in, c.Out, c.Kernel, c.Stride, c.Pad == nil),
			in: in, rows: rows, layers: []Config{c}}
	}
	batches := deconv(4, Shape{3, 4, 17}, Deconv2D{Out: 9, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU})
	batches.backward, batches.groups, batches.dx = 6, 2, 2
	thin := deconv(6, Shape{4, 3, 20}, Deconv2D{Out: 1, Kernel: 5, Stride: 2, Bias: true, Act: Sigmoid})
	thin.backward, thin.groups, thin.dx = 9, 2, 3
	compareAll(t, []netTest{
		batches, thin,
		deconv(1, Shape{1, 1, 64}, Deconv2D{Out: 64, Kernel: 1, Stride: 1}),
		deconv(1, Shape{1, 1, 17}, Deconv2D{Out: 16, Kernel: 4, Stride: 1, Pad: pad(0), Act: ReLU}), // DCGAN's first
		deconv(3, Shape{4, 4, 64}, Deconv2D{Out: 17, Kernel: 4, Stride: 2, Pad: pad(1), Bias: true}),
		deconv(7, Shape{4, 3, 3}, Deconv2D{Out: 3, Kernel: 4, Stride: 2, Pad: pad(1), Bias: true, Act: ReLU}),
		deconv(5, Shape{3, 2, 17}, Deconv2D{Out: 64, Kernel: 3, Stride: 3, Act: LeakyReLU}),
		deconv(2, Shape{5, 3, 1}, Deconv2D{Out: 18, Kernel: 5, Stride: 1, Bias: true, Act: Sigmoid}),
		deconv(6, Shape{2, 3, 8}, Deconv2D{Out: 33, Kernel: 5, Stride: 3, Pad: pad(0)}),
		deconv(2, Shape{2, 3, 9}, Deconv2D{Out: 10, Kernel: 1, Stride: 2, Bias: true}), // pixels without a tap
		deconv(101, Shape{2, 2, 17}, Deconv2D{Out: 20, Kernel: 5, Stride: 2, Act: ReLU}),
		deconv(7, Shape{1, 1, 128}, Deconv2D{Out: 128, Kernel: 5, Stride: 2}), // taps that meet no pixel at all
		deconv(100, Shape{3, 3, 16}, Deconv2D{Out: 1, Kernel: 5, Stride: 2, Bias: true}),
	})
}

// ForwardInto writes the same images elsewhere, and Backward takes them from there.
func TestDeconv2DForwardInto(t *testing.T) {
	in := Shape{3, 3, 8}
	layers := []Config{Activate{Name: "a", Act: ReLU}, Deconv2D{Name: "d", Out: 1, Kernel: 4, Stride: 2, Act: Sigmoid}}
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "into", Batch{Forward: 3, Backward: 3, Groups: 1})
		t.Cleanup(b.Free)
		net := b.Sequence(in, layers...)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		x, y, dy := b.tensor("x", 3, in), b.tensor("elsewhere", 5, net.Out), b.tensor("dy", 3, net.Out)
		poison(t, d, b)
		p, dp := tensors{"d.weight": random(1, params.All[0].Len())}, tensors{}
		xs, dys := random(2, x.elements()), random(3, dy.elements())
		for to, values := range map[vk.Range][]float64{params.All[0].Value(): p["d.weight"], x.Data: xs, dy.Data: dys} {
			upload(t, d, to, narrow(values))
		}
		do(t, d, func(rec *vk.Recorder) {
			net.ForwardInto(rec, x, y.Part(1, 4))
			net.Backward(rec, dy, 0)
		})
		oracle := newChain(in, layers, 3, 1, p, dp)
		want := oracle.forward(xs)
		oracle.backward(dys)
		near(t, "y", download[float32](t, d, y.Part(1, 4).Data), want, 1)
		near(t, "dw", download[float32](t, d, params.All[0].Grad()), dp["d.weight"], 1)
		for _, untouched := range []Tensor{y.Part(0, 1), y.Part(4, 5)} {
			for _, v := range download[float32](t, d, untouched.Data) {
				if v == v {
					t.Fatalf("%g beside the part that y should be written to", v)
				}
			}
		}
	})
}
