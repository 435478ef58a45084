package gan

import (
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// Information is a recipe's part about what classes, or the values of a code, are to be on real images without labels: all used
// alike, each image's certain, and the same for an image that is warped a little, so that they stand for shapes, not for slants or
// widths (Hu et al. 2017, "Learning Discrete Representations via Information Maximizing Self-Augmented Training").
type Information struct {
	WeightBalance   float32 `json:"weight_balance"`   // of the entropy of the classes over a batch, which grows; 0: none
	WeightCertainty float32 `json:"weight_certainty"` // of their mean entropy given an image, which falls; 0: none
	WeightWarp      float32 `json:"weight_warp"`      // of how far an image's probabilities move when it is warped; 0: none
	WarpSpread      float32 `json:"warp_spread"`      // how much the entries of the matrix that warps an image differ from the identity's
	WarpShift       float32 `json:"warp_shift"`       // how far it is moved, in pixels
}

func (i Information) check() error {
	return checkNotNegative(setting{"weight-balance", i.WeightBalance}, setting{"weight-certainty", i.WeightCertainty},
		setting{"weight-warp", i.WeightWarp}, setting{"warp-spread", i.WarpSpread}, setting{"warp-shift", i.WarpShift})
}

// informs says that there is such a loss, warps that images are warped for it.
func (i Information) informs() bool { return i.WeightBalance > 0 || i.WeightCertainty > 0 || i.warps() }
func (i Information) warps() bool   { return i.WeightWarp > 0 }

// batches are how many D reads in a step that has so many without warped images.
func (i Information) batches(others int) int {
	if i.warps() {
		return others + 1
	}
	return others
}

// informationFigures are those of a step, behind a model's own.
func (i Information) informationFigures() []string {
	switch {
	case i.warps():
		return []string{"real_entropy", "real_uncertainty", "warp_divergence"}
	case i.informs():
		return []string{"real_entropy", "real_uncertainty"}
	}
	return nil
}

// informationMemory is what a step needs for it.
type informationMemory struct {
	uses layers.Tensor // [2,classes], of a batch
	by   layers.Tensor // [B,6], how images are warped
}

func (i Information) memory(a *allocator, rows, classes int) (m informationMemory) {
	if i.informs() {
		m.uses = a.tensor("uses of classes", 2, layers.Vector(classes))
	}
	if i.warps() {
		m.by = a.tensor("warp", rows, layers.Vector(6))
	}
	return m
}

// warp records, behind the batch of real images that begins at a row of x, the same batch warped for this step, if there is to be one.
func (p *pair) warp(rec *vk.Recorder, i Information, x layers.Tensor, real int) {
	if !i.warps() {
		return
	}
	b := p.batchSize
	p.warpBy(rec, philox.StreamWarp, p.information.by, i, x.Part(real, real+b), x.Part(real+b, real+2*b))
}

// warpBy records images x [rows,pixels], warped by this step's maps [rows,6] of a stream, as y.
func (p *pair) warpBy(rec *vk.Recorder, stream uint32, by layers.Tensor, i Information, x, y layers.Tensor) {
	layers.UniformNoise(rec, p.stream(stream), p.step, -1, 1, by, 0, by.C)
	layers.Warp(rec, x.As(p.data.Shape), by, i.WarpSpread, i.WarpShift, y.As(p.data.Shape))
}

// inform records the losses of the logits of the batch of real images that begins at a row, whose gradient is added to d's, and of the
// same batch warped behind it, if there is one, whose gradient becomes d's.
func (p *pair) inform(rec *vk.Recorder, i Information, logits, d layers.Tensor, real int) {
	b, first := p.batchSize, int64(len(p.names)-len(i.informationFigures()))
	of := logits.Part(real, real+b)
	layers.CodeInformation(rec, of, i.WeightBalance, i.WeightCertainty, p.information.uses.Data, d.Part(real, real+b), p.figure(first, 2))
	if i.warps() {
		layers.SoftmaxDivergence(rec, logits.Part(real+b, real+2*b), of, i.WeightWarp, d.Part(real+b, real+2*b), p.figure(first+2, 1))
	}
}

// informed puts those of a step's figures into a line.
func (p *pair) informed(i Information, figures []float64, line *Metrics) {
	own := figures[len(figures)-len(i.informationFigures()):]
	if i.informs() {
		line.RealEntropy, line.RealUncertainty = &own[0], &own[1]
	}
	if i.warps() {
		line.WarpDivergence = &own[2]
	}
}
