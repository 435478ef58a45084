package gan

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"vkgan/internal/mnist"
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// oracle is what both models' oracles, which train in float64 from layers/ref by any recipe, have in common.
type oracle struct {
	seed uint64
	set  *mnist.Set
	step int
	kink float64 // the least size of what a rectifier met, beside the root of the mean square

	value, grad, m, v, average map[string][]float64 // by names such as "D.linear1.weight"; value also has what is not trained
}

// newOracle begins with the parameters that a model has.
func newOracle(t *testing.T, p *pair, set *mnist.Set) oracle {
	t.Helper()
	o := oracle{seed: p.seed, set: set, kink: 1, value: map[string][]float64{}, grad: map[string][]float64{},
		m: map[string][]float64{}, v: map[string][]float64{}, average: map[string][]float64{}}
	for _, ps := range []*layers.Params{p.ParamsG, p.ParamsD} {
		for _, param := range ps.All {
			name := ps.Name + "." + torchName(param.Name)
			o.value[name] = readParam(t, p.dev, param, ps.Value)
			o.m[name], o.v[name] = make([]float64, param.Len()), make([]float64, param.Len())
			o.average[name] = slices.Clone(o.value[name])
		}
		for _, s := range ps.Statistics {
			values, err := s.Read(p.dev)
			if err != nil {
				t.Fatal(err)
			}
			o.value[ps.Name+"."+s.Name] = wide(values)
		}
	}
	return o
}

func (o *oracle) stream(id uint32) philox.Stream { return philox.Stream{Seed: o.seed, ID: id} }

// z is the noise [rows,Dim] of this step.
func (o *oracle) z(n Noise, id uint32, rows int) []float64 {
	z := make([]float64, rows*n.Dim)
	if n.Prior != Sphere {
		low, high := n.bounds()
		o.uniform(id, z, float64(low), float64(high))
		return z
	}
	for i := range z {
		z[i] = float64(o.stream(id).Normal(uint32(o.step), uint32(i)))
	}
	z = ref.ZNorm(z, n.Dim)
	for i := range z {
		z[i] *= float64(n.Scale)
	}
	return z
}

// uniform fills values with this step's numbers of a stream.
func (o *oracle) uniform(id uint32, values []float64, low, high float64) {
	for i := range values {
		values[i] = low + (high-low)*float64(o.stream(id).Uniform(uint32(o.step), uint32(i)))
	}
}

// shuffled is this step's batch [rows,pixels] of the training images.
func (o *oracle) shuffled(id uint32, rows int) []float64 {
	n := o.set.Train.Count
	index := make([]int, rows)
	for r := range index {
		p := (o.step*rows + r) % (n / rows * rows)
		index[r] = int(o.stream(id).Permute(uint32((o.step*rows+r)/(n/rows*rows)), uint32(p), uint32(n)))
	}
	return o.images(index)
}

func (o *oracle) images(index []int) []float64 {
	return ref.Gather(o.set.Train.Pixels, o.set.Train.Height*o.set.Train.Width, index)
}

// noisy is x with noise of this step.
func (o *oracle) noisy(id uint32, sigma float64, x []float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		y[i] += sigma * float64(o.stream(id).Normal(uint32(o.step), uint32(i)))
	}
	return y
}

// warped is images, warped by this step's maps of a stream.
func (o *oracle) warped(id uint32, i Information, images []float64) []float64 {
	h, w := o.set.Train.Height, o.set.Train.Width
	by := make([]float64, 6*len(images)/(h*w))
	o.uniform(id, by, -1, 1)
	return ref.Warp(images, by, h, w, float64(i.WarpSpread), float64(i.WarpShift))
}

// inform is the losses of the logits of real images and of the same, warped, if there are any, and the gradients of both.
func (o *oracle) inform(i Information, logits, warped []float64, classes int) (losses, d []float64) {
	if !i.informs() {
		return nil, make([]float64, len(logits))
	}
	entropy, uncertainty, d := ref.CodeInformation(logits, classes, float64(i.WeightBalance), float64(i.WeightCertainty))
	losses = []float64{entropy, uncertainty}
	if i.warps() {
		divergence, dWarped := ref.SoftmaxDivergence(warped, logits, classes)
		losses, d = append(losses, divergence), append(d, weighted(i.WeightWarp, dWarped)...)
	}
	return losses, d
}

// weighted multiplies a gradient by a loss's weight.
func weighted(weight float32, d []float64) []float64 {
	for i := range d {
		d[i] *= float64(weight)
	}
	return d
}

// activate is act of z.
func (o *oracle) activate(act ref.Activation, z []float64) []float64 {
	if act.Name == ref.ReLU.Name || act.Name == ref.LeakyReLU.Name {
		least, squares := math.Inf(1), 0.0
		for _, v := range z {
			least, squares = min(least, math.Abs(v)), squares+v*v
		}
		o.kink = min(o.kink, least/math.Sqrt(squares/float64(len(z))))
	}
	return act.Forward(z)
}

// firstClear is the first seed with which float32 sees everything that a rectifier meets in so many steps on the side of 0 on
// which it is: one element on the other side changes a small network's gradients by a hundredth. begin makes an oracle.
func firstClear(t *testing.T, steps int, begin func(seed uint64) (o *oracle, train func() []float64)) uint64 {
	t.Helper()
	const seeds = 100
	for seed := uint64(1); seed <= seeds; seed++ {
		o, train := begin(seed)
		for range steps {
			train()
		}
		if o.kink > 1e-5 {
			return seed
		}
	}
	t.Fatalf("with none of %d seeds rectifiers are clear of 0", seeds)
	return 0
}

// learn is Adam's step of the parameters that a filter lets through.
func (o *oracle) learn(by Optimiser, rate float32, of func(name string) bool) {
	d := by.decay()
	adam := ref.Adam{Rate: float64(rate), Beta1: float64(by.Beta1), Beta2: float64(by.Beta2), Eps: float64(by.Eps),
		EpsInside: by.EpsInside, Decay: d.Steps, End: d.End}
	for name, m := range o.m {
		if of(name) {
			adam.Step(o.step+1, o.value[name], o.grad[name], m, o.v[name])
		}
	}
}

// endStep is a step of the averages whose decay is not 0, by network.
func (o *oracle) endStep(decay map[string]float32, warmUp bool) {
	for name, average := range o.average {
		if d := decay[name[:1]]; d > 0 {
			d := float64(d)
			if warmUp {
				d = ref.WarmDecay(d, o.step+1)
			}
			ref.EMA(d, average, o.value[name])
		}
	}
	o.step++
}

// follow holds a model's steps against the oracle's, which train does and gives the figures of: figures, gradients, and how far
// the parameters go. Adam divides gradients by their size, so that where they all but vanish, float32 can tell little of a step;
// each begins with the parameters that the device came to, lest small differences grow.
func (o *oracle) follow(t *testing.T, model Model, p *pair, train func() []float64, steps int) {
	t.Helper()
	replay := replayer(t, p.dev, model)
	for step := range steps {
		before, averageBefore := map[string][]float64{}, map[string][]float64{}
		for name := range o.m {
			before[name], averageBefore[name] = slices.Clone(o.value[name]), slices.Clone(o.average[name])
		}
		replay(1)
		want := train()
		got, err := model.Figures(step)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d figures, want %d", len(got), len(want))
		}
		for i, name := range p.names {
			if !(math.Abs(got[i]-want[i]) <= 2e-4*(1+math.Abs(want[i]))) {
				t.Errorf("step %d: %s is %.8g, want %.8g", step, name, got[i], want[i])
			}
		}
		for _, ps := range []*layers.Params{p.ParamsG, p.ParamsD} {
			for _, param := range ps.All {
				name := ps.Name + "." + torchName(param.Name)
				if step == 0 {
					within := 1e-4
					if name == "G.deconv2.bias" {
						within = 1e-3 // a long sum that cancels
					}
					closeTo(t, name+"'s gradient", readParam(t, p.dev, param, ps.Grad), o.grad[name], nil, within)
				}
				got := readParam(t, p.dev, param, ps.Value)
				closeTo(t, fmt.Sprintf("%s after %d steps", name, step+1), got, o.value[name], before[name], 3e-3)
				o.value[name] = got
				if average := map[string]*vk.Buffer{"G": p.averageG, "D": p.averageD}[ps.Name]; average != nil {
					got := readParam(t, p.dev, param, average)
					closeTo(t, fmt.Sprintf("%s's average after %d steps", name, step+1), got, o.average[name], averageBefore[name], 3e-3)
					o.average[name] = got
				}
			}
		}
	}
}

// closeTo compares by the size of the difference beside that of what is wanted, less from where it began.
func closeTo(t *testing.T, name string, got, want, from []float64, within float64) {
	t.Helper()
	var off, size float64
	for i, w := range want {
		gone := w
		if from != nil {
			gone -= from[i]
		}
		off += (got[i] - w) * (got[i] - w)
		size += gone * gone
	}
	if !(math.Sqrt(off) <= within*math.Sqrt(size)) {
		t.Errorf("%s is off by %.3g of its size", name, math.Sqrt(off/size))
	}
}
