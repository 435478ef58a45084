package layers

import "vkgan/vk"

// launch is how a kernel is spread over the device: work-group size, elements per invocation, work-group counts.
type launch struct {
	local  uint32
	runs   int32 // of a subgroup's width to a turn of a kernel's loop, on a CPU driver; 0: lanes load one by one
	per    int32
	groups [3]uint32
}

// width is the work-group size of kernels without shared memory: a subgroup on a CPU driver, where a work-group runs on
// one core; two to a warp's multiple on a GPU.
func width(rec *vk.Recorder) uint32 {
	if d := rec.Device(); d.CPU() {
		return d.Info().Limits.SubgroupSize
	}
	return 64
}

// flat spreads n elements. A CPU driver pays about a microsecond per work-group, so there an invocation takes many.
func flat(rec *vk.Recorder, n int) launch {
	per := int32(4)
	if rec.Device().CPU() {
		per = 64
	}
	local := width(rec)
	groups := ceil(n, int(local)*int(per))
	if most := rec.Device().Info().Limits.MaxGroups[0]; groups > most {
		per *= int32(ceil(int(groups), int(most)))
		groups = ceil(n, int(local)*int(per))
	}
	return launch{local, runs(rec, n), per, [3]uint32{groups, 1, 1}}
}

// rowwise spreads rows of channels: lanes along the channels, chunk rows to an invocation (launch.per).
func rowwise(rec *vk.Recorder, channels, rows, groups int) launch {
	const invocations = 1 << 15 // enough to fill a GPU
	chunk := 64
	if !rec.Device().CPU() {
		chunk = min(max(rows*channels*groups/invocations, minChunk), 256)
	}
	chunk = min(chunk, rows)
	local := width(rec)
	runs := runs(rec, channels)
	return launch{local, runs, int32(chunk), [3]uint32{ceil(channels, int(local)*int(max(runs, 1))), ceil(rows, chunk), uint32(groups)}}
}

// columnwise spreads rows of channels so that on a CPU driver an invocation walks all rows: the sum of a column is then
// known in the kernel that makes it, which walks the rows again, out of a cache. Elsewhere it is rowwise.
func columnwise(rec *vk.Recorder, channels, rows int) launch {
	l := rowwise(rec, channels, rows, 1)
	if rec.Device().CPU() {
		l.per, l.groups[1] = int32(rows), 1
	}
	return l
}

// partial is the part of scratch that rowwise's chunks fill, each with n float32.
func (l launch) partial(scratch vk.Range, n int) vk.Range {
	return scratch.Slice(0, 4*int64(l.groups[1])*int64(l.groups[2])*int64(n))
}

// runs is how many runs of a subgroup's width a CPU driver's loop takes at a time: a turn costs as much as several runs,
// but compiling costs the more.
func runs(rec *vk.Recorder, n int) int32 {
	if !rec.Device().CPU() {
		return 0
	}
	return int32(min(2, ceil(n, int(width(rec)))))
}

// minChunk is the least number of rows that rowwise gives an invocation, which bounds the partial sums.
const minChunk = 8

func ceil(n, d int) uint32 { return uint32((n + d - 1) / d) }
