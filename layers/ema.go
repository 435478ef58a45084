package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// EMA is an exponential moving average of a network's parameters, for evaluation: shadow = Decay shadow + (1-Decay) value.
type EMA struct{ Decay float32 }

// Step records one update of shadow, which Builder.Shadow has made, from the present values.
func (e EMA) Step(rec *vk.Recorder, ps *Params, shadow *vk.Buffer) {
	n := int(ps.bytes / 4)
	f := flat(rec, n)
	rec.Dispatch(shaders.Ema{
		Value: ps.Value.All(), Shadow: shadow.All(), N: int32(n), Rate: float32(1 - float64(e.Decay)),
		Local: f.local, RUNS: f.runs, PER: f.per, Groups: f.groups,
	})
}

// Shadow allocates a second arena of values, a copy of the present ones. It comes after Finish.
func (b *Builder) Shadow() (*vk.Buffer, error) {
	shadow, err := b.Buffer("shadow", b.params.bytes, vk.Local)
	if err != nil {
		return nil, err
	}
	values := make([]byte, b.params.bytes)
	if err := b.dev.Download(values, b.params.Value.All()); err != nil {
		return nil, err
	}
	return shadow, b.dev.Upload(shadow.All(), values)
}

// Swap records the exchange of the parameters' values with shadow's, so that all that uses the network uses the others;
// a second Swap takes it back. Gradients are lost.
func (ps *Params) Swap(rec *vk.Recorder, shadow *vk.Buffer) {
	rec.Copy(ps.Grad.All(), ps.Value.All())
	rec.Copy(ps.Value.All(), shadow.All())
	rec.Copy(shadow.All(), ps.Grad.All())
}
