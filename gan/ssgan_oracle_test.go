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

// ssganOracle trains SSGAN in float64, from layers/ref, by any recipe.
type ssganOracle struct {
	r      SSGANRecipe
	seed   uint64
	set    *mnist.Set
	chosen []uint32
	step   int

	value, grad, m, v, average map[string][]float64 // by names such as "D.linear1.weight"; value also has what is not trained
}

// newSSGANOracle begins with the parameters that a model has.
func newSSGANOracle(t *testing.T, m *SSGAN, set *mnist.Set) *ssganOracle {
	t.Helper()
	o := &ssganOracle{r: m.recipe, seed: m.seed, set: set, chosen: m.chosen, value: map[string][]float64{}, grad: map[string][]float64{},
		m: map[string][]float64{}, v: map[string][]float64{}, average: map[string][]float64{}}
	for _, ps := range []*layers.Params{m.ParamsG, m.ParamsD} {
		for _, p := range ps.All {
			name := ps.Name + "." + torchName(p.Name)
			o.value[name] = readParam(t, m.dev, p, ps.Value)
			o.m[name], o.v[name] = make([]float64, p.Len()), make([]float64, p.Len())
			o.average[name] = slices.Clone(o.value[name])
		}
		for _, s := range ps.Statistics {
			values, err := s.Read(m.dev)
			if err != nil {
				t.Fatal(err)
			}
			o.value[ps.Name+"."+s.Name] = wide(values)
		}
	}
	return o
}

func (o *ssganOracle) stream(id uint32) philox.Stream { return philox.Stream{Seed: o.seed, ID: id} }

// latents is z [B,z] of this step.
func (o *ssganOracle) latents(id uint32) []float64 {
	z := make([]float64, o.r.BatchSize*o.r.ZDim)
	for i := range z {
		if o.r.ZPrior == Sphere {
			z[i] = float64(o.stream(id).Normal(uint32(o.step), uint32(i)))
		} else {
			low, high := o.r.ZPrior.bounds()
			z[i] = float64(low) + float64(high-low)*float64(o.stream(id).Uniform(uint32(o.step), uint32(i)))
		}
	}
	if o.r.ZPrior == Sphere {
		return ref.ZNorm(z, o.r.ZDim)
	}
	return z
}

// unlabelled is this step's unlabelled images [B,pixels].
func (o *ssganOracle) unlabelled(id uint32) []float64 {
	b, n := o.r.BatchSize, o.set.Train.Count
	index := make([]int, b)
	for r := range index {
		p := (o.step*b + r) % (n / b * b)
		index[r] = int(o.stream(id).Permute(uint32((o.step*b+r)/(n/b*b)), uint32(p), uint32(n)))
	}
	return o.images(index)
}

// labelled is this step's labelled images [B,pixels] and their classes.
func (o *ssganOracle) labelled() ([]float64, []int) {
	b, n := o.r.BatchSize, len(o.chosen)
	index, class := make([]int, b), make([]int, b)
	for r := range index {
		p := o.step*b + r
		index[r] = int(o.chosen[o.stream(philox.StreamLabelledBatch).Permute(uint32(p/n), uint32(p%n), uint32(n))])
		class[r] = int(o.set.TrainLabels[index[r]])
	}
	return o.images(index), class
}

func (o *ssganOracle) images(index []int) []float64 {
	return ref.Gather(o.set.Train.Pixels, o.set.Train.Height*o.set.Train.Width, index)
}

// dense is a linear layer of a pass: its operands, and its weight as weight norm makes it.
type dense struct {
	name    string
	x, w, y []float64
	layer   ref.Linear
	norm    bool
	act     ref.Activation
}

// dense is the layer of a name forward; bias and scale are there or not.
func (o *ssganOracle) dense(name string, x []float64, rows int, norm bool, act ref.Activation) *dense {
	v := o.value[name+".weight"]
	in := len(x) / rows
	d := &dense{name: name, x: x, w: v, layer: ref.Linear{Rows: rows, In: in, Out: len(v) / in}, norm: norm, act: act}
	if norm {
		d.w = d.weightNorm().Forward(v, o.scale(d))
	}
	d.y = act.Forward(d.layer.Forward(x, d.w, o.value[name+".bias"]))
	return d
}

func (d *dense) weightNorm() ref.WeightNorm {
	return ref.WeightNorm{Rows: d.layer.In, C: d.layer.Out, Eps: 1e-6}
}

func (o *ssganOracle) scale(d *dense) []float64 {
	if s, found := o.value[d.name+".scale"]; found {
		return s
	}
	return slices.Repeat([]float64{1}, d.layer.Out)
}

// back is a layer backward: dx, and, with learns, the gradients of its parameters.
func (o *ssganOracle) back(d *dense, dy []float64, learns bool) []float64 {
	dz := d.act.Backward(dy, d.y)
	if learns {
		dw := d.layer.BackwardWeight(d.x, dz)
		if d.norm {
			var ds []float64
			dw, ds = d.weightNorm().Backward(dw, o.value[d.name+".weight"], o.scale(d))
			o.grad[d.name+".scale"] = ds
		}
		o.grad[d.name+".weight"], o.grad[d.name+".bias"] = dw, ref.ColumnSums(dz, d.layer.Out)
	}
	return d.layer.BackwardData(dz, d.w)
}

// make is G's images of z, and what takes their gradient back into G.
func (o *ssganOracle) make(z []float64) (fake []float64, back func(dfake []float64)) {
	b := o.r.BatchSize
	var hidden []*dense
	var outs [][]float64
	norm := ref.BatchNorm{Rows: b, C: 500, Groups: 1, Eps: 1e-5}
	h := z
	for _, k := range []string{"1", "2"} {
		d := o.dense("G.linear"+k, h, b, false, ref.Identity)
		y, _, _ := norm.Forward(d.y, o.value["G.bn"+k+".weight"], o.value["G.bn"+k+".bias"])
		h = ref.Softplus.Forward(y)
		hidden, outs = append(hidden, d), append(outs, h)
	}
	last := o.dense("G.linear3", h, b, o.r.GOutputNorm, ref.Sigmoid)
	return last.y, func(dfake []float64) {
		dh := o.back(last, dfake, true)
		for i := len(hidden) - 1; i >= 0; i-- {
			name := fmt.Sprintf("G.bn%d", i+1)
			dx, dgamma, dbeta := norm.Backward(ref.Softplus.Backward(dh, outs[i]), hidden[i].y, o.value[name+".weight"])
			o.grad[name+".weight"], o.grad[name+".bias"] = dgamma, dbeta
			dh = o.back(hidden[i], dx, true)
		}
	}
}

// noisy is x [rows,…] with the noise ahead of D's layer k.
func (o *ssganOracle) noisy(k int, first uint32, x []float64) []float64 {
	sigma := o.r.NoiseHidden
	if k == 0 {
		sigma = o.r.NoiseInput
	}
	y := slices.Clone(x)
	for i := range y {
		y[i] += float64(sigma) * float64(o.stream(first+uint32(k)).Normal(uint32(o.step), uint32(i)))
	}
	return y
}

// features are D's of images x, and the layers that made them.
func (o *ssganOracle) features(x []float64, rows int, noise uint32) (h []float64, trunk []*dense) {
	h = x
	for k := range 5 {
		d := o.dense(fmt.Sprintf("D.linear%d", k+1), o.noisy(k, noise, h), rows, true, ref.ReLU)
		h, trunk = d.y, append(trunk, d)
	}
	return h, trunk
}

// update is Adam's, of one network, and then forgets the gradients.
func (o *ssganOracle) update(network string) {
	d := o.r.decay()
	adam := ref.Adam{Rate: float64(o.r.Rate), Beta1: float64(o.r.Beta1), Beta2: float64(o.r.Beta2), Eps: float64(o.r.Eps),
		EpsInside: o.r.EpsInside, Decay: d.Steps, End: d.End}
	for name, m := range o.m {
		if name[:1] == network {
			adam.Step(o.step+1, o.value[name], o.grad[name], m, o.v[name])
		}
	}
}

// train does one step and gives its figures.
func (o *ssganOracle) train() []float64 {
	b := o.r.BatchSize
	classes := o.set.Classes
	fake, intoG := o.make(o.latents(philox.StreamZ))
	known, target := o.labelled()
	x := slices.Concat(fake, known, o.unlabelled(philox.StreamPermutation))
	features, trunk := o.features(x, 3*b, philox.StreamNoise)
	head := o.dense("D.linear6", o.noisy(5, philox.StreamNoise, features), 3*b, true, ref.Identity)

	part := func(values []float64, k int) []float64 { return values[k*len(values)/3:][:len(values)/3] }
	lossFake, dFake := ref.LogSumExpCrossEntropy(part(head.y, 0), 0, classes)
	lossClass, dClass := ref.SoftmaxCrossEntropy(part(head.y, 1), target, classes)
	lossReal, dReal := ref.LogSumExpCrossEntropy(part(head.y, 2), 1, classes)
	right := func(logits []float64, real bool) (share float64) {
		for r := range b {
			if ref.LogSumExp(logits[r*classes:][:classes]) > 0 == real {
				share += 1 / float64(b)
			}
		}
		return share
	}
	figures := []float64{lossClass, lossReal, right(part(head.y, 2), true), lossFake, right(part(head.y, 0), false), 0}
	weighted := func(weight float32, d []float64) []float64 {
		for i := range d {
			d[i] *= float64(weight)
		}
		return d
	}
	d := o.back(head, slices.Concat(weighted(o.r.WeightFake, dFake), weighted(o.r.WeightLabelled, dClass), weighted(o.r.WeightReal, dReal)), true)
	for _, layer := range slices.Backward(trunk) {
		d = o.back(layer, d, true)
	}
	rows := 3 * b
	if o.r.DFirst {
		o.update("D")
		fake, intoG = o.make(o.latents(philox.StreamFreshZ))
		rows = 2 * b
		features, trunk = o.features(slices.Concat(fake, o.unlabelled(philox.StreamFreshPermutation)), rows, philox.StreamFreshNoise)
	}
	var dMatch []float64
	width := len(features) / rows
	figures[ssganMatch], dMatch = ref.FeatureMatching(features[:b*width], features[(rows-b)*width:], width)
	d = make([]float64, len(features)) // of the other images 0
	copy(d, dMatch)
	for _, layer := range slices.Backward(trunk) {
		d = o.back(layer, d, false)
	}
	intoG(d[:len(fake)])
	if !o.r.DFirst {
		o.update("D")
	}
	o.update("G")
	for name, average := range o.average {
		if o.r.EMADecay > 0 {
			ref.EMA(float64(o.r.EMADecay), average, o.value[name])
		}
	}
	o.step++
	return figures
}

// follow holds a model's steps against the oracle's: figures, gradients, and how far the parameters have gone. Adam divides
// gradients by their size, so that where they all but vanish, float32 can tell little of a step.
func (o *ssganOracle) follow(t *testing.T, m *SSGAN, steps int) {
	t.Helper()
	replay, first := replayer(t, m.dev, m), map[string][]float64{}
	for name := range o.m {
		first[name] = slices.Clone(o.value[name])
	}
	for step := range steps {
		replay(1)
		want := o.train()
		got, err := m.Figures(step)
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range ssganFigures {
			if !(math.Abs(got[i]-want[i]) <= 2e-4*(1+math.Abs(want[i]))) {
				t.Errorf("step %d: %s is %.8g, want %.8g", step, name, got[i], want[i])
			}
		}
		for _, ps := range []*layers.Params{m.ParamsG, m.ParamsD} {
			for _, p := range ps.All {
				name := ps.Name + "." + torchName(p.Name)
				if step == 0 {
					closeTo(t, name+"'s gradient", readParam(t, m.dev, p, ps.Grad), o.grad[name], nil, 1e-4)
				}
				closeTo(t, fmt.Sprintf("%s after %d steps", name, step+1), readParam(t, m.dev, p, ps.Value), o.value[name], first[name], 2e-2)
				if average := map[string]*vk.Buffer{"G": m.averageG, "D": m.average}[ps.Name]; average != nil {
					closeTo(t, fmt.Sprintf("%s's average after %d steps", name, step+1), readParam(t, m.dev, p, average), o.average[name], first[name], 2e-2)
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

// Each ingredient of recipe best by itself on top of the reference, and all of them.
func TestSSGANStepIsTheOracles(t *testing.T) {
	const steps = 3
	small := func(r SSGANRecipe) SSGANRecipe {
		r.ClassLabels, r.BatchSize, r.ZDim, r.InitImages = 2, 6, 7, min(r.InitImages, 20)
		r.EMADecay = min(r.EMADecay, 0.75)
		if r.RateDecay > 0 {
			r.RateDecay, r.PlannedSteps = 0.75, 4
		}
		return r
	}
	set := everyClass(60, 30, 8, 8, 3)
	test := func(t *testing.T, d *vk.Device, r SSGANRecipe) {
		m := newSSGAN(t, d, r, set, 1)
		newSSGANOracle(t, m, set).follow(t, m, steps)
	}
	best := SSGANBest()
	alone := map[string]func(*SSGANRecipe){
		"nothing": func(*SSGANRecipe) {},
		"loss weights": func(r *SSGANRecipe) {
			r.WeightLabelled, r.WeightReal, r.WeightFake = best.WeightLabelled, best.WeightReal, best.WeightFake
		},
		"eps inside":          func(r *SSGANRecipe) { r.EpsInside = true },
		"rate decay":          func(r *SSGANRecipe) { r.RateDecay = best.RateDecay },
		"initialisation":      func(r *SSGANRecipe) { r.InitImages = best.InitImages },
		"average":             func(r *SSGANRecipe) { r.EMADecay = best.EMADecay },
		"D first":             func(r *SSGANRecipe) { r.DFirst = true },
		"uniform z":           func(r *SSGANRecipe) { r.ZPrior = Uniform },
		"shifts alone":        func(r *SSGANRecipe) { r.GShiftOnly = true },
		"a normalised output": func(r *SSGANRecipe) { r.GOutputNorm = true },
	}
	families(t, func(t *testing.T, d *vk.Device) {
		t.Run("best", func(t *testing.T) { test(t, d, small(best)) })
		if !d.CPU() && d.Info().Type == vk.CPU {
			return // a processor takes long for a GPU's kernels
		}
		for name, change := range alone {
			r := SSGANReference()
			change(&r)
			t.Run(name, func(t *testing.T) { test(t, d, small(r)) })
		}
	})
}
