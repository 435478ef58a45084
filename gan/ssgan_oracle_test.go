package gan

import (
	"fmt"
	"slices"
	"testing"

	"vkgan/internal/mnist"
	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// ssganOracle trains SSGAN in float64, from layers/ref, by any recipe.
type ssganOracle struct {
	oracle
	r      SSGANRecipe
	chosen []uint32
}

func newSSGANOracle(t *testing.T, m *SSGAN, set *mnist.Set) *ssganOracle {
	t.Helper()
	return &ssganOracle{newOracle(t, &m.pair, set), m.recipe, m.chosen}
}

// latents is z [B,z] of this step.
func (o *ssganOracle) latents(id uint32) []float64 { return o.z(o.r.space().Noise, id, o.r.BatchSize) }

// unlabelled is this step's unlabelled images [B,pixels].
func (o *ssganOracle) unlabelled(id uint32) []float64 { return o.shuffled(id, o.r.BatchSize) }

// labelled is this step's labelled images [B,pixels] and their classes.
func (o *ssganOracle) labelled() ([]float64, []int) {
	b, n := o.r.BatchSize, len(o.chosen)
	index, class := make([]int, b), make([]int, b)
	for r := range index {
		p := o.step*b + r
		index[r] = int(o.chosen[o.stream(philox.StreamLabelledBatch).Permute(uint32(p/n), uint32(p%n), uint32(n))])
		class[r] = int(o.set.TrainLabels[index[r]])
	}
	images := o.images(index)
	if o.r.WarpLabelled {
		images = o.warped(philox.StreamLabelledWarp, o.r.Information, images)
	}
	return images, class
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
	d.y = o.activate(act, d.layer.Forward(x, d.w, o.value[name+".bias"]))
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
	norm := ref.BatchNorm{Rows: b, C: ssganGenerator[0], Groups: 1, Eps: 1e-5}
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

// ahead is x [rows,…] with the noise ahead of D's layer k.
func (o *ssganOracle) ahead(k int, first uint32, x []float64) []float64 {
	sigma := o.r.NoiseHidden
	if k == 0 {
		sigma = o.r.NoiseInput
	}
	return o.noisy(first+uint32(k), float64(sigma), x)
}

// features are D's of images x, and the layers that made them.
func (o *ssganOracle) features(x []float64, rows int, noise uint32) (h []float64, trunk []*dense) {
	h = x
	for k := range 5 {
		d := o.dense(fmt.Sprintf("D.linear%d", k+1), o.ahead(k, noise, h), rows, true, ref.ReLU)
		h, trunk = d.y, append(trunk, d)
	}
	return h, trunk
}

func (o *ssganOracle) update(network string) {
	o.learn(o.r.Optimiser, o.r.Rate, func(name string) bool { return name[:1] == network })
}

// train does one step and gives its figures.
func (o *ssganOracle) train() []float64 {
	b := o.r.BatchSize
	classes := o.set.Classes
	fake, intoG := o.make(o.latents(philox.StreamZ))
	known, target := o.labelled()
	kinds := [][]float64{fake, known, o.unlabelled(philox.StreamPermutation)}
	if o.r.warps() {
		kinds = append(kinds, o.warped(philox.StreamWarp, o.r.Information, kinds[2]))
	}
	rows := len(kinds) * b
	features, trunk := o.features(slices.Concat(kinds...), rows, philox.StreamNoise)
	head := o.dense("D.linear6", o.ahead(5, philox.StreamNoise, features), rows, true, ref.Identity)

	part := func(values []float64, k int) []float64 { return values[k*b*classes:][:b*classes] }
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
	ofReal, dInformation := o.inform(o.r.Information, part(head.y, 2), head.y[3*b*classes:], classes)
	d := o.back(head, slices.Concat(weighted(o.r.WeightFake, dFake), weighted(o.r.WeightLabelled, dClass), sum2(weighted(o.r.WeightReal, dReal), dInformation)), true)
	for _, layer := range slices.Backward(trunk) {
		d = o.back(layer, d, true)
	}
	real := 2 * b
	if o.r.DFirst {
		o.update("D")
		fake, intoG = o.make(o.latents(philox.StreamFreshZ))
		rows, real = 2*b, b
		features, trunk = o.features(slices.Concat(fake, o.unlabelled(philox.StreamFreshPermutation)), rows, philox.StreamFreshNoise)
	}
	var dMatch []float64
	width := len(features) / rows
	figures[ssganMatch], dMatch = ref.FeatureMatching(features[:b*width], features[real*width:][:b*width], width)
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
	o.endStep(map[string]float32{"G": o.r.EMADecay, "D": o.r.EMADecay}, o.r.EMAWarmUp)
	return append(figures, ofReal...)
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
		model := func(seed uint64) *SSGAN { return newSSGAN(t, d, r, set, seed) }
		m := model(firstClear(t, steps, func(seed uint64) (*oracle, func() []float64) {
			o := newSSGANOracle(t, model(seed), set)
			return &o.oracle, o.train
		}))
		o := newSSGANOracle(t, m, set)
		o.follow(t, m, &m.pair, o.train, steps)
	}
	best := SSGANBest()
	alone := map[string]func(*SSGANRecipe){
		"nothing": func(*SSGANRecipe) {},
		"loss weights": func(r *SSGANRecipe) {
			r.WeightLabelled, r.WeightReal, r.WeightFake = best.WeightLabelled, best.WeightReal, best.WeightFake
		},
		"eps inside":     func(r *SSGANRecipe) { r.EpsInside = true },
		"rate decay":     func(r *SSGANRecipe) { r.RateDecay = best.RateDecay },
		"initialisation": func(r *SSGANRecipe) { r.InitImages = best.InitImages },
		"information": func(r *SSGANRecipe) {
			r.Information = Information{WeightBalance: 2, WeightCertainty: 0.5, WeightWarp: 1, WarpSpread: 0.25, WarpShift: 1}
		},
		"warped labelled images": func(r *SSGANRecipe) { r.WarpLabelled, r.WarpSpread, r.WarpShift = true, 0.25, 1 },
		"average":                func(r *SSGANRecipe) { r.EMADecay, r.EMAWarmUp = best.EMADecay, best.EMAWarmUp },
		"D first":                func(r *SSGANRecipe) { r.DFirst = true },
		"uniform z":              func(r *SSGANRecipe) { r.ZPrior = Uniform },
		"shifts alone":           func(r *SSGANRecipe) { r.GShiftOnly = true },
		"a normalised output":    func(r *SSGANRecipe) { r.GOutputNorm = true },
	}
	families(t, func(t *testing.T, d *vk.Device) {
		t.Run("best", func(t *testing.T) { test(t, d, small(best)) })
		if d.CPU() && !onSlowDriver {
			t.Run("best, as published", func(t *testing.T) {
				asPublished(t)
				test(t, d, small(best))
			})
		}
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
