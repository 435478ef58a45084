package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// biasBackward is the gradient of a layer's bias and activation. The forward half is an epilogue of the layer's kernel.
type biasBackward struct {
	act     Activation
	bias    *Param   // nil: none
	partial vk.Range // [chunks, channels]
}

// newBiasBackward makes the bias of a layer of so many output channels and pixels, if it has one.
func newBiasBackward(b *Builder, layer string, wanted bool, act Activation, channels, pixels int) biasBackward {
	g := biasBackward{act: act}
	if wanted {
		g.bias = b.param(layer+".bias", Constant(0), channels)
		g.partial = b.scratch(layer+".dbias", int(ceil(b.batch.Backward*pixels, minChunk))*channels)
	}
	return g
}

// value is the bias itself, none where the layer has none.
func (g biasBackward) value() vk.Range {
	if g.bias == nil {
		return vk.Range{}
	}
	return g.bias.Value()
}

// describe gives a layer's operands: those given, and the bias, added to a graph, if the layer has one.
func (b biasBackward) describe(g *Graph, layer string, operands ...string) []string {
	if b.bias == nil {
		return operands
	}
	return append(operands, g.weight(layer+".bias"))
}

// fewRows is the most rows that one invocation of a CPU driver walks: of a batch of vectors, but not of images.
const fewRows = 1024

// recordSlope turns dy into dz = dy act'(y) in place: row r of dy belongs to row r mod y's rows.
func (g biasBackward) recordSlope(rec *vk.Recorder, y, dy Tensor) {
	g.bias = nil
	g.record(rec, y, dy)
}

// record turns dy into dz = dy act'(y) in place and sums dz over the forward rows into the bias's gradient.
func (g biasBackward) record(rec *vk.Recorder, y, dy Tensor) {
	if g.act == Identity && g.bias == nil {
		return
	}
	pixels, channels := dy.H*dy.W, dy.C
	l := rowwise(rec, channels, dy.Rows*pixels, 1)
	if dy.Rows*pixels <= fewRows {
		l = columnwise(rec, channels, dy.Rows*pixels)
	}
	whole := l.groups[1] == 1
	partial := dy.Data // not written
	switch {
	case g.bias != nil && whole:
		partial = g.bias.Grad()
	case g.bias != nil:
		partial = l.partial(g.partial, channels)
	}
	rec.Dispatch(shaders.BiasBwd{
		Y: y.Data, Dy: dy.Data, Dz: dy.Data, Partial: partial,
		Rows: int32(dy.Rows * pixels), Forward: int32(y.Rows * pixels), Channels: int32(channels), Chunk: l.per,
		Local: l.local, RUNS: l.runs, ACT: int32(g.act), SumBias: g.bias != nil, Groups: l.groups,
	})
	if g.bias == nil || whole {
		return
	}
	f := flat(rec, channels)
	rec.Dispatch(shaders.SumPartials{
		Partial: partial, Y: g.bias.Grad(), Splits: int32(ceil(y.Rows*pixels, int(l.per))), N: int32(channels),
		Local: f.local, PER: f.per, Groups: f.groups,
	})
}
