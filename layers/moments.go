package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// moments are the mean and 1/sqrt(variance + eps) of each group and channel of a batch, over its rows and pixels.
type moments struct {
	data    vk.Range // [groups,2,channels]
	partial vk.Range // scratch
}

// newMoments takes memory for the longest batches.
func newMoments(b *Builder, layer string, s Shape) moments {
	rows := max(b.batch.Forward, b.batch.Backward)
	return moments{
		data:    b.scratch(layer+".moments", b.batch.Groups*2*s.C),
		partial: b.scratch(layer+".partial", (int(ceil(rows*s.H*s.W, minChunk))+2*b.batch.Groups+2)*2*s.C),
	}
}

// record records the moments of x.
func (m moments) record(rec *vk.Recorder, x Tensor, eps float32) {
	m.recordShare(rec, x, eps, vk.Range{}, 0)
}

// recordShare records the moments of x and, unless share is 0, statistics [2,channels] += share (mean, variance); x is
// then one group.
func (m moments) recordShare(rec *vk.Recorder, x Tensor, eps float32, statistics vk.Range, share float32) {
	groups, rows := groupRows(x)
	r := rowwise(rec, x.C, rows, groups)
	partial := r.partial(m.partial, 2*x.C)
	rec.Dispatch(shaders.BnStats{
		X: x.Data, Partial: partial, Rows: int32(rows), Channels: int32(x.C), Chunk: r.per, Local: r.local, RUNS: r.runs, Groups: r.groups,
	})
	if share == 0 {
		statistics = m.data // not written
	}
	rec.Dispatch(shaders.BnStatsFinish{
		Partial: partial, Moments: m.data, Statistics: statistics, Rows: int32(rows), Channels: int32(x.C), Chunk: r.per, Eps: eps, Share: share,
		Local: r.local, CALIBRATE: share != 0, Groups: [3]uint32{ceil(x.C, int(r.local)), uint32(groups), 1},
	})
}

// recordGiven records the moments of one group from its statistics [2,channels]: as those of one row with that mean, and
// that variance for its sum of squared deviations.
func (m moments) recordGiven(rec *vk.Recorder, statistics vk.Range, channels int, eps float32) {
	f := perElement(rec, channels)
	rec.Dispatch(shaders.BnStatsFinish{
		Partial: statistics, Moments: m.data, Statistics: m.data, Rows: 1, Channels: int32(channels), Chunk: 1, Eps: eps, Local: f.local, Groups: f.groups,
	})
}

// groupRows is the number of rows and pixels that a group's statistics are taken over.
func groupRows(t Tensor) (groups, rows int) {
	groups = max(t.Groups, 1)
	return groups, t.Rows / groups * t.H * t.W
}
