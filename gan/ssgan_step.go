package gan

import (
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// Step records one training step, by which both networks learn, and their averages.
func (m *SSGAN) Step(rec *vk.Recorder) {
	if m.recipe.DFirst {
		m.stepD(rec)
		m.stepG(rec)
	} else {
		m.stepBoth(rec)
	}
	m.endStep(rec)
	m.average(rec, m.recipe.EMADecay, m.recipe.EMADecay, m.recipe.EMAWarmUp)
}

// stepBoth records one forward pass, both losses, both networks' gradients from it, and both updates.
func (m *SSGAN) stepBoth(rec *vk.Recorder) {
	b, rows := m.recipe.BatchSize, m.dLogits.Rows
	features, logits := m.forward(rec)
	m.losses(rec, logits)

	// Backward rows: D's loss on fake, labelled, unlabelled and warped, then G's loss on fake, which begins at the features: the
	// head gives it zeros. Only these last rows reach the generator. Added noise has the derivative 1, so the way back
	// to the images ends with the trunk.
	rec.Section("D backward")
	dFeatures := m.head.Backward(rec, m.dLogits, rows)
	generated, real := features.Part(0, b), features.Part(2*b, 3*b)
	layers.FeatureMatching(rec, generated, real, dFeatures.Part(rows-b, rows), m.figure(ssganMatch, 1))
	dFake := m.trunk.Backward(rec, dFeatures, b)
	rec.Section("G backward")
	m.generator.Backward(rec, dFake, 0)

	m.count(rec, logits)
	rec.Section("update")
	m.update(rec, whole(m.recipe.adam(), m.ParamsD), whole(m.recipe.adam(), m.ParamsG))
}

// stepD records D's half of a step in which D comes first: its losses, gradients and update.
func (m *SSGAN) stepD(rec *vk.Recorder) {
	_, logits := m.forward(rec)
	m.losses(rec, logits)
	rec.Section("D backward")
	m.trunk.Backward(rec, m.head.Backward(rec, m.dLogits.Part(0, logits.Rows), logits.Rows), 0)
	m.count(rec, logits)
	rec.Section("D's update")
	m.update(rec, whole(m.recipe.adam(), m.ParamsD))
}

// stepG records G's half: images of fresh z against fresh unlabelled images, both under fresh noise, by what D has become; and
// G's update. D's parameters get no gradients of it.
func (m *SSGAN) stepG(rec *vk.Recorder) {
	b := m.recipe.BatchSize
	x := m.x.Part(0, 2*b) // fake, unlabelled

	rec.Section("G's input")
	m.drawLatents(rec, philox.StreamFreshZ, m.step)
	m.drawTraining(rec, philox.StreamFreshPermutation, m.step, x.Part(b, 2*b))
	rec.Section("G forward")
	m.generator.ForwardInto(rec, m.latent, x.Part(0, b))
	rec.Section("G's D forward")
	const fresh = philox.StreamFreshNoise - philox.StreamNoise
	features := m.trunk.Renoised(fresh).Forward(rec, m.inputNoise.Renoised(fresh).Forward(rec, x))
	rec.Section("G's D backward")
	layers.FeatureMatching(rec, features.Part(0, b), features.Part(b, 2*b), m.dFake, m.figure(ssganMatch, 1))
	dFake := m.trunk.BackwardInput(rec, m.dFake)
	rec.Section("G backward")
	m.generator.Backward(rec, dFake, 0)
	rec.Section("G's update")
	m.update(rec, whole(m.recipe.adam(), m.ParamsG))
}

// forward records D's features and logits [3B, …] of fake, labelled and unlabelled images, [4B, …] where there are warped ones.
func (m *SSGAN) forward(rec *vk.Recorder) (features, logits layers.Tensor) {
	b := m.recipe.BatchSize
	x := m.x.Part(0, m.recipe.kinds()*b)

	rec.Section("input")
	m.drawLatents(rec, philox.StreamZ, m.step)
	m.drawLabelled(rec, x.Part(b, 2*b))
	m.drawTraining(rec, philox.StreamPermutation, m.step, x.Part(2*b, 3*b))
	m.warp(rec, m.recipe.Information, x, 2*b)
	rec.Section("G forward")
	m.generator.ForwardInto(rec, m.latent, x.Part(0, b))
	rec.Section("D forward")
	features = m.trunk.Forward(rec, m.inputNoise.Forward(rec, x))
	return features, m.head.Forward(rec, features)
}

// drawLabelled records this step's labelled images x, and their classes.
func (m *SSGAN) drawLabelled(rec *vk.Recorder, x layers.Tensor) {
	layers.EndlessBatch(rec, m.stream(philox.StreamLabelledBatch), m.step, len(m.chosen), x.Rows, m.places)
	layers.Lookup(rec, m.known, m.places, m.labelled, x.Rows)
	layers.Lookup(rec, m.data.Train.Labels, m.labelled, m.target, x.Rows)
	if !m.recipe.WarpLabelled {
		layers.Gather(rec, m.data.Train.Pixels, m.labelled, x)
		return
	}
	layers.Gather(rec, m.data.Train.Pixels, m.labelled, m.unwarped)
	m.warpBy(rec, philox.StreamLabelledWarp, m.by, m.recipe.Information, m.unwarped, x)
}

// losses records D's losses and their gradients.
func (m *SSGAN) losses(rec *vk.Recorder, logits layers.Tensor) {
	b, r, dLogits := m.recipe.BatchSize, m.recipe, m.dLogits
	fake, labelled, unlabelled := logits.Part(0, b), logits.Part(b, 2*b), logits.Part(2*b, 3*b)
	rec.Section("D's losses")
	layers.LogSumExpCE(rec, fake, 0, r.WeightFake, dLogits.Part(0, b), m.figure(ssganFake, 2))
	layers.WeightedSoftmaxCE(rec, labelled, m.target, r.WeightLabelled, dLogits.Part(b, 2*b), m.figure(ssganClass, 1))
	layers.LogSumExpCE(rec, unlabelled, 1, r.WeightReal, dLogits.Part(2*b, 3*b), m.figure(ssganReal, 2))
	if r.informs() {
		m.inform(rec, r.Information, logits, dLogits, 2*b)
	}
}

// count records what D's logits make of the unlabelled images.
func (m *SSGAN) count(rec *vk.Recorder, logits layers.Tensor) {
	b := m.recipe.BatchSize
	rec.Section("figures")
	layers.Argmax(rec, logits.Part(2*b, 3*b), m.winners)
	layers.Count(rec, m.winners, m.indices, m.data.Train.Labels, m.seen, b, m.data.Classes)
}
