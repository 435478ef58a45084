package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// BatchNorm normalises each channel over the rows and pixels of a group (Ioffe & Szegedy 2015), always by the batch's
// own statistics, then scales, shifts and activates: y = act(gamma (x - mean)/sqrt(variance + Eps) + beta).
type BatchNorm struct {
	Name string
	Act  Activation
	Eps  float32 // 0: 1e-5
}

type batchNormLayer struct {
	BatchNorm
	gamma, beta *Param
	moments     vk.Range // [groups,2,channels]: mean, 1/sqrt(variance + eps)
	sums        vk.Range // [backward groups,2,channels]
	partial     vk.Range
	x           Tensor // of the last Forward
	out         Tensor
}

func (c BatchNorm) build(b *Builder, in Shape) (Layer, Shape) {
	if c.Eps == 0 {
		c.Eps = 1e-5
	}
	l := &batchNormLayer{BatchNorm: c, out: b.outputs(c.Name, in)}
	l.gamma = b.param(c.Name+".gamma", Constant(1), in.C)
	l.beta = b.param(c.Name+".beta", Constant(0), in.C)
	rows := max(b.batch.Forward, b.batch.Backward)
	l.moments = b.scratch(c.Name+".moments", b.batch.Groups*2*in.C)
	l.sums = b.scratch(c.Name+".sums", (b.batch.Groups+rows/max(1, b.batch.Forward/b.batch.Groups))*2*in.C)
	l.partial = b.scratch(c.Name+".partial", (int(ceil(rows*in.H*in.W, minChunk))+2*b.batch.Groups+2)*2*in.C)
	return l, in
}

// groupRows is the number of rows and pixels that a group's statistics are taken over.
func groupRows(t Tensor) (groups, rows int) {
	groups = max(t.Groups, 1)
	return groups, t.Rows / groups * t.H * t.W
}

// Forward records the statistics of each group, then y.
func (l *batchNormLayer) Forward(rec *vk.Recorder, x Tensor) Tensor {
	l.x = x
	y := l.out.firstRows(x)
	groups, rows := groupRows(x)
	r := rowwise(rec, x.C, rows, groups)
	channels := r.groups[0]
	rec.Dispatch(shaders.BnStats{
		X: x.Data, Partial: l.partial, Rows: int32(rows), Channels: int32(x.C), Chunk: r.per, Local: r.local, RUNS: r.runs, Groups: r.groups,
	})
	rec.Dispatch(shaders.BnStatsFinish{
		Partial: l.partial, Moments: l.moments, Rows: int32(rows), Channels: int32(x.C), Chunk: r.per, Eps: l.Eps,
		Local: r.local, Groups: [3]uint32{channels, uint32(groups), 1},
	})
	rec.Dispatch(shaders.BnApply{
		X: x.Data, Moments: l.moments, Gamma: l.gamma.Value(), Beta: l.beta.Value(), Y: y.Data,
		Rows: int32(rows), Channels: int32(x.C), Chunk: r.per, Local: r.local, RUNS: r.runs, ACT: int32(l.Act), Groups: r.groups,
	})
	return y
}

// Backward records dgamma, dbeta, and dx in place of dy. dy's groups are as large as the forward groups.
func (l *batchNormLayer) Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor {
	groups, rows := groupRows(l.x)
	backward := dy.Rows / (l.x.Rows / groups)
	r := rowwise(rec, dy.C, rows, backward)
	channels := r.groups[0]
	rec.Dispatch(shaders.BnBwdReduce{
		X: l.x.Data, Moments: l.moments, Gamma: l.gamma.Value(), Beta: l.beta.Value(), Dy: dy.Data, Partial: l.partial,
		ForwardGroups: int32(groups), Rows: int32(rows), Channels: int32(dy.C), Chunk: r.per, Local: r.local, RUNS: r.runs, ACT: int32(l.Act), Groups: r.groups,
	})
	rec.Dispatch(shaders.BnBwdFinish{
		Partial: l.partial, Sums: l.sums, Dgamma: l.gamma.Grad(), Dbeta: l.beta.Grad(),
		ForwardGroups: int32(groups), BackwardGroups: int32(backward), Chunks: int32(r.groups[1]), Channels: int32(dy.C),
		Local: r.local, Groups: [3]uint32{channels, 1, 1},
	})
	rec.Dispatch(shaders.BnBwdApply{
		X: l.x.Data, Moments: l.moments, Gamma: l.gamma.Value(), Beta: l.beta.Value(), Sums: l.sums, Dy: dy.Data, Dx: dy.Data,
		ForwardGroups: int32(groups), Rows: int32(rows), Channels: int32(dy.C), Chunk: r.per, Local: r.local, RUNS: r.runs, ACT: int32(l.Act), Groups: r.groups,
	})
	return dy.lastRows(inputRows).InGroups(dy.Groups)
}
