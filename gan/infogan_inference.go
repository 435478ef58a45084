package gan

import (
	"vkgan/layers"
	"vkgan/vk"
)

func (r InfoGANRecipe) model(dev *vk.Device, data *Dataset, seed uint64) (Model, error) {
	return NewInfoGAN(dev, r, data, seed)
}

func (r InfoGANRecipe) maker(b *layers.Builder, image layers.Shape) *layers.Sequence {
	return r.generator(b, image)
}

// reader is Q, images → logits of codes.
func (r InfoGANRecipe) reader(b *layers.Builder, image layers.Shape, _ int) network {
	shared, _, q := r.discriminator(b, image)
	return network{image, layers.Vector(r.Labels), func(rec *vk.Recorder, x layers.Tensor) layers.Tensor {
		return q.infer(rec, shared.Infer(rec, x)).logits
	}}
}
