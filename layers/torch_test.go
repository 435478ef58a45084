package layers

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// pyTorch is what tools/fixture/layers.py found, with its streams.
type pyTorch struct {
	Seed         uint64
	Linear, Conv struct{ Y, Dx, Dweight, Dscale, Dbias []float64 }
	BatchNorm    struct{ Y []float64 } `json:"batch_norm"`
	EMA          struct {
		Decay float32
		Steps int
		Y     []float64
	}
}

const (
	torchX = iota + 1
	torchWeight
	torchScale
	torchBias
	torchDy
	torchMean
	torchVariance
	torchValue // + k: after step k
)

func readPyTorch(t *testing.T) (f pyTorch) {
	t.Helper()
	data, err := os.ReadFile("testdata/layers.json")
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f pyTorch) draw(stream uint32, n int) []float64 {
	x := make([]float64, n)
	for e := range x {
		x[e] = float64(philox.Stream{Seed: f.Seed, ID: stream}.Normal(0, uint32(e)))
	}
	return x
}

// Weight normalisation with softplus, forward and all gradients: the oracle's and the device's.
func TestSmokeWeightNormIsPyTorchs(t *testing.T) {
	f, norm := readPyTorch(t), &WeightNorm{TrainScale: true}
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct {
			name  string
			in    Shape
			rows  int
			layer Config
			want  struct{ Y, Dx, Dweight, Dscale, Dbias []float64 }
		}{
			{"linear", Vector(7), 4, Linear{Name: "l", Out: 5, Norm: norm, Bias: true, Act: Softplus}, f.Linear},
			{"conv", Shape{5, 4, 3}, 2, Conv2D{Name: "l", Out: 6, Kernel: 3, Stride: 2, Norm: norm, Bias: true, Act: Softplus}, f.Conv},
		} {
			b := NewBuilder(d, c.name, Batch{Forward: c.rows, Backward: c.rows, Groups: 1})
			t.Cleanup(b.Free)
			net := b.Sequence(c.in, c.layer)
			params, err := b.Finish(1, 0)
			if err != nil {
				t.Fatal(err)
			}
			x, dy := b.tensor("x", c.rows, c.in), b.tensor("dy", c.rows, net.Out)
			xs, dys, p, dp := f.draw(torchX, x.elements()), f.draw(torchDy, dy.elements()), tensors{}, tensors{}
			upload(t, d, x.Data, narrow(xs))
			upload(t, d, dy.Data, narrow(dys))
			want := tensors{"l.weight": c.want.Dweight, "l.scale": c.want.Dscale, "l.bias": c.want.Dbias}
			streams := map[string]uint32{"l.weight": torchWeight, "l.scale": torchScale, "l.bias": torchBias}
			for _, param := range params.All {
				p[param.Name] = f.draw(streams[param.Name], param.Len())
				upload(t, d, param.Value(), narrow(p[param.Name]))
			}

			oracle := newChain(c.in, []Config{c.layer}, c.rows, 1, p, dp)
			closeTo(t, c.name+": the oracle's y", oracle.forward(xs), c.want.Y)
			closeTo(t, c.name+": the oracle's dx", oracle.backward(dys), c.want.Dx)
			var y, dx Tensor
			do(t, d, func(rec *vk.Recorder) {
				y = net.Forward(rec, x)
				dx = net.Backward(rec, dy, c.rows)
			})
			near(t, c.name+": y", download[float32](t, d, y.Data), c.want.Y, 1)
			near(t, c.name+": dx", download[float32](t, d, dx.Data), c.want.Dx, 1)
			for _, param := range params.All {
				closeTo(t, c.name+": the oracle's gradient of "+param.Name, dp[param.Name], want[param.Name])
				near(t, c.name+": gradient of "+param.Name, download[float32](t, d, param.Grad()), want[param.Name], 1)
			}
		}
	})
}

// Infer, with statistics as a checkpoint brings them back.
func TestSmokeInferIsPyTorchs(t *testing.T) {
	f := readPyTorch(t)
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "norm", Batch{Forward: 4, Backward: 4, Groups: 1})
		t.Cleanup(b.Free)
		net := b.Sequence(Vector(5), BatchNorm{Name: "bn", Act: Softplus})
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		x, variance := b.tensor("x", 4, Vector(5)), f.draw(torchVariance, 5)
		for i, v := range variance {
			variance[i] = math.Abs(v)
		}
		given := tensors{"bn.running_mean": f.draw(torchMean, 5), "bn.running_var": variance}
		p := tensors{"bn.gamma": f.draw(torchScale, 5), "bn.beta": f.draw(torchBias, 5)}
		for _, param := range params.All {
			upload(t, d, param.Value(), narrow(p[param.Name]))
		}
		for _, s := range params.Statistics {
			upload(t, d, s.Range, narrow(given[s.Name]))
		}
		xs := f.draw(torchX, x.elements())
		upload(t, d, x.Data, narrow(xs))
		closeTo(t, "the oracle's y", newChain(Vector(5), []Config{BatchNorm{Name: "bn", Act: Softplus}}, 4, 1, p, tensors{}).infer(xs, given), f.BatchNorm.Y)
		var y Tensor
		do(t, d, func(rec *vk.Recorder) { y = net.Infer(rec, x) })
		near(t, "y", download[float32](t, d, y.Data), f.BatchNorm.Y, 1)
	})
}

// torch.optim.swa_utils' exponential moving average.
func TestSmokeEMAIsPyTorchs(t *testing.T) {
	f := readPyTorch(t)
	const n = 10
	oracle := f.draw(torchValue, n)
	for k := range f.EMA.Steps {
		ref.EMA(float64(f.EMA.Decay), oracle, f.draw(torchValue+1+uint32(k), n))
	}
	closeTo(t, "the oracle's average", oracle, f.EMA.Y)
	each(t, func(t *testing.T, d *vk.Device) {
		b := NewBuilder(d, "arena", Batch{Forward: 1, Backward: 1, Groups: 1})
		t.Cleanup(b.Free)
		p := b.param("p", Constant(0), n)
		params, err := b.Finish(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		upload(t, d, p.Value(), narrow(f.draw(torchValue, n)))
		shadow, err := b.Shadow()
		if err != nil {
			t.Fatal(err)
		}
		step := record(t, d, func(rec *vk.Recorder) { EMA{Decay: f.EMA.Decay}.Step(rec, params, shadow, vk.Range{}) })
		for k := range f.EMA.Steps {
			upload(t, d, p.Value(), narrow(f.draw(torchValue+1+uint32(k), n)))
			run(t, d, step, 1)
		}
		near(t, "average", download[float32](t, d, p.In(shadow)), f.EMA.Y, 0.1)
	})
}

// closeTo fails unless got is want but for the rounding of float64, and of want to 15 digits.
func closeTo(t *testing.T, name string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= 1e-12*(1+math.Abs(w))) {
			t.Errorf("%s: element %d is %.15g, want %.15g", name, i, got[i], w)
			return
		}
	}
}
