package layers

import (
	"vkgan/internal/onnx"
	"vkgan/shaders"
	"vkgan/vk"
)

// BatchNorm normalises each channel over the rows and pixels of a group (Ioffe & Szegedy 2015), then scales, shifts and
// activates: y = act(gamma (x - mean)/sqrt(variance + Eps) + beta). Forward takes the batch's own statistics, variance
// biased; Infer takes calibrated ones (Sequence.Calibrate).
type BatchNorm struct {
	Name      string
	Act       Activation
	Eps       float32 // 0: 1e-5
	ShiftOnly bool    // gamma is no parameter, but a Statistic NAME.weight, which is 1
}

type batchNormLayer struct {
	BatchNorm
	gamma, beta   *Param   // gamma nil: not trained
	fixed, dfixed vk.Range // [channels], gamma where it is not trained, and room for its gradient
	moments       moments
	calibrated    vk.Range // [2,channels]: mean, variance
	sums          vk.Range // [backward groups,2,channels]
	unused        vk.Range // [2,channels], for gradients of parameters that are not to learn
	x             Tensor   // of the last Forward
	out           Tensor
}

func (c BatchNorm) build(b *Builder, in Shape) (Layer, Shape) {
	if c.Eps == 0 {
		c.Eps = 1e-5
	}
	l := &batchNormLayer{BatchNorm: c, out: b.outputs(c.Name, in), moments: newMoments(b, c.Name, in)}
	if c.ShiftOnly {
		l.fixed, l.dfixed = b.scratch(c.Name+".gamma", in.C), b.scratch(c.Name+".dgamma", in.C)
		b.statistic(c.Name+".weight", l.fixed, 1)
	} else {
		l.gamma = b.param(c.Name+".gamma", Constant(1), in.C)
	}
	l.beta = b.param(c.Name+".beta", Constant(0), in.C)
	l.calibrated = b.statistics(c.Name, in.C)
	rows := max(b.batch.Forward, b.batch.Backward)
	l.unused = b.scratch(c.Name+".unused", 2*in.C)
	l.sums = b.scratch(c.Name+".sums", (b.batch.Groups+rows/max(1, b.batch.Forward/b.batch.Groups))*2*in.C)
	return l, in
}

// scale is where gamma lies.
func (l *batchNormLayer) scale() vk.Range {
	if l.gamma == nil {
		return l.fixed
	}
	return l.gamma.Value()
}

// dscale is where its gradient belongs.
func (l *batchNormLayer) dscale() vk.Range {
	if l.gamma == nil {
		return l.dfixed
	}
	return l.gamma.Grad()
}

// Forward records the statistics of each group, then y.
func (l *batchNormLayer) Forward(rec *vk.Recorder, x Tensor) Tensor {
	l.moments.record(rec, x, l.Eps)
	return l.apply(rec, x)
}

// Infer records y by the calibrated statistics.
func (l *batchNormLayer) Infer(rec *vk.Recorder, x Tensor) Tensor {
	l.moments.recordGiven(rec, l.calibrated, l.Eps)
	return l.apply(rec, x.InGroups(1)).InGroups(x.Groups)
}

// Describe adds y by the calibrated statistics to a graph.
func (l *batchNormLayer) Describe(g *Graph, x Value) Value {
	if x.Shape != Vector(x.C) {
		x = g.pixels(x)
	}
	inputs := []string{x.Name}
	for _, name := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
		inputs = append(inputs, g.weight(l.Name+name))
	}
	y := g.Add("BatchNormalization", l.Name, inputs, onnx.Attribute{Name: "epsilon", Value: l.Eps})
	return g.activate(l.Act, x.as(y))
}

// beginCalibration records zeros, to which calibrate adds.
func (l *batchNormLayer) beginCalibration(rec *vk.Recorder) { rec.Fill(l.calibrated, 0) }

// calibrate records Forward, and adds a share of the batch's statistics to the calibrated ones.
func (l *batchNormLayer) calibrate(rec *vk.Recorder, x Tensor, share float32) Tensor {
	l.moments.recordShare(rec, x, l.Eps, l.calibrated, share)
	return l.apply(rec, x)
}

// apply records y by the moments.
func (l *batchNormLayer) apply(rec *vk.Recorder, x Tensor) Tensor {
	l.x = x
	y := l.out.firstRows(x)
	groups, rows := groupRows(x)
	r := rowwise(rec, x.C, rows, groups)
	rec.Dispatch(shaders.BnApply{
		X: x.Data, Moments: l.moments.data, Gamma: l.scale(), Beta: l.beta.Value(), Y: y.Data,
		Rows: int32(rows), Channels: int32(x.C), Chunk: r.per, Local: r.local, RUNS: r.runs, ACT: int32(l.Act), Groups: r.groups,
	})
	return y
}

// Backward records dgamma, dbeta, and dx in place of dy.
func (l *batchNormLayer) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	return l.backward(rec, dy, l.dscale(), l.beta.Grad()).lastRows(inputRows)
}

// BackwardInput records dx alone, in place of dy, for dy of the rows of the last Forward.
func (l *batchNormLayer) BackwardInput(rec *vk.Recorder, dy Tensor) Tensor {
	half := l.unused.Bytes() / 2
	return l.backward(rec, dy, l.unused.Slice(0, half), l.unused.Slice(half, half))
}

func (l *batchNormLayer) backward(rec *vk.Recorder, dy Tensor, dgamma, dbeta vk.Range) Tensor {
	groups, rows := groupRows(l.x)
	backward := dy.Rows / (l.x.Rows / groups)
	r := rowwise(rec, dy.C, rows, backward)
	partial, sums := r.partial(l.moments.partial, 2*dy.C), l.sums.Slice(0, 4*int64(backward)*2*int64(dy.C))
	rec.Dispatch(shaders.BnBwdReduce{
		X: l.x.Data, Moments: l.moments.data, Gamma: l.scale(), Beta: l.beta.Value(), Dy: dy.Data, Partial: partial,
		ForwardGroups: int32(groups), Rows: int32(rows), Channels: int32(dy.C), Chunk: r.per, Local: r.local, RUNS: r.runs, ACT: int32(l.Act), Groups: r.groups,
	})
	rec.Dispatch(shaders.BnBwdFinish{
		Partial: partial, Sums: sums, Dgamma: dgamma, Dbeta: dbeta,
		ForwardGroups: int32(groups), BackwardGroups: int32(backward), Chunks: int32(r.groups[1]), Channels: int32(dy.C),
		Local: r.local, Groups: [3]uint32{ceil(dy.C, int(r.local)), 1, 1},
	})
	rec.Dispatch(shaders.BnBwdApply{
		X: l.x.Data, Moments: l.moments.data, Gamma: l.scale(), Beta: l.beta.Value(), Sums: sums, Dy: dy.Data, Dx: dy.Data,
		ForwardGroups: int32(groups), Rows: int32(rows), Channels: int32(dy.C), Chunk: r.per, Local: r.local, RUNS: r.runs, ACT: int32(l.Act), Groups: r.groups,
	})
	return dy
}
