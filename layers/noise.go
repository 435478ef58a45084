package layers

import (
	"slices"

	"vkgan/shaders"
	"vkgan/vk"
)

// GaussianNoise is y = x + Sigma n, n the standard normal numbers of (Stream, step): element e of the batch takes number
// e. Over the first Anneal steps, Sigma falls linearly to 0. The gradient is the identity. Infer leaves x alone.
type GaussianNoise struct {
	Name   string
	Sigma  float32
	Anneal int      // steps; 0: Sigma stays
	Stream Stream   // of this layer alone
	Step   vk.Range // [1] uint32, the training step
}

type noiseLayer struct {
	GaussianNoise
	out Tensor
}

func (c GaussianNoise) build(b *Builder, in Shape) (Layer, Shape) {
	if c.Step.IsZero() {
		b.fail("%s: noise without a step counter: set Step", c.Name)
	}
	return &noiseLayer{GaussianNoise: c, out: b.outputs(c.Name, in)}, in
}

func (l *noiseLayer) Forward(rec *vk.Recorder, x Tensor) Tensor {
	y := l.out.firstRows(x)
	low, high := words(l.Stream)
	f := flat(rec, int(ceil(x.elements(), 4)))
	rec.Dispatch(shaders.AddNoise{
		Step: l.Step, X: x.Data, Y: y.Data, SeedLow: low, SeedHigh: high, Stream: l.Stream.ID, N: int32(x.elements()), Sigma: l.Sigma, Steps: int32(l.Anneal),
		Local: f.local, PER: f.per, NEAR: f.runs > 0, Groups: f.groups,
	})
	return y
}

func (l *noiseLayer) Infer(_ *vk.Recorder, x Tensor) Tensor { return x }

// Describe adds nothing.
func (l *noiseLayer) Describe(_ *Graph, x Value) Value { return x }

// BackwardInput gives dy, as the noise adds nothing to it.
func (l *noiseLayer) BackwardInput(_ *vk.Recorder, dy Tensor) Tensor { return dy }

func (l *noiseLayer) Backward(_ *vk.Recorder, dy Tensor, inputRows int) Tensor {
	return dy.lastRows(inputRows)
}

// Renoised is the same layers, but that their noise comes of other streams: those with ids higher by offset.
func (s *Sequence) Renoised(offset uint32) *Sequence {
	other := *s
	other.layers = slices.Clone(s.layers)
	for i, l := range other.layers {
		if n, ok := l.(*noiseLayer); ok {
			fresh := *n
			fresh.Stream.ID += offset
			other.layers[i] = &fresh
		}
	}
	return &other
}
