package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// SigmoidCE records the mean sigmoid cross-entropy of logits x [rows] against one target for all, 0 or 1, and its
// gradient dx. result takes two float32: the loss, and the fraction of logits on the target's side of 0.
func SigmoidCE(rec *vk.Recorder, x Tensor, target float32, dx Tensor, result vk.Range) {
	rec.Dispatch(shaders.SigmoidCe{X: x.Data, Dx: dx.Data, Result: result, N: int32(x.elements()), Target: target, Groups: one})
}

// SoftmaxCE records the mean softmax cross-entropy of logits x [rows,classes] against target [rows] uint32, and its
// gradient dx. result takes one float32: the loss.
func SoftmaxCE(rec *vk.Recorder, x Tensor, target vk.Range, dx Tensor, result vk.Range) {
	WeightedSoftmaxCE(rec, x, target, 1, dx, result)
}

// WeightedSoftmaxCE is SoftmaxCE with dx the gradient of weight times the loss; result takes the loss itself.
func WeightedSoftmaxCE(rec *vk.Recorder, x Tensor, target vk.Range, weight float32, dx Tensor, result vk.Range) {
	rec.Dispatch(shaders.SoftmaxCe{
		X: x.Data, Target: target, Dx: dx.Data, Result: result, Rows: int32(x.Rows), Classes: int32(x.C), Weight: weight, Groups: one,
	})
}

// GaussianNLL records the mean over rows of Σ_j (x[j] - value[j])²/2, of means x [rows,n] and the n columns of value [rows,…] from
// column on, and dx, the gradient of weight times it. But for a constant it is the negative log-likelihood of the values under
// Gaussians of variance 1, such as InfoGAN's posterior of continuous codes (Chen et al. 2016, equation 5). result takes one
// float32: the loss, without weight.
func GaussianNLL(rec *vk.Recorder, x, value Tensor, column int, weight float32, dx Tensor, result vk.Range) {
	rec.Dispatch(shaders.GaussianNll{
		X: x.Data, Value: value.Data, Dx: dx.Data, Result: result, Rows: int32(x.Rows), N: int32(x.C), Width: int32(value.C), Column: int32(column),
		Weight: weight, Groups: one,
	})
}

// LogSumExpCE records the mean sigmoid cross-entropy of lse = ln Σ_j e^x[j] of logits x [rows,classes] against one
// target for all rows, 0 or 1, and dx, the gradient of weight times it. It is the loss of a semi-supervised discriminator
// without a logit of its own for "generated" (Salimans et al. 2016, "Improved Techniques for Training GANs", section 5):
// with Z = Σ e^x and p(real) = Z/(Z+1), -ln p = softplus(-lse) and -ln(1-p) = softplus(lse). result takes two float32: the
// loss, without weight, and the fraction of rows on the target's side of lse = 0.
func LogSumExpCE(rec *vk.Recorder, x Tensor, target, weight float32, dx Tensor, result vk.Range) {
	rec.Dispatch(shaders.LogsumexpCe{
		X: x.Data, Dx: dx.Data, Result: result, Rows: int32(x.Rows), Classes: int32(x.C), Target: target, Weight: weight, Groups: one,
	})
}

// CodeInformation records how a code is used in a batch of images, by Q(code|image) = softmax(x) of logits x [rows,classes], and dx += the
// gradient of -balance H(q) + certainty (mean over rows of H(Q(code|image))), q the mean of Q(code|image): for 1 and 1 minus the
// mutual information of code and image (Hu et al. 2017, "Learning Discrete Representations via Information Maximizing
// Self-Augmented Training", equation 6, with μ = balance/certainty). sums [2,classes] float32 is scratch. result takes two float32:
// both entropies in nats, without weight.
func CodeInformation(rec *vk.Recorder, x Tensor, balance, certainty float32, sums vk.Range, dx Tensor, result vk.Range) {
	rec.Fill(sums, 0)
	CodeSums(rec, x, sums)
	rec.Dispatch(shaders.CodeInformation{
		X: x.Data, Sums: sums.Slice(0, 4*int64(x.C)), Dx: dx.Data, Result: result, Rows: int32(x.Rows), Classes: int32(x.C),
		Balance: balance, Certainty: certainty, Groups: one,
	})
}

// SoftmaxDivergence records the mean over rows of KL(p ‖ q), p = softmax(wanted) and q = softmax(x), both [rows,classes], and dx, the
// gradient of weight times it with respect to x alone. result takes one float32: the divergence in nats, without weight.
func SoftmaxDivergence(rec *vk.Recorder, x, wanted Tensor, weight float32, dx Tensor, result vk.Range) {
	rec.Dispatch(shaders.SoftmaxDivergence{
		X: x.Data, Wanted: wanted.Data, Dx: dx.Data, Result: result, Rows: int32(x.Rows), Classes: int32(x.C), Weight: weight, Groups: one,
	})
}

// FeatureMatching records the mean over features of (mean over rows of fake - mean over rows of real)², both
// [rows,features], and its gradient dfake (Salimans et al. 2016, section 3.1). real gets none: it does not depend on the
// generator. result takes one float32: the loss.
func FeatureMatching(rec *vk.Recorder, fake, real, dfake Tensor, result vk.Range) {
	f := perElement(rec, fake.C)
	rec.Dispatch(shaders.FeatureMatch{
		Fake: fake.Data, Real: real.Data, Dfake: dfake.Data, Rows: int32(fake.Rows), Features: int32(fake.C), Local: f.local, Groups: f.groups,
	})
	rec.Dispatch(shaders.FeatureMatchLoss{Dfake: dfake.Data, Result: result, Rows: int32(fake.Rows), Features: int32(fake.C), Groups: one})
}

var one = [3]uint32{1, 1, 1}
