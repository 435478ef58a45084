package layers

import (
	"math"
	"testing"

	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// Scales, trained or not, biases and what the network makes of the batch, against the definition; layers without a scale or
// a bias keep what they have.
func TestInitialiseFrom(t *testing.T) {
	const rows = 9
	in, trained := Shape{5, 4, 2}, &WeightNorm{TrainScale: true}
	each(t, func(t *testing.T, d *vk.Device) {
		step := buffer(t, d, 1)
		upload(t, d, step, []uint32{noiseStep})
		configs := []Config{
			Conv2D{Name: "conv", Out: 11, Kernel: 3, Stride: 2, Norm: trained, Bias: true, Act: LeakyReLU},
			GaussianNoise{Name: "noise", Sigma: 3, Stream: philox.Stream{Seed: 3, ID: 9}, Step: step},
			BatchNorm{Name: "bn"},
			Linear{Name: "unbiased", Out: 21, Norm: trained},
			Linear{Name: "given", Out: 8, Norm: &WeightNorm{InitScale: true}, Bias: true, Act: ReLU},
			Linear{Name: "scaleless", Out: 6, Norm: &WeightNorm{}, Bias: true},
			Linear{Name: "last", Out: 4, Norm: trained, Bias: true},
		}
		b := NewBuilder(d, "net", Batch{Forward: rows + spareRows, Backward: rows, Groups: 3})
		t.Cleanup(b.Free)
		net := b.Sequence(in, configs...)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		x := b.tensor("x", rows, in)
		poison(t, d, b)
		p := tensors{}
		for i, param := range params.All {
			p[param.Name] = random(uint64(100+i), param.Len())
			upload(t, d, param.Value(), narrow(p[param.Name]))
		}
		for _, s := range params.Statistics {
			p[s.Name] = random(7, int(s.Range.Bytes()/4))
			upload(t, d, s.Range, narrow(p[s.Name]))
		}
		xs := random(1, x.elements())
		upload(t, d, x.Data, narrow(xs))
		var y Tensor
		do(t, d, func(rec *vk.Recorder) { y = net.InitialiseFrom(rec, x.InGroups(3)) })

		shape := in
		for _, config := range configs {
			switch c := config.(type) {
			case Conv2D:
				c.Act = Identity
				initialiseOracle(c.Name, c, shape, xs, rows, p)
			case Linear:
				c.Act = Identity
				if c.Name == "last" || c.Name == "given" {
					initialiseOracle(c.Name, c, shape, xs, rows, p)
				}
			}
			var l oracle
			l, shape = newOracle(shape, config, rows, 1, p, tensors{})
			xs = l.forward(xs)
		}
		near(t, "y", download[float32](t, d, y.Data), xs, 1)
		for _, param := range params.All {
			near(t, param.Name, download[float32](t, d, param.Value()), p[param.Name], 1)
		}
		for _, s := range params.Statistics {
			if s.Name == "given.scale" {
				near(t, s.Name, download[float32](t, d, s.Range), p[s.Name], 1)
			}
		}
	})
}

// initialiseOracle sets a layer's scale and bias, by which the layer without activation then normalises xs.
func initialiseOracle(name string, config Config, in Shape, xs []float64, rows int, p tensors) {
	scale, bias := p[name+".scale"], p[name+".bias"]
	for c := range scale {
		scale[c], bias[c] = 1, 0
	}
	layer, out := newOracle(in, config, rows, 1, p, tensors{})
	mean, variance := ref.BatchNorm{Rows: rows * out.H * out.W, C: out.C, Groups: 1}.Statistics(layer.forward(xs))
	for c := range scale {
		scale[c] = 1 / math.Sqrt(variance[c]+initialEps)
		bias[c] = -mean[c] * scale[c]
	}
}
