package layers

import (
	"fmt"

	"vkgan/shaders"
	"vkgan/vk"
)

// moments are the mean and 1/sqrt(variance + eps) of each group and channel of a batch, over its rows and pixels. They are put
// together from the moments of parts of it: those that the kernel which makes the batch takes of its tiles
// (shaders/include/moments.glsl), or those of chunks that are read for it (bn_stats.comp).
type moments struct {
	channels int
	data     vk.Range // [groups,2,channels]
	partial  vk.Range // scratch, for the parts: [groups,parts,2,channels]
	taken    parts    // by the kernel of the batch that was measured last; zero: it took none
}

// parts say how a group is cut: its rows into chunks, and each chunk into so many parts that have a value of every row.
type parts struct{ rows, chunk, each int }

func (p parts) count() int { return int(ceil(p.rows, p.chunk)) * p.each }

// newMoments takes memory for the longest batches.
func newMoments(b *Builder, layer string, s Shape) moments {
	rows := max(b.batch.Forward, b.batch.Backward)
	return moments{
		channels: s.C,
		data:     b.scratch(layer+".moments", b.batch.Groups*2*s.C),
		partial:  b.scratch(layer+".partial", (int(ceil(rows*s.H*s.W, minChunk))+2*b.batch.Groups+2)*2*s.C),
	}
}

// measure is y, not yet made, with the wish that the kernel which makes it takes the moments of its parts.
func (m *moments) measure(y Tensor) Tensor {
	m.taken = parts{}
	y.moments = m
	return y
}

// take says where a kernel that makes y puts the moments of its parts, and how many groups it is to cut y into: none where they
// are not wanted, tiles would be larger than a group, or there is no room; then what it has for a place is not written.
func (m *moments) take(y vk.Range, groups int, p parts) (partial vk.Range, cut int32) {
	groups = max(groups, 1)
	p.rows /= groups
	if m == nil || groups > 1 && p.chunk > p.rows || m.bytes(groups, p) > m.partial.Bytes() {
		return y, 0
	}
	m.taken = p
	return m.partial.Slice(0, m.bytes(groups, p)), int32(groups)
}

func (m *moments) bytes(groups int, p parts) int64 { return 4 * int64(groups*p.count()*2*m.channels) }

// tilesOf counts tiles of so many rows, each in one of the groups that take says.
func tilesOf(rows, tile int, groups int32) uint32 {
	n := max(int(groups), 1)
	return uint32(n) * ceil(rows/n, tile)
}

// read records the moments of chunks of a batch that k says how to read.
func (m *moments) read(rec *vk.Recorder, groups, rows int, k shaders.BnStats) {
	r := rowwise(rec, m.channels, rows, groups)
	m.taken = parts{rows, int(r.per), 1}
	k.Partial, k.Rows, k.Channels, k.Chunk = m.partial.Slice(0, m.bytes(groups, m.taken)), int32(rows), int32(m.channels), r.per
	k.Local, k.RUNS, k.Groups = r.local, r.runs, r.groups
	rec.Dispatch(k)
}

// record records the moments of x.
func (m *moments) record(rec *vk.Recorder, x Tensor, eps float32) {
	m.recordShare(rec, x, eps, vk.Range{}, 0)
}

// recordShare records the moments of x and, unless share is 0, statistics [2,channels] += share (mean, variance); x is
// then one group.
func (m *moments) recordShare(rec *vk.Recorder, x Tensor, eps float32, statistics vk.Range, share float32) {
	groups, rows := groupRows(x)
	if x.moments != m || m.taken == (parts{}) {
		m.read(rec, groups, rows, shaders.BnStats{X: x.Data, Y: x.Data, SPLITS: 1})
	}
	if share == 0 {
		statistics = m.data // not written
	}
	m.finish(rec, groups, m.taken, shaders.BnStatsFinish{
		Partial: m.partial.Slice(0, m.bytes(groups, m.taken)), Statistics: statistics, Eps: eps, Share: share, CALIBRATE: share != 0,
	})
}

// recordGiven records the moments of one group from its statistics [2,channels]: as those of one row with that mean, and
// that variance for its sum of squared deviations.
func (m *moments) recordGiven(rec *vk.Recorder, statistics vk.Range, eps float32) {
	m.finish(rec, 1, parts{1, 1, 1}, shaders.BnStatsFinish{Partial: statistics, Statistics: m.data, Eps: eps})
}

// finish records what k says from parts. On a GPU invocations take turns at a channel: it has few channels and many parts.
func (m *moments) finish(rec *vk.Recorder, groups int, p parts, k shaders.BnStatsFinish) {
	k.Local, k.TURNS = width(rec), 1
	if !rec.Device().CPU() {
		k.Local, k.TURNS = 128, 16
	}
	k.Moments, k.Rows, k.Chunk, k.Each, k.Channels = m.data.Slice(0, 4*int64(groups)*2*int64(m.channels)), int32(p.rows), int32(p.chunk), int32(p.each), int32(m.channels)
	k.Groups = [3]uint32{ceil(m.channels, int(k.Local)/int(k.TURNS)), uint32(groups), 1}
	rec.Dispatch(k)
}

// groupRows is the number of rows and pixels that a group's statistics are taken over.
func groupRows(t Tensor) (groups, rows int) {
	groups = max(t.Groups, 1)
	if t.Rows%groups != 0 {
		panic(fmt.Sprintf("layers: %d rows in %d groups", t.Rows, groups))
	}
	return groups, t.Rows / groups * t.H * t.W
}
