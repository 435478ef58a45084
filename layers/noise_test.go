package layers

import (
	"testing"

	"vkgan/internal/philox"
	"vkgan/vk"
)

// Between layers, backward over longer batches, and as the first layer.
func TestGaussianNoise(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		step := buffer(t, d, 1)
		upload(t, d, step, []uint32{noiseStep})
		noise := func(id uint32, sigma float32) GaussianNoise {
			return GaussianNoise{Name: "noise", Sigma: sigma, Stream: philox.Stream{Seed: 1 << 40, ID: id}, Step: step}
		}
		for _, c := range []netTest{
			{name: "of images", in: Shape{5, 3, 2}, rows: 4, backward: 6, groups: 2, dx: 2, layers: []Config{noise(1, 0.3)}},
			{name: "between", in: Vector(20), rows: 6, backward: 9, groups: 2, dx: 3, layers: []Config{
				noise(2, 0.3), Linear{Name: "l", Out: 13, Bias: true, Act: ReLU}, noise(3, 2)}},
			{name: "annealed", in: Vector(20), rows: 6, layers: []Config{annealed(noise(4, 0.3), noiseStep+3), Linear{Name: "l", Out: 5}}},
			{name: "annealed to nothing", in: Vector(20), rows: 6, layers: []Config{annealed(noise(4, 0.3), noiseStep), Linear{Name: "l", Out: 5}}},
		} {
			c.compare(t, d)
		}
	})
}

func annealed(c GaussianNoise, steps int) GaussianNoise {
	c.Anneal = steps
	return c
}

// The gradient of the input alone through images and batch-norms.
func TestBackwardInputOfImages(t *testing.T) {
	const rows = 6
	in := Shape{4, 6, 2}
	configs := []Config{
		Conv2D{Name: "thin", Out: 9, Kernel: 3, Stride: 2, Bias: true, Act: LeakyReLU},
		Conv2D{Name: "conv", Out: 17, Kernel: 5, Stride: 2},
		BatchNorm{Name: "bn", Act: LeakyReLU},
		Reshape{To: Vector(34)},
		Linear{Name: "linear", Out: 11},
		BatchNorm{Name: "shifted", Act: Softplus, ShiftOnly: true},
	}
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "input", Batch{Forward: rows + spareRows, Backward: rows + spareRows, Groups: 2})
		defer b.Free()
		net := b.Sequence(in, configs...)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := tensors{}
		for i, param := range params.All {
			p[param.Name] = random(uint64(100+i), param.Len())
			upload(t, d, param.Value(), narrow(p[param.Name]))
		}
		p["shifted.weight"] = []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
		x, dy := b.tensor("x", rows, in), b.tensor("dy", rows, net.Out)
		xs, dys := random(1, x.elements()), random(2, dy.elements())
		upload(t, d, x.Data, narrow(xs))
		upload(t, d, dy.Data, narrow(dys))
		var dx Tensor
		do(t, d, func(rec *vk.Recorder) {
			rec.Fill(params.Grad.All(), 7)
			net.Forward(rec, x)
			dx = net.BackwardInput(rec, dy)
		})
		oracle := newChain(in, configs, rows, 1, p, tensors{})
		oracle.forward(xs)
		near(t, "dx", download[float32](t, d, dx.Data), oracle.backward(dys), 1)
		for _, word := range download[uint32](t, d, params.Grad.All()) {
			if word != 7 {
				t.Fatal("a parameter got a gradient")
			}
		}
		checkGuards(t, d)
	})
}

// The gradient of the input alone, of the first rows, and under other noise than the last Forward's but one; the parameters' own
// gradients stay what they were.
func TestBackwardInput(t *testing.T) {
	const rows, first, offset = 7, 4, 16
	each(t, func(t *testing.T, d *vk.Device) {
		step := buffer(t, d, 1)
		upload(t, d, step, []uint32{noiseStep})
		configs := func(stream uint32) []Config {
			return []Config{
				Linear{Name: "a", Out: 33, Norm: &WeightNorm{TrainScale: true}, Bias: true, Act: ReLU},
				GaussianNoise{Name: "n", Sigma: 0.5, Stream: Stream{Seed: 3, ID: stream}, Step: step},
				Linear{Name: "b", Out: 10, Bias: true, Act: Softplus},
			}
		}
		b := NewBuilder(d, "input", Batch{Forward: rows, Backward: rows, Groups: 1})
		defer b.Free()
		net := b.Sequence(Vector(17), configs(128)...)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := tensors{}
		for i, param := range params.All {
			p[param.Name] = random(uint64(100+i), param.Len())
			upload(t, d, param.Value(), narrow(p[param.Name]))
		}
		x, dy := b.tensor("x", rows, Vector(17)), b.tensor("dy", first, net.Out)
		xs, dys := random(1, x.elements()), random(2, dy.elements())
		upload(t, d, x.Data, narrow(xs))
		upload(t, d, dy.Data, narrow(dys))
		var y, dx Tensor
		do(t, d, func(rec *vk.Recorder) {
			rec.Fill(params.Grad.All(), 7)
			net.Forward(rec, x)
			y = net.Renoised(offset).Forward(rec, x)
			dx = net.BackwardInput(rec, dy)
		})
		oracle := newChain(Vector(17), configs(128+offset), rows, 1, p, tensors{})
		near(t, "y", download[float32](t, d, y.Data), oracle.forward(xs), 1)
		whole := append(dys, make([]float64, (rows-first)*10)...)
		near(t, "dx", download[float32](t, d, dx.Data), oracle.backward(whole)[:first*17], 1)
		for _, word := range download[uint32](t, d, params.Grad.All()) {
			if word != 7 {
				t.Fatal("a parameter got a gradient")
			}
		}
		checkGuards(t, d)
	})
}
