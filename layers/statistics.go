package layers

import "vkgan/vk"

// Statistic is what a layer has learnt of its input otherwise than by gradients, and Infer needs: a checkpoint holds it
// beside the parameters.
type Statistic struct {
	Name  string   // NAME.running_mean, NAME.running_var: as PyTorch's BatchNorm names them
	Range vk.Range // [channels] float32
}

// statistics allocates a layer's calibrated mean and biased variance [2,channels], which begin as 0 and 1.
func (b *Builder) statistics(layer string, channels int) vk.Range {
	both := b.scratch(layer+".statistics", 2*channels)
	if both.IsZero() {
		return both
	}
	half := both.Bytes() / 2
	mean, variance := both.Slice(0, half), both.Slice(half, half)
	ones := make([]float32, channels)
	for i := range ones {
		ones[i] = 1
	}
	if err := b.dev.Upload(variance, floatBytes(ones)); err != nil {
		b.errs = append(b.errs, err)
	}
	b.params.Statistics = append(b.params.Statistics,
		Statistic{layer + ".running_mean", mean}, Statistic{layer + ".running_var", variance})
	return both
}

// Read copies it off the device.
func (s Statistic) Read(dev *vk.Device) ([]float32, error) {
	values := make([]float32, s.Range.Bytes()/4)
	return values, dev.Download(floatBytes(values), s.Range)
}
