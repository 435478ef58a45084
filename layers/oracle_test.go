package layers

import (
	"fmt"
	"slices"

	"vkgan/layers/ref"
)

// oracle is a layer in float64, from layers/ref.
type oracle interface {
	forward(x []float64) []float64
	// backward gives dx for all rows of dy, and keeps the gradients of the parameters.
	backward(dy []float64) []float64
}

// tensors are named parameters or their gradients.
type tensors map[string][]float64

// chain is the oracle of a Sequence.
type chain []oracle

func (c chain) forward(x []float64) []float64 {
	for _, l := range c {
		x = l.forward(x)
	}
	return x
}

func (c chain) backward(dy []float64) []float64 {
	for i := len(c) - 1; i >= 0; i-- {
		dy = c[i].backward(dy)
	}
	return dy
}

// newChain makes the oracle of a Sequence for batches of rows in groups. p holds the parameters, dp takes their
// gradients.
func newChain(in Shape, configs []Config, rows, groups int, p, dp tensors) chain {
	var c chain
	for _, config := range configs {
		var l oracle
		l, in = newOracle(in, config, rows, groups, p, dp)
		c = append(c, l)
	}
	return c
}

func newOracle(in Shape, config Config, rows, groups int, p, dp tensors) (oracle, Shape) {
	switch c := config.(type) {
	case Linear:
		return &linearOracle{epilogue{c.Name, c.Out, ref.Activations[c.Act], p, dp, nil}, c.Norm, ref.Linear{Rows: rows, In: in.Size(), Out: c.Out}, nil}, Vector(c.Out)
	case Conv2D:
		out, padY, padX := Shape{C: c.Out}, 0, 0
		if c.Pad == nil {
			out.H, padY = ref.Same(in.H, c.Kernel, c.Stride)
			out.W, padX = ref.Same(in.W, c.Kernel, c.Stride)
		} else {
			padY, padX = *c.Pad, *c.Pad
			out.H = (in.H+2*padY-c.Kernel)/c.Stride + 1
			out.W = (in.W+2*padX-c.Kernel)/c.Stride + 1
		}
		conv := ref.Conv{N: rows, H: in.H, W: in.W, CI: in.C, OH: out.H, OW: out.W, CO: out.C,
			KH: c.Kernel, KW: c.Kernel, Stride: c.Stride, PadY: padY, PadX: padX}
		return &convOracle{epilogue{c.Name, c.Out, ref.Activations[c.Act], p, dp, nil}, c.Norm, conv, nil}, out
	case Deconv2D:
		out, padY, padX := Shape{in.H * c.Stride, in.W * c.Stride, c.Out}, 0, 0
		if c.Pad == nil {
			_, padY = ref.Same(out.H, c.Kernel, c.Stride)
			_, padX = ref.Same(out.W, c.Kernel, c.Stride)
		} else {
			padY, padX = *c.Pad, *c.Pad
			out.H = (in.H-1)*c.Stride + c.Kernel - 2*padY
			out.W = (in.W-1)*c.Stride + c.Kernel - 2*padX
		}
		deconv := ref.Deconv{N: rows, H: in.H, W: in.W, CI: in.C, OH: out.H, OW: out.W, CO: out.C,
			KH: c.Kernel, KW: c.Kernel, Stride: c.Stride, PadY: padY, PadX: padX}
		return &deconvOracle{epilogue{c.Name, c.Out, ref.Activations[c.Act], p, dp, nil}, deconv, nil}, out
	case BatchNorm:
		eps := 1e-5
		if c.Eps != 0 {
			eps = float64(c.Eps)
		}
		return &normOracle{epilogue{c.Name, in.C, ref.Activations[c.Act], p, dp, nil},
			ref.BatchNorm{Rows: rows * in.H * in.W, C: in.C, Groups: groups, Eps: eps}, c.ShiftOnly, nil}, in
	case Activate:
		return &epilogue{c.Name, in.C, ref.Activations[c.Act], p, dp, nil}, in
	case Reshape:
		return chain{}, c.To
	case GaussianNoise:
		return noiseOracle{c}, in
	}
	panic(fmt.Sprintf("no oracle for %T", config))
}

// epilogue is a layer's bias, if it has one, and activation.
type epilogue struct {
	name     string
	channels int
	act      ref.Activation
	p, dp    tensors
	y        []float64
}

func (e *epilogue) weight(norm *WeightNorm) []float64 {
	v := e.p[e.name+".weight"]
	if norm == nil {
		return v
	}
	return e.weightNorm(v).Forward(v, e.scale(norm))
}

// keepWeight keeps the weight's gradient, or what it makes of those behind it.
func (e *epilogue) keepWeight(norm *WeightNorm, dw []float64) {
	if norm != nil {
		v := e.p[e.name+".weight"]
		dv, ds := e.weightNorm(v).Backward(dw, v, e.scale(norm))
		if norm.TrainScale {
			e.dp[e.name+".scale"] = ds
		}
		dw = dv
	}
	e.dp[e.name+".weight"] = dw
}

func (e *epilogue) weightNorm(v []float64) ref.WeightNorm {
	return ref.WeightNorm{Rows: len(v) / e.channels, C: e.channels, Eps: 1e-6}
}

func (e *epilogue) scale(norm *WeightNorm) []float64 {
	if norm.TrainScale || norm.InitScale {
		return e.p[e.name+".scale"]
	}
	return slices.Repeat([]float64{1}, e.channels)
}

func (e *epilogue) forward(z []float64) []float64 {
	if bias, ok := e.p[e.name+".bias"]; ok {
		for i := range z {
			z[i] += bias[i%e.channels]
		}
	}
	e.y = e.act.Forward(z)
	return e.y
}

func (e *epilogue) backward(dy []float64) []float64 {
	dz := e.act.Backward(dy, e.y)
	if _, ok := e.p[e.name+".bias"]; ok {
		e.dp[e.name+".bias"] = ref.ColumnSums(dz[:len(e.y)], e.channels)
	}
	return dz
}

type linearOracle struct {
	epilogue
	norm *WeightNorm
	ref.Linear
	x []float64
}

func (l *linearOracle) forward(x []float64) []float64 {
	l.x = x
	return l.epilogue.forward(l.Forward(x, l.weight(l.norm), nil))
}

func (l *linearOracle) backward(dy []float64) []float64 {
	dz := l.epilogue.backward(dy)
	l.keepWeight(l.norm, l.BackwardWeight(l.x, dz[:len(l.y)]))
	longer := l.Linear
	longer.Rows = len(dy) / l.Out
	return longer.BackwardData(dz, l.weight(l.norm))
}

type convOracle struct {
	epilogue
	norm *WeightNorm
	ref.Conv
	x []float64
}

func (l *convOracle) forward(x []float64) []float64 {
	l.x = x
	return l.epilogue.forward(l.Forward(x, l.weight(l.norm)))
}

func (l *convOracle) backward(dy []float64) []float64 {
	dz := l.epilogue.backward(dy)
	l.keepWeight(l.norm, l.BackwardFilter(l.x, dz[:len(l.y)]))
	longer := l.Conv
	longer.N = len(dy) / (l.OH * l.OW * l.CO)
	return longer.BackwardData(dz, l.weight(l.norm))
}

type deconvOracle struct {
	epilogue
	ref.Deconv
	x []float64
}

func (l *deconvOracle) forward(x []float64) []float64 {
	l.x = x
	return l.epilogue.forward(l.Forward(x, l.weight(nil)))
}

func (l *deconvOracle) backward(dy []float64) []float64 {
	dz := l.epilogue.backward(dy)
	l.dp[l.name+".weight"] = l.BackwardFilter(l.x, dz[:len(l.y)])
	longer := l.Deconv
	longer.N = len(dy) / (l.OH * l.OW * l.CO)
	return longer.BackwardData(dz, l.weight(nil))
}

type normOracle struct {
	epilogue
	ref.BatchNorm
	shiftOnly bool
	x         []float64
}

func (l *normOracle) gamma() []float64 {
	if l.shiftOnly {
		return l.p[l.name+".weight"]
	}
	return l.p[l.name+".gamma"]
}

func (l *normOracle) forward(x []float64) []float64 {
	l.x = x
	z, _, _ := l.Forward(x, l.gamma(), l.p[l.name+".beta"])
	return l.epilogue.forward(z)
}

func (l *normOracle) backward(dy []float64) []float64 {
	dx, dgamma, dbeta := l.Backward(l.epilogue.backward(dy), l.x, l.gamma())
	l.dp[l.name+".beta"] = dbeta
	if !l.shiftOnly {
		l.dp[l.name+".gamma"] = dgamma
	}
	return dx
}

// noiseOracle is noise as of step noiseStep.
type noiseOracle struct{ GaussianNoise }

const noiseStep = 5

func (l noiseOracle) forward(x []float64) []float64 {
	y, sigma := make([]float64, len(x)), float64(l.Sigma)
	if l.Anneal > 0 {
		sigma *= max(0, 1-noiseStep/float64(l.Anneal))
	}
	for e, v := range x {
		y[e] = v + sigma*float64(l.Stream.Normal(noiseStep, uint32(e)))
	}
	return y
}

func (l noiseOracle) backward(dy []float64) []float64 { return dy }

// infer is a Sequence's Infer; given are the statistics of its batch-norms.
func (c chain) infer(x []float64, given tensors) []float64 {
	for _, l := range c {
		switch l := l.(type) {
		case noiseOracle:
		case *normOracle:
			z := l.Apply(x, given[l.name+".running_mean"], given[l.name+".running_var"], l.gamma(), l.p[l.name+".beta"])
			x = l.epilogue.forward(z)
		default:
			x = l.forward(x)
		}
	}
	return x
}

// calibrate is a Sequence's Calibrate: forward without noise, a share of the statistics added to sums.
func (c chain) calibrate(x []float64, share float64, sums tensors) []float64 {
	for _, l := range c {
		if _, ok := l.(noiseOracle); ok {
			continue
		}
		if n, ok := l.(*normOracle); ok {
			mean, variance := n.Statistics(x)
			for name, values := range map[string][]float64{".running_mean": mean, ".running_var": variance} {
				if sums[n.name+name] == nil {
					sums[n.name+name] = make([]float64, len(values))
				}
				for i, v := range values {
					sums[n.name+name][i] += share * v
				}
			}
		}
		x = l.forward(x)
	}
	return x
}
