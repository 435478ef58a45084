package layers

import (
	"math"

	"vkgan/shaders"
	"vkgan/vk"
)

// InitialiseFrom records the data-dependent initialisation of weight-norm layers (Salimans & Kingma 2016, section 3):
// layer by layer, s and b become such that over the batch x each output channel has mean 0 and variance 1 ahead of the
// activation. It takes both, a scale, trained or not, and a bias; layers without stay as they are. Noise is added as in training,
// so that what comes behind it has variance 1 with it, and batch-norms go by the batch's own statistics. The result is y = f(x).
func (s *Sequence) InitialiseFrom(rec *vk.Recorder, x Tensor) Tensor {
	x = x.InGroups(1)
	for n, l := range s.layers {
		if i, ok := l.(initialiser); ok {
			x = i.InitialiseFrom(rec, x)
		} else {
			x = s.forward(rec, n, x)
		}
	}
	return x
}

// initialiser is a layer that can be initialised from data.
type initialiser interface {
	InitialiseFrom(rec *vk.Recorder, x Tensor) Tensor
}

// initialEps keeps the scale of a channel that is constant over the batch finite.
const initialEps = 1e-8

// dataInit is what a layer with a scale and a bias needs to be initialised from data.
type dataInit struct {
	w       weight
	bias    *Param
	moments moments
}

// newDataInit is nil where the layer cannot be.
func newDataInit(b *Builder, layer string, w weight, bias biasBackward, out Shape) *dataInit {
	if !w.hasFactor() || bias.bias == nil {
		return nil
	}
	return &dataInit{w, bias.bias, newMoments(b, layer, out)}
}

// begin records s = 1 and b = 0.
func (d *dataInit) begin(rec *vk.Recorder) {
	rec.Fill(d.w.factor(), math.Float32bits(1))
	rec.Fill(d.bias.Value(), 0)
}

// finish records s = 1/σ and b = -μ/σ from t, what the layer makes of the batch with s = 1, b = 0 and no activation. So
// b is what normalising makes of 0, and begin has left the zeros and ones that this takes.
func (d *dataInit) finish(rec *vk.Recorder, t Tensor) {
	d.moments.record(rec, t, initialEps)
	zeros, ones := d.bias.Value(), d.w.factor()
	l := rowwise(rec, t.C, 1, 1)
	rec.Dispatch(shaders.BnApply{
		X: zeros, Moments: d.moments.data, Gamma: ones, Beta: zeros, Y: d.bias.Value(),
		Rows: 1, Channels: int32(t.C), Chunk: 1, Local: l.local, RUNS: l.runs, Groups: l.groups,
	})
	rec.Copy(ones, d.moments.data.Slice(ones.Bytes(), ones.Bytes()))
}
