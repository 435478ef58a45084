package gan

import (
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// information is what Q learns from real images, which have no codes of their own: to use all values of the categorical code alike,
// to be sure of each image's, and to read an image as before when it is warped a little, so that values come to stand for shapes, not
// for slants or widths (Hu et al. 2017, "Learning Discrete Representations via Information Maximizing Self-Augmented Training").
type information struct {
	uses layers.Tensor // [2,codes], scratch
	by   layers.Tensor // [B,6], how this step's images are warped
}

// informed says that Q learns from real images, warps that it also does from warped ones.
func (r InfoGANRecipe) informed() bool {
	return r.WeightBalance > 0 || r.WeightCertainty > 0 || r.WeightWarp > 0
}
func (r InfoGANRecipe) warps() bool { return r.WeightWarp > 0 }

// groups are the groups of B rows that D reads in a step: fake, real and, if there are any, warped real images.
func (r InfoGANRecipe) groups() int {
	if r.warps() {
		return 3
	}
	return 2
}

// warpReal records the third group of x [3B,…], the second one warped.
func (m *InfoGAN) warpReal(rec *vk.Recorder, x layers.Tensor) {
	if !m.recipe.warps() {
		return
	}
	b := m.recipe.BatchSize
	by := m.information.by
	layers.UniformNoise(rec, m.stream(philox.StreamWarp), m.step, -1, 1, by, 0, by.C)
	layers.Warp(rec, x.Part(b, 2*b), by, m.recipe.WarpSpread, m.recipe.WarpShift, x.Part(2*b, 3*b))
}

// lossReal records Q's losses of real images, from its logits, and their gradients.
func (m *InfoGAN) lossReal(rec *vk.Recorder, logits layers.Tensor) {
	r, b := m.recipe, m.recipe.BatchSize
	if !r.informed() {
		return
	}
	real, d, figure := logits.Part(b, 2*b), m.dRead.logits, int64(r.figureInformation())
	layers.CodeInformation(rec, real, r.WeightBalance, r.WeightCertainty, m.information.uses.Data, d.Part(b, 2*b), m.figure(figure, 2))
	if r.warps() {
		layers.SoftmaxDivergence(rec, logits.Part(2*b, 3*b), real, r.WeightWarp, d.Part(2*b, 3*b), m.figure(figure+2, 1))
	}
}
