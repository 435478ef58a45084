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
	rec.Dispatch(shaders.SoftmaxCe{X: x.Data, Target: target, Dx: dx.Data, Result: result, Rows: int32(x.Rows), Classes: int32(x.C), Groups: one})
}

var one = [3]uint32{1, 1, 1}
