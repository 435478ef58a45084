package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// EMA is an exponential moving average of a network's parameters, for evaluation: shadow = Decay shadow + (1-Decay) value.
type EMA struct {
	Decay  float32
	WarmUp bool   // step t, the first being 1, has no decay above t/(t+9), as tf.train.ExponentialMovingAverage given num_updates
	Guard  *Guard // nil: none
}

// Step records one update of shadow, which Builder.Shadow has made, from the present values. step [1] uint32 counts the steps
// done, this one with them. Behind the guard's last check of a step, it takes no values that are not finite.
func (e EMA) Step(rec *vk.Recorder, ps *Params, shadow *vk.Buffer, step vk.Range) {
	n := int(ps.bytes / 4)
	f := flat(rec, n)
	var frozen vk.Range
	if e.Guard != nil {
		frozen = e.Guard.frozen()
	}
	rec.Dispatch(shaders.Ema{
		Value: ps.Value.All(), Shadow: shadow.All(), Step: step, Frozen: frozen, N: int32(n), Rate: float32(1 - float64(e.Decay)),
		Local: f.local, RUNS: f.runs, PER: f.per, GUARDED: e.Guard != nil, WarmUp: e.WarmUp, Groups: f.groups,
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

// With lets what record records, a Forward or an Infer, use the values of shadow in place of the network's own, which stay
// as they are. nil: the network's own.
func (ps *Params) With(shadow *vk.Buffer, record func()) {
	own := ps.Value
	defer func() { ps.Value = own }()
	if shadow != nil {
		ps.Value = shadow
	}
	record()
}
