package layers

import (
	"fmt"
	"testing"

	"vkgan/internal/philox"
	"vkgan/vk"
)

// Statistics that Calibrate leaves, and what Infer makes of them, against the oracle; and bit by bit the same answer for
// an image alone and in any batch.
func TestCalibration(t *testing.T) {
	const rows, batches = 8, 3
	in := Vector(1100) // so long that the first product is split
	each(t, func(t *testing.T, d *vk.Device) {
		step := buffer(t, d, 1)
		noise := GaussianNoise{Name: "noise", Sigma: 3, Stream: philox.Stream{Seed: 3, ID: 9}, Step: step}
		configs := []Config{
			noise,
			Linear{Name: "linear1", Out: 2 * 3 * 9},
			BatchNorm{Name: "bn1", Act: Softplus},
			Reshape{To: Shape{2, 3, 9}},
			Deconv2D{Name: "deconv1", Out: 9, Kernel: 4, Stride: 2},
			BatchNorm{Name: "bn2", Act: LeakyReLU, Eps: 1e-2},
			noise,
			Conv2D{Name: "conv1", Out: 10, Kernel: 3, Stride: 2, Norm: &WeightNorm{TrainScale: true}, Bias: true, Act: ReLU},
			Linear{Name: "linear2", Out: 5, Norm: &WeightNorm{}, Bias: true},
		}
		b := NewBuilder(d, "net", Batch{Forward: rows, Backward: rows, Groups: 2})
		t.Cleanup(b.Free)
		net := b.Sequence(in, configs...)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		x := b.tensor("x", rows, in)
		for _, s := range params.Statistics {
			first := float32(0)
			if s.Name == "bn1.running_var" || s.Name == "bn2.running_var" {
				first = 1
			}
			for _, v := range download[float32](t, d, s.Range) {
				if v != first {
					t.Fatalf("%s begins as %g", s.Name, v)
				}
			}
		}
		poison(t, d, b)
		p := tensors{}
		for i, param := range params.All {
			p[param.Name] = random(uint64(100+i), param.Len())
			upload(t, d, param.Value(), narrow(p[param.Name]))
		}

		begin := record(t, d, net.BeginCalibration)
		calibrate := record(t, d, func(rec *vk.Recorder) { net.Calibrate(rec, x.InGroups(2), batches) })
		oracle, want := newChain(in, configs, rows, 1, p, tensors{}), tensors{}
		run(t, d, begin, 1)
		for k := range batches {
			xs := random(uint64(k), x.elements())
			upload(t, d, x.Data, narrow(xs))
			run(t, d, calibrate, 1)
			oracle.calibrate(xs, 1.0/batches, want)
		}
		if len(params.Statistics) != 4 || len(want) != 4 {
			t.Fatalf("%d statistics, the oracle has %d, want 4", len(params.Statistics), len(want))
		}
		for _, s := range params.Statistics {
			near(t, s.Name, download[float32](t, d, s.Range), want[s.Name], 1)
		}

		xs := random(50, x.elements())
		upload(t, d, x.Data, narrow(xs))
		var whole []float32
		parts := [][2]int{{0, rows}, {0, 1}, {3, 4}, {7, 8}, {1, 6}}
		if !d.CPU() {
			parts = parts[:3] // its kernels take long to compile on a processor, for each number of rows
		}
		for _, c := range parts {
			var y Tensor
			part := x.Part(c[0], c[1])
			if part.Rows == rows {
				part = part.InGroups(2) // which Infer does not mind
			}
			do(t, d, func(rec *vk.Recorder) { y = net.Infer(rec, part) })
			got := download[float32](t, d, y.Data)
			if whole == nil {
				whole = got
				near(t, "Infer", got, oracle.infer(xs, want), 1)
			}
			equal(t, fmt.Sprintf("rows %d to %d", c[0], c[1]), got, whole[c[0]*net.Out.Size():c[1]*net.Out.Size()])
		}
		for _, s := range params.Statistics {
			near(t, s.Name+" after Infer", download[float32](t, d, s.Range), want[s.Name], 1)
		}
	})
}
