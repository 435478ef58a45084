package layers

import "vkgan/vk"

// Statistic is what a layer has learnt of its input otherwise than by gradients, and Infer needs: a checkpoint holds it
// beside the parameters.
type Statistic struct {
	Name  string   // NAME.running_mean, NAME.running_var, as PyTorch's BatchNorm names them; WeightNorm's NAME.scale
	Range vk.Range // [channels] float32
}

// statistics allocates a layer's calibrated mean and biased variance [2,channels], which begin as 0 and 1.
func (b *Builder) statistics(layer string, channels int) vk.Range {
	both := b.scratch(layer+".statistics", 2*channels)
	if both.IsZero() {
		return both
	}
	half := both.Bytes() / 2
	b.statistic(layer+".running_mean", both.Slice(0, half), 0)
	b.statistic(layer+".running_var", both.Slice(half, half), 1)
	return both
}

// statistic declares what lies at a place, which begins as first everywhere.
func (b *Builder) statistic(name string, at vk.Range, first float32) {
	if at.IsZero() {
		return // its memory could not be had
	}
	values := make([]float32, at.Bytes()/4)
	for i := range values {
		values[i] = first
	}
	if err := b.dev.Upload(at, vk.Bytes(values)); err != nil {
		b.errs = append(b.errs, err)
	}
	b.params.Statistics = append(b.params.Statistics, Statistic{name, at})
}

// Read copies it off the device.
func (s Statistic) Read(dev *vk.Device) ([]float32, error) {
	values := make([]float32, s.Range.Bytes()/4)
	return values, dev.Download(vk.Bytes(values), s.Range)
}
