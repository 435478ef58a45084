package layers

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// A small network, as the discriminator is used: fake and real forward, fake again backward.
func TestSmokeSequence(t *testing.T) {
	c := netTest{name: "discriminator", in: Shape{4, 3, 9}, rows: 6, backward: 9, groups: 2, dx: 3, layers: []Config{
		Conv2D{Name: "conv1", Out: 17, Kernel: 3, Stride: 2},
		BatchNorm{Name: "bn1", Act: LeakyReLU},
		Linear{Name: "linear2", Out: 5, Bias: true},
	}}
	each(t, func(t *testing.T, d *vk.Device) { c.compare(t, d) })
}

// Every kind of layer.
func TestSequence(t *testing.T) {
	c := netTest{name: "all layers", in: Vector(12), rows: 6, backward: 9, groups: 2, dx: 3, layers: []Config{
		Linear{Name: "linear1", Out: 2 * 3 * 9, Act: Sigmoid},
		BatchNorm{Name: "bn1", Act: LeakyReLU},
		Reshape{To: Shape{2, 3, 9}},
		Deconv2D{Name: "deconv1", Out: 3, Kernel: 4, Stride: 2, Bias: true},
		Activate{Name: "act", Act: LeakyReLU},
		Conv2D{Name: "conv1", Out: 17, Kernel: 3, Stride: 2, Bias: true, Act: LeakyReLU},
		BatchNorm{Name: "bn2"},
		Linear{Name: "linear2", Out: 5, Bias: true},
	}}
	each(t, func(t *testing.T, d *vk.Device) { c.compare(t, d) })
}

// The gradients of the device are those of the device's own loss: along a random direction in each parameter, by central
// differences of the softmax cross-entropy that Forward ends in. float32 leaves about three digits of a difference.
func TestFiniteDifferences(t *testing.T) {
	const rows, classes, h = 5, 4, 1.0 / 64
	in := Shape{5, 4, 2}
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "net", Batch{Forward: rows, Backward: rows, Groups: 1})
		t.Cleanup(b.Free)
		net := b.Sequence(in,
			Conv2D{Name: "conv", Out: 9, Kernel: 3, Stride: 2, Norm: &WeightNorm{TrainScale: true}, Bias: true, Act: Softplus},
			BatchNorm{Name: "bn", Act: Sigmoid},
			Deconv2D{Name: "deconv", Out: 3, Kernel: 3, Stride: 1, Bias: true, Act: Sigmoid},
			Linear{Name: "linear", Out: classes, Norm: &WeightNorm{TrainScale: true}, Bias: true})
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		x, dx, target, result := b.tensor("x", rows, in), b.tensor("dx", rows, Vector(classes)), buffer(t, d, rows), buffer(t, d, 1)
		upload(t, d, x.Data, narrow(random(1, x.elements())))
		upload(t, d, target, []uint32{0, 3, 1, 2, 3})
		forward := func(rec *vk.Recorder) { SoftmaxCE(rec, net.Forward(rec, x), target, dx, result) }
		loss := record(t, d, forward)
		at := func(p *Param, values []float64) float64 {
			upload(t, d, p.Value(), narrow(values))
			run(t, d, loss, 1)
			return float64(download[float32](t, d, result)[0])
		}
		begin := map[*Param][]float64{}
		for i, p := range params.All {
			begin[p] = random(uint64(50+i), p.Len())
			for e := range begin[p] {
				begin[p][e] /= 2
			}
			upload(t, d, p.Value(), narrow(begin[p]))
		}
		do(t, d, func(rec *vk.Recorder) {
			forward(rec)
			net.Backward(rec, dx, 0)
		})
		for i, p := range params.All {
			direction, want := random(uint64(90+i), p.Len()), 0.0
			length := 0.0
			for _, v := range direction {
				length += v * v
			}
			up, down := make([]float64, p.Len()), make([]float64, p.Len())
			for e, g := range download[float32](t, d, p.Grad()) {
				v := direction[e] / math.Sqrt(length)
				want += float64(g) * v
				up[e], down[e] = begin[p][e]+h*v, begin[p][e]-h*v
			}
			got := (at(p, up) - at(p, down)) / (2 * h)
			at(p, begin[p])
			if !(math.Abs(got-want) <= 2e-5+2e-3*math.Abs(want)) {
				t.Errorf("%s: the slope is %g by its gradient, %g by differences", p.Name, want, got)
			}
		}
	})
}

// ForwardInto writes the same images elsewhere, and Backward takes them from there.
func TestForwardInto(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		testForwardInto(t, d, Deconv2D{Name: "last", Out: 1, Kernel: 4, Stride: 2, Act: Sigmoid})
		testForwardInto(t, d, Linear{Name: "last", Out: 36, Act: Sigmoid})
	})
}

func testForwardInto(t *testing.T, d *vk.Device, last Config) {
	in := Shape{3, 3, 8}
	layers := []Config{Activate{Name: "a", Act: ReLU}, last}
	b := NewBuilder(d, "into", Batch{Forward: 3, Backward: 3, Groups: 1})
	t.Cleanup(b.Free)
	net := b.Sequence(in, layers...)
	params, err := b.Finish(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	x, y, dy := b.tensor("x", 3, in), b.tensor("elsewhere", 5, net.Out), b.tensor("dy", 3, net.Out)
	poison(t, d, b)
	p, dp := tensors{"last.weight": random(1, params.All[0].Len())}, tensors{}
	xs, dys := random(2, x.elements()), random(3, dy.elements())
	for to, values := range map[vk.Range][]float64{params.All[0].Value(): p["last.weight"], x.Data: xs, dy.Data: dys} {
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
	near(t, "dw", download[float32](t, d, params.All[0].Grad()), dp["last.weight"], 1)
	for _, untouched := range []Tensor{y.Part(0, 1), y.Part(4, 5)} {
		for _, v := range download[float32](t, d, untouched.Data) {
			if v == v {
				t.Fatalf("%g beside the part that y should be written to", v)
			}
		}
	}
}

func TestShapesThatDoNotFit(t *testing.T) {
	d := devicetest.Open(t, vk.Options{Guard: true})
	for _, c := range []struct {
		layer Config
		want  string
	}{
		{Reshape{To: Vector(11)}, "reshape: 2×2×3 to 1×1×11: 12 and 11 elements"},
		{Conv2D{Name: "c", Out: 1, Kernel: 5, Stride: 1, Pad: pad(1)}, "c: no output pixel: input 2×2×3, kernel 5, stride 1"},
		{Deconv2D{Name: "d", Out: 1, Kernel: 1, Stride: 1, Pad: pad(1)}, "d: no output pixel: input 2×2×3, kernel 1, stride 1"},
		{Conv2D{Name: "c", Out: 1, Kernel: 6, Stride: 9, Pad: pad(1)}, "c: no output pixel: input 2×2×3, kernel 6, stride 9"},
		{Conv2D{Name: "c", Out: 1, Kernel: 5}, "c: stride is 0: want at least 1"},
		{Deconv2D{Name: "d", Out: 1, Stride: 2}, "d: kernel is 0: want at least 1"},
		{Deconv2D{Name: "d", Out: 1, Kernel: 3, Stride: 1, Pad: pad(-1)}, "d: pad is -1: want at least 0"},
		{GaussianNoise{Name: "n"}, "n: noise without a step counter: set Step"},
	} {
		b := NewBuilder(d, "net", Batch{Forward: 1, Backward: 1, Groups: 1})
		b.Sequence(Shape{2, 2, 3}, c.layer)
		if _, err := b.Finish(1, 0); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
		b.Free()
	}
	if text := fmt.Sprint(Shape{2, 3, 4}); text != "2×3×4" {
		t.Error(text)
	}
}

// Again gives rows of the batch that Forward took its statistics from the same outputs alone, bit by bit.
func TestAgain(t *testing.T) {
	const rows = 7
	in := Vector(12)
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "net", Batch{Forward: rows, Backward: rows, Groups: 1})
		t.Cleanup(b.Free)
		net := b.Sequence(in,
			Linear{Name: "linear1", Out: 2 * 3 * 9},
			BatchNorm{Name: "bn1", Act: LeakyReLU},
			Reshape{To: Shape{2, 3, 9}},
			Deconv2D{Name: "deconv1", Out: 3, Kernel: 4, Stride: 2},
			BatchNorm{Name: "bn2", Act: Sigmoid})
		if _, err := b.Finish(1, 0); err != nil {
			t.Fatal(err)
		}
		x := b.tensor("x", rows, in)
		upload(t, d, x.Data, narrow(random(1, x.elements())))
		var all, some Tensor
		forward := record(t, d, func(rec *vk.Recorder) { all = net.Forward(rec, x) })
		again := record(t, d, func(rec *vk.Recorder) { some = net.Again(rec, x.Part(2, 5)) })
		fresh := record(t, d, func(rec *vk.Recorder) { net.Forward(rec, x.Part(2, 5)) })
		run(t, d, forward, 1)
		row := all.Size()
		want := download[float32](t, d, all.Data)[2*row : 5*row]
		run(t, d, again, 1)
		if got := download[float32](t, d, some.Data); !slices.Equal(got, want) {
			t.Errorf("rows are %v, in their batch %v", got[:4], want[:4])
		}
		run(t, d, fresh, 1)
		if got := download[float32](t, d, some.Data); slices.Equal(got, want) {
			t.Error("their own statistics make the same of them: the test sees nothing")
		}
	})
}
