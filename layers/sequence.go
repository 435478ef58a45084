package layers

import (
	"slices"

	"vkgan/vk"
)

// Sequence is layers one after the other.
type Sequence struct {
	Out    Shape // of a row of output
	layers []Layer
}

// Sequence builds the layers for rows of shape in.
func (b *Builder) Sequence(in Shape, configs ...Config) *Sequence {
	s := &Sequence{Out: in}
	for _, c := range configs {
		var l Layer
		l, s.Out = c.build(b, s.Out)
		s.layers = append(s.layers, l)
	}
	return s
}

// Forward records y = f(x).
func (s *Sequence) Forward(rec *vk.Recorder, x Tensor) Tensor {
	for i := range s.layers {
		x = s.forward(rec, i, x)
	}
	return x
}

// forward records layer i's Forward, which ahead of a batch-norm takes the moments that this begins with, if it can.
func (s *Sequence) forward(rec *vk.Recorder, i int, x Tensor) Tensor {
	if l, ok := s.layers[i].(measurer); ok && i+1 < len(s.layers) {
		if n, ok := s.layers[i+1].(*batchNormLayer); ok {
			return l.forwardMeasured(rec, x, &n.moments)
		}
	}
	return s.layers[i].Forward(rec, x)
}

// measurer is a layer whose kernels can take the moments of what they make.
type measurer interface {
	forwardMeasured(rec *vk.Recorder, x Tensor, m *moments) Tensor
}

// Infer records y = f(x) as it is away from training: without noise, and with the batch-norms' calibrated statistics, so
// that a row's y is the same in any batch. Like Forward, it overwrites what Backward needs.
func (s *Sequence) Infer(rec *vk.Recorder, x Tensor) Tensor {
	for _, l := range s.layers {
		if i, ok := l.(inferrer); ok {
			x = i.Infer(rec, x)
		} else {
			x = l.Forward(rec, x)
		}
	}
	return x
}

// Again records y = f(x) with the statistics that the batch-norms took in the Forward recorded last, so that a row of that
// batch has the same y alone and in any other batch. Like Forward, it overwrites what Backward needs.
func (s *Sequence) Again(rec *vk.Recorder, x Tensor) Tensor {
	for _, l := range s.layers {
		if b, ok := l.(*batchNormLayer); ok {
			x = b.apply(rec, x)
		} else {
			x = l.Forward(rec, x)
		}
	}
	return x
}

// inferrer is a layer that does something else away from training.
type inferrer interface {
	Infer(rec *vk.Recorder, x Tensor) Tensor
}

// Backward records the gradients of all parameters and, if inputRows is not 0, of the input for the last inputRows rows
// of dy. It may overwrite dy.
func (s *Sequence) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	if len(s.layers) == 0 {
		return dy.lastRows(inputRows)
	}
	for i := len(s.layers) - 1; i > 0; i-- {
		dy = s.layers[i].Backward(rec, dy, dy.Rows)
	}
	return s.layers[0].Backward(rec, dy, inputRows)
}

// BackwardInput records the gradient of the input alone, for dy of the first rows of the last Forward, and may overwrite dy:
// through a network whose parameters are not to learn of it. All layers must be able to: all but Deconv2D and Activate.
func (s *Sequence) BackwardInput(rec *vk.Recorder, dy Tensor) Tensor {
	for _, l := range slices.Backward(s.layers) {
		dy = l.(interface {
			BackwardInput(rec *vk.Recorder, dy Tensor) Tensor
		}).BackwardInput(rec, dy)
	}
	return dy
}

// ForwardInto is Forward with the output elsewhere. The last layer must be able to: a Linear or a Deconv2D.
func (s *Sequence) ForwardInto(rec *vk.Recorder, x, y Tensor) Tensor {
	last := len(s.layers) - 1
	for i := range last {
		x = s.forward(rec, i, x)
	}
	return s.layers[last].(interface {
		ForwardInto(rec *vk.Recorder, x, y Tensor) Tensor
	}).ForwardInto(rec, x, y)
}
