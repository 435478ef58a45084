package gan

import (
	"math"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/mnist"
	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// infoGANOracle trains InfoGAN in float64, from layers/ref, by any recipe.
type infoGANOracle struct {
	oracle
	r InfoGANRecipe
	h int // of an image's side
}

func newInfoGANOracle(t *testing.T, m *InfoGAN, set *mnist.Set) *infoGANOracle {
	t.Helper()
	return &infoGANOracle{newOracle(t, &m.pair, set), m.recipe, set.Train.Height}
}

// latents are [z, code, continuous codes] of this step, the codes and the continuous codes.
func (o *infoGANOracle) latents(of latentStreams) (latents []float64, code []int, continuous []float64) {
	b, space := o.r.BatchSize, o.r.space()
	z := o.z(space.Noise, of.z, b)
	code, continuous = make([]int, b), make([]float64, b*space.Continuous)
	for r := range code {
		code[r] = int(o.stream(of.code).Below(uint32(o.step), uint32(r), uint32(space.Codes)))
	}
	o.uniform(of.continuous, continuous, -1, 1)
	hot := ref.OneHot(code, space.Codes)
	for r := range b {
		latents = slices.Concat(latents, z[r*space.Noise.Dim:][:space.Noise.Dim], hot[r*space.Codes:][:space.Codes], continuous[r*space.Continuous:][:space.Continuous])
	}
	return latents, code, continuous
}

// A layer gives y, and backward: dx of a gradient of y, which may be of more rows than y by whole groups, whose first rows give
// the gradients of the parameters unless they are not to learn.
type layerOracle func(x []float64) (y []float64, back func(dy []float64, learns bool) []float64)

// through puts layers one behind the other.
func through(x []float64, layers ...layerOracle) ([]float64, func(dy []float64, learns bool) []float64) {
	var backs []func([]float64, bool) []float64
	for _, l := range layers {
		y, back := l(x)
		x, backs = y, append(backs, back)
	}
	return x, func(dy []float64, learns bool) []float64 {
		for _, back := range slices.Backward(backs) {
			dy = back(dy, learns)
		}
		return dy
	}
}

func (o *infoGANOracle) linear(name string, rows int) layerOracle {
	return func(x []float64) ([]float64, func([]float64, bool) []float64) {
		w := slices.Clone(o.value[name+".weight"])
		in := len(x) / rows
		l := ref.Linear{Rows: rows, In: in, Out: len(w) / in}
		y := l.Forward(x, w, o.value[name+".bias"])
		return y, func(dy []float64, learns bool) []float64 {
			if own := dy[:min(len(dy), len(y))]; learns {
				o.grad[name+".weight"], o.grad[name+".bias"] = l.BackwardWeight(x, own), ref.ColumnSums(own, l.Out)
			}
			longer := l
			longer.Rows = len(dy) / l.Out
			return longer.BackwardData(dy, w)
		}
	}
}

func (o *infoGANOracle) norm(name string, groups int, act ref.Activation) layerOracle {
	return func(x []float64) ([]float64, func([]float64, bool) []float64) {
		gamma := slices.Clone(o.value[name+".weight"])
		l := ref.BatchNorm{Rows: len(x) / len(gamma), C: len(gamma), Groups: groups, Eps: 1e-5}
		z, _, _ := l.Forward(x, gamma, o.value[name+".bias"])
		y := o.activate(act, z)
		return y, func(dy []float64, learns bool) []float64 {
			dx, dgamma, dbeta := l.Backward(act.Backward(dy, y), x, gamma)
			if learns {
				o.grad[name+".weight"], o.grad[name+".bias"] = dgamma, dbeta
			}
			return dx
		}
	}
}

// conv is a convolution of 5×5 by steps of 2, from images of so many pixels a side.
func (o *infoGANOracle) conv(name string, rows, side int, act ref.Activation) layerOracle {
	return func(x []float64) ([]float64, func([]float64, bool) []float64) {
		w, bias := slices.Clone(o.value[name+".weight"]), o.value[name+".bias"]
		in := len(x) / (rows * side * side)
		out, pad := ref.Same(side, 5, 2)
		l := ref.Conv{N: rows, H: side, W: side, CI: in, OH: out, OW: out, CO: len(w) / (25 * in), KH: 5, KW: 5, Stride: 2, PadY: pad, PadX: pad}
		z := l.Forward(x, w)
		for i := range z {
			if bias != nil {
				z[i] += bias[i%l.CO]
			}
		}
		y := o.activate(act, z)
		return y, func(dy []float64, learns bool) []float64 {
			dz := act.Backward(dy, y)
			if own := dz[:min(len(dz), len(y))]; learns {
				o.grad[name+".weight"], o.grad[name+".bias"] = l.BackwardFilter(x, own), ref.ColumnSums(own, l.CO)
			}
			longer := l
			longer.N = len(dz) / (out * out * l.CO)
			return longer.BackwardData(dz, w)
		}
	}
}

// deconv is a transposed convolution of 5×5 by steps of 2, to images of so many pixels a side.
func (o *infoGANOracle) deconv(name string, rows, side, channels int, act ref.Activation) layerOracle {
	return func(x []float64) ([]float64, func([]float64, bool) []float64) {
		w, bias := slices.Clone(o.value[name+".weight"]), o.value[name+".bias"]
		in, pad := ref.Same(side, 5, 2)
		l := ref.Deconv{N: rows, H: in, W: in, CI: len(w) / (25 * channels), OH: side, OW: side, CO: channels, KH: 5, KW: 5, Stride: 2, PadY: pad, PadX: pad}
		z := l.Forward(x, w)
		for i := range z {
			if bias != nil {
				z[i] += bias[i%channels]
			}
		}
		y := o.activate(act, z)
		return y, func(dy []float64, learns bool) []float64 {
			dz := act.Backward(dy, y)
			o.grad[name+".weight"], o.grad[name+".bias"] = l.BackwardFilter(x, dz), ref.ColumnSums(dz, channels)
			return l.BackwardData(dz, w)
		}
	}
}

// make is G's images of latents, and what takes their gradient back into G.
func (o *infoGANOracle) make(latents []float64) (fake []float64, back func(dfake []float64, learns bool) []float64) {
	b := o.r.BatchSize
	return through(latents, o.linear("G.linear1", b), o.norm("G.bn1", 1, ref.ReLU),
		o.deconv("G.deconv1", b, o.h/2, infoganChannels[1], ref.Identity), o.norm("G.bn2", 1, ref.ReLU), o.deconv("G.deconv2", b, o.h, 1, ref.Sigmoid))
}

// seen is what D and Q make of images, and the way back: of the gradients of D's logit and of Q's outputs.
type seen struct {
	logit, code, continuous []float64
	back                    func(dLogit, dCode, dContinuous []float64, learns bool) []float64
}

// see sends images [rows,pixels], in groups, through D and Q, behind this step's noise of a stream.
func (o *infoGANOracle) see(x []float64, groups int, noise uint32) (s seen) {
	rows := groups * o.r.BatchSize
	sigma := float64(o.r.NoiseInput)
	if n := o.r.NoiseSteps; n > 0 {
		sigma *= max(0, 1-float64(o.step)/float64(n))
	}
	features, backTrunk := through(o.noisy(noise, sigma, x),
		o.conv("D.conv1", rows, o.h, ref.LeakyReLU), o.conv("D.conv2", rows, o.h/2, ref.Identity), o.norm("D.bn2", groups, ref.LeakyReLU),
		o.linear("D.linear3", rows), o.norm("D.bn3", groups, ref.LeakyReLU))
	hidden, backHidden := features, func(dy []float64, _ bool) []float64 { return dy }
	if o.r.QHead > 0 {
		hidden, backHidden = through(features, o.linear("D.linear4", rows), o.norm("D.bn4", groups, ref.LeakyReLU))
	}
	var backLogit, backCode, backContinuous func([]float64, bool) []float64
	s.logit, backLogit = o.linear("D.adversarial", rows)(features)
	s.code, backCode = o.linear("D.code", rows)(hidden)
	if o.r.Continuous > 0 {
		s.continuous, backContinuous = o.linear("D.continuous", rows)(hidden)
	}
	s.back = func(dLogit, dCode, dContinuous []float64, learns bool) []float64 {
		dHidden := backCode(dCode, learns)
		if o.r.Continuous > 0 {
			dHidden = sum2(dHidden, backContinuous(dContinuous, learns))
		}
		return backTrunk(sum2(backHidden(dHidden, learns), backLogit(dLogit, learns)), learns)
	}
	return s
}

// sum2 is a + b, of which b may be longer: then what is behind a too.
func sum2(a, b []float64) []float64 {
	c := slices.Clone(b)
	for i, v := range a {
		c[i] += v
	}
	return c
}

// adversarial is the loss of logits against a target, its gradient, and the share of logits on the target's side of 0.
func adversarial(logits []float64, target float64) (figures [2]float64, d []float64) {
	figures[0], d = ref.SigmoidCrossEntropy(logits, slices.Repeat([]float64{target}, len(logits)))
	for _, v := range logits {
		if (v > 0) == (target == 1) {
			figures[1] += 1 / float64(len(logits))
		}
	}
	return figures, d
}

// read is Q's losses of fake images, and their gradients.
func (o *infoGANOracle) read(s seen, code []int, continuous []float64) (losses, dCode, dContinuous []float64) {
	b, r := o.r.BatchSize, o.r
	loss, dCode := ref.SoftmaxCrossEntropy(s.code[:b*r.Labels], code, r.Labels)
	losses = []float64{loss}
	if r.Continuous > 0 {
		loss, dContinuous = ref.GaussianNLL(s.continuous[:b*r.Continuous], continuous, r.Continuous)
		losses = append(losses, loss)
		for i := range dContinuous {
			dContinuous[i] *= float64(r.WeightContinuous)
		}
	}
	return losses, dCode, dContinuous
}

// train does one step and gives its figures.
func (o *infoGANOracle) train() []float64 {
	b, r := o.r.BatchSize, o.r
	latents, code, continuous := o.latents(stepLatents)
	fake, intoG := o.make(latents)
	x, groups := slices.Concat(fake, o.shuffled(philox.StreamPermutation, b)), 2
	if r.warps() {
		x, groups = append(x, o.warped(philox.StreamWarp, r.Information, x[len(fake):])...), 3
	}
	s := o.see(x, groups, philox.StreamNoise)
	losses, dCode, dContinuous := o.read(s, code, continuous)
	n := len(dCode)
	ofReal, dCodeReal := o.inform(r.Information, s.code[n:2*n], s.code[2*n:], r.Labels)
	onFake, dFake := adversarial(s.logit[:b], 0)
	onReal, dReal := adversarial(s.logit[b:2*b], 1)
	fooled, dFool := adversarial(s.logit[:b], 1)
	noLogit, noContinuous := make([]float64, (groups-2)*b), make([]float64, (groups-1)*len(dContinuous))

	if r.DFirst {
		s.back(slices.Concat(dFake, dReal, noLogit), slices.Concat(dCode, dCodeReal), slices.Concat(dContinuous, noContinuous), true)
		o.updateD()
		latents, code, continuous = o.latents(freshLatents)
		fake, intoG = o.make(latents)
		s = o.see(fake, 1, philox.StreamFreshNoise)
		losses, dCode, dContinuous = o.read(s, code, continuous)
		fooled, dFool = adversarial(s.logit, 1)
		intoG(s.back(dFool, dCode, dContinuous, false), true)
	} else {
		dx := s.back(slices.Concat(dFake, dReal, noLogit, dFool), slices.Concat(dCode, dCodeReal, dCode), slices.Concat(dContinuous, noContinuous, dContinuous), true)
		intoG(dx[len(dx)-len(fake):], true)
		o.updateD()
	}
	o.learn(r.Optimiser, r.adamAt(r.RateG).Rate, func(name string) bool { return name[:1] == "G" })
	o.endStep(map[string]float32{"G": r.EMADecay, "D": r.EMADecayD}, r.EMAWarmUp)
	return slices.Concat(onFake[:], onReal[:], fooled[:], losses, ofReal)
}

func (o *infoGANOracle) updateD() {
	ofQ := func(name string) bool {
		return slices.Contains([]string{"D.linear4", "D.bn4", "D.code", "D.continuous"}, name[:strings.LastIndex(name, ".")])
	}
	o.learn(o.r.Optimiser, o.r.Rate, func(name string) bool { return name[:1] == "D" && !ofQ(name) })
	o.learn(o.r.Optimiser, o.r.adamAt(o.r.RateQ).Rate, ofQ)
}

// smallInfoGAN makes a recipe one for everyClass(60, 30, 8, 8, 3).
func smallInfoGAN(r InfoGANRecipe) InfoGANRecipe {
	r.Labels, r.BatchSize, r.ZDim, r.Eps = 3, 6, 5, 1e-3 // which gradients that all but vanish do not outweigh
	r.QHead, r.EMADecay, r.EMADecayD = min(r.QHead, 9), min(r.EMADecay, 0.75), min(r.EMADecayD, 0.5)
	return r
}

// Each ingredient of recipe best by itself on top of the reference, and all of them.
func TestInfoGANStepIsTheOracles(t *testing.T) {
	const steps = 3
	set := everyClass(60, 30, 8, 8, 3)
	test := func(t *testing.T, d *vk.Device, r InfoGANRecipe) {
		model := func(seed uint64) *InfoGAN { return newModel(t, d, smallInfoGAN(r), set, seed) }
		m := model(firstClear(t, steps, func(seed uint64) (*oracle, func() []float64) {
			o := newInfoGANOracle(t, model(seed), set)
			return &o.oracle, o.train
		}))
		o := newInfoGANOracle(t, m, set)
		o.follow(t, m, &m.pair, o.train, steps)
	}
	best := InfoGANBest()
	best.NoiseInput, best.NoiseSteps = 0.3, 2 // there is none in the third step
	alone := map[string]func(*InfoGANRecipe){
		"nothing":                   func(*InfoGANRecipe) {},
		"continuous codes":          func(r *InfoGANRecipe) { r.Continuous = 2 },
		"Q's own layer":             func(r *InfoGANRecipe) { r.QHead = 128 },
		"rate of G, average of D":   func(r *InfoGANRecipe) { r.RateG, r.EMADecayD = 1e-3, 0.9 },
		"rate of Q, annealed noise": func(r *InfoGANRecipe) { r.RateQ, r.NoiseInput, r.NoiseSteps = 5e-4, 0.3, 5 },
		"information":               func(r *InfoGANRecipe) { r.WeightBalance, r.WeightCertainty = 4, 1 },
		"warped images": func(r *InfoGANRecipe) {
			r.WeightBalance, r.WeightWarp, r.WarpSpread, r.WarpShift = 1, 2, 0.25, 1
		},
		"D first, noise, larger z": func(r *InfoGANRecipe) { r.DFirst, r.NoiseInput, r.ZScale = true, 0.2, float32(math.Sqrt(5)) },
	}
	families(t, func(t *testing.T, d *vk.Device) {
		t.Run("best", func(t *testing.T) { test(t, d, best) })
		if d.CPU() && !onSlowDriver {
			t.Run("best, as published", func(t *testing.T) {
				asPublished(t)
				test(t, d, best)
			})
		}
		if !d.CPU() && d.Info().Type == vk.CPU {
			return // a processor takes long for a GPU's kernels
		}
		for name, change := range alone {
			r := InfoGANReference()
			change(&r)
			t.Run(name, func(t *testing.T) { test(t, d, r) })
		}
	})
}
