package gan

import (
	"vkgan/layers"
	"vkgan/vk"
)

func (r SSGANRecipe) model(dev *vk.Device, data *Dataset, seed uint64) (Model, error) {
	return NewSSGAN(dev, r, data, seed)
}

func (r SSGANRecipe) maker(b *layers.Builder, image layers.Shape) *layers.Sequence {
	return r.generator(b, image.Size())
}

// reader is D without noise, images → logits of classes.
func (r SSGANRecipe) reader(b *layers.Builder, image layers.Shape, classes int) network {
	quiet := func(int, float32) []layers.Config { return nil }
	trunk, head := r.discriminator(b, image.Size(), classes, quiet)
	return network{layers.Vector(image.Size()), head.Out, func(rec *vk.Recorder, x layers.Tensor) layers.Tensor {
		return head.Infer(rec, trunk.Infer(rec, x))
	}}
}
