package gan

import (
	"slices"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// Step records one training step, by which D, Q and G learn, and their averages.
func (m *InfoGAN) Step(rec *vk.Recorder) {
	if m.recipe.DFirst {
		m.stepD(rec)
		m.stepG(rec)
	} else {
		m.stepBoth(rec)
	}
	m.endStep(rec)
	m.average(rec, m.recipe.EMADecay, m.recipe.EMADecayD, m.recipe.EMAWarmUp)
}

// stepBoth records one forward pass, both losses, both networks' gradients from it, and both updates.
func (m *InfoGAN) stepBoth(rec *vk.Recorder) {
	b, all := m.recipe.BatchSize, m.dLogit.Rows
	logit, read := m.forward(rec)

	rec.Section("losses")
	m.lossesD(rec, logit, read)
	m.lossG(rec, logit, m.dLogit.Part(all-b, all))
	m.copyCodes(rec)

	// Backward rows: D's loss on fake and on real, Q's on warped, then G's loss on fake. Only the last reach the generator.
	rec.Section("D backward")
	dFeatures := m.posterior.backward(rec, m.dRead, all)
	dFeatures = m.adversarial.BackwardAdd(rec, m.dLogit, all, dFeatures)
	dFake := m.discriminator.Backward(rec, dFeatures, b)
	rec.Section("G backward")
	m.generator.Backward(rec, dFake, 0)

	m.count(rec, read)
	rec.Section("update")
	m.update(rec, append(m.partsD(), m.partG())...)
}

// stepD records D's and Q's half of a step in which they come first: their losses, gradients and update.
func (m *InfoGAN) stepD(rec *vk.Recorder) {
	logit, read := m.forward(rec)
	rows := logit.Rows
	rec.Section("D's losses")
	m.lossesD(rec, logit, read)
	rec.Section("D backward")
	dFeatures := m.posterior.backward(rec, m.dRead.part(0, rows), rows)
	dFeatures = m.adversarial.BackwardAdd(rec, m.dLogit.Part(0, rows), rows, dFeatures)
	m.discriminator.Backward(rec, dFeatures, 0)
	m.count(rec, read)
	rec.Section("D's update")
	m.update(rec, m.partsD()...)
}

// stepG records G's half: images of fresh z and codes under fresh noise, by what D and Q have become; and G's update. D's and
// Q's parameters get no gradients of it.
func (m *InfoGAN) stepG(rec *vk.Recorder) {
	b := m.recipe.BatchSize
	all := m.dLogit.Rows
	x, dLogit, dRead := m.x.Part(0, b), m.dLogit.Part(all-b, all), m.dRead.part(all-b, all)

	rec.Section("G's input")
	m.drawLatents(rec, freshLatents, m.step)
	rec.Section("G forward")
	m.generator.ForwardInto(rec, m.latent, x)
	rec.Section("G's D forward")
	features := m.discriminator.Forward(rec, m.inputNoise.Renoised(philox.StreamFreshNoise-philox.StreamNoise).Forward(rec, x))
	logit, read := m.adversarial.Forward(rec, features), m.posterior.forward(rec, features)
	rec.Section("G's losses")
	m.lossG(rec, logit, dLogit)
	m.lossQ(rec, read, dRead)
	rec.Section("G's D backward")
	dFeatures := m.adversarial.BackwardInputAdd(rec, dLogit, m.posterior.backwardInput(rec, dRead))
	dFake := m.discriminator.BackwardInput(rec, dFeatures)
	rec.Section("G backward")
	m.generator.Backward(rec, dFake, 0)
	rec.Section("G's update")
	m.update(rec, m.partG())
}

// forward records D's logit [2B,1] and Q's reading [2B,…] of fake and real images, [3B,…] where there are warped ones.
func (m *InfoGAN) forward(rec *vk.Recorder) (logit layers.Tensor, read readout) {
	b, groups := m.recipe.BatchSize, m.recipe.groups()
	x := m.x.Part(0, groups*b).InGroups(groups)

	rec.Section("input")
	m.drawLatents(rec, stepLatents, m.step)
	m.drawTraining(rec, philox.StreamPermutation, m.step, x.Part(b, 2*b))
	m.warp(rec, m.recipe.Information, x, b)
	rec.Section("G forward")
	m.generator.ForwardInto(rec, m.latent, x.Part(0, b))
	rec.Section("D forward")
	features := m.discriminator.Forward(rec, m.inputNoise.Forward(rec, x))
	return m.adversarial.Forward(rec, features), m.posterior.forward(rec, features)
}

// lossesD records D's losses on fake and on real, Q's likewise, and their gradients.
func (m *InfoGAN) lossesD(rec *vk.Recorder, logit layers.Tensor, read readout) {
	b := m.recipe.BatchSize
	layers.SigmoidCE(rec, logit.Part(0, b), 0, m.dLogit.Part(0, b), m.figure(figureFake, 2))
	layers.SigmoidCE(rec, logit.Part(b, 2*b), 1, m.dLogit.Part(b, 2*b), m.figure(figureReal, 2))
	m.lossQ(rec, read.part(0, b), m.dRead.part(0, b))
	if m.recipe.informs() {
		rec.Fill(m.dRead.logits.Part(b, 2*b).Data, 0) // real images have no codes: there is no gradient but what comes now
		m.inform(rec, m.recipe.Information, read.logits, m.dRead.logits, b)
	}
}

// lossG records G's loss, from D's logits of fake images, and its gradient.
func (m *InfoGAN) lossG(rec *vk.Recorder, logit, dLogit layers.Tensor) {
	layers.SigmoidCE(rec, logit.Part(0, m.recipe.BatchSize), 1, dLogit, m.figure(figureFool, 2))
}

// lossQ records -L_I(G, Q) (Chen et al. 2016, equation 5, but for constants), from Q's reading of fake images, and its gradient:
// the codes' cross-entropy under Q.
func (m *InfoGAN) lossQ(rec *vk.Recorder, read, dRead readout) {
	layers.SoftmaxCE(rec, read.logits, m.code, dRead.logits, m.figure(figureCode, 1))
	if m.recipe.Continuous > 0 {
		layers.GaussianNLL(rec, read.means, m.latent, m.recipe.ZDim+m.recipe.Labels, m.recipe.WeightContinuous, dRead.means, m.figure(figureContinuous, 1))
	}
}

// copyCodes records that the gradients of Q's loss on fake images are G's, too.
func (m *InfoGAN) copyCodes(rec *vk.Recorder) {
	b, all := m.recipe.BatchSize, m.dLogit.Rows
	from, to := m.dRead.part(0, b), m.dRead.part(all-b, all)
	rec.Copy(to.logits.Data, from.logits.Data)
	if m.recipe.Continuous > 0 {
		rec.Copy(to.means.Data, from.means.Data)
	}
}

// count records what Q takes the real images for.
func (m *InfoGAN) count(rec *vk.Recorder, read readout) {
	b := m.recipe.BatchSize
	rec.Section("figures")
	layers.Argmax(rec, read.logits.Part(b, 2*b), m.winners)
	layers.Count(rec, m.winners, m.indices, m.data.Train.Labels, m.seen, b, m.data.Classes)
}

// partsD are D's and Q's parameters, by what they learn.
func (m *InfoGAN) partsD() []trained {
	r, all := m.recipe, m.ParamsD
	if r.RateQ == 0 {
		return []trained{whole(r.adam(), all)}
	}
	q := 1 + slices.IndexFunc(all.All, func(p *layers.Param) bool { return p.Name == "adversarial.bias" }) // Q's are behind it
	return []trained{{r.adam(), all, 0, q}, {r.adamAt(r.RateQ), all, q, len(all.All)}}
}

// partG is G's parameters.
func (m *InfoGAN) partG() trained { return whole(m.recipe.adamAt(m.recipe.RateG), m.ParamsG) }

// drawLatents records [z, code, continuous codes] of the step that counter [1] u32 tells.
func (m *InfoGAN) drawLatents(rec *vk.Recorder, of latentStreams, counter vk.Range) {
	r := m.recipe
	r.space().Noise.record(rec, m.stream(of.z), counter, m.noise, m.latent)
	layers.RandomClass(rec, m.stream(of.code), counter, r.Labels, r.BatchSize, m.code)
	layers.OneHot(rec, m.code, r.Labels, m.latent, r.ZDim)
	if r.Continuous > 0 {
		layers.UniformNoise(rec, m.stream(of.continuous), counter, -1, 1, m.latent, r.ZDim+r.Labels, r.Continuous)
	}
}
