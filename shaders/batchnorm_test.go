package shaders_test

import (
	"math"

	"vkgan/layers/ref"
	"vkgan/shaders"
)

// batch is a case of batch normalisation. Its channels' means are offset apart from 0.
type batch struct {
	groups, backward, rows, channels, chunk, act int
	offset                                       float32
	runs                                         int
}

const bnEps = 1e-5

func batches(r *rig) []batch {
	l := r.lanes()
	return []batch{
		{2, 3, 13, l + 3, 4, 2, 1, 2},
		{1, 1, 1, 3, 1, 0, 0, 1}, // no deviation at all
		{1, 1, 5, 1, 1, 3, 0, 0},
		{1, 2, 9, l, 9, 1, -3, 1},
		{3, 3, 5, 17, 64, 1, 0.5, 0},
		{2, 1, 31, 2*l - 1, 8, 1, 0, 4},
		{1, 1, 64, 64, 7, 2, 100, 3},
		{2, 3, 10, l + 1, 3, 4, -1, 1},
		{1, 2, 25, 4*l + 1, 8, 2, 0, 4},
	}
}

// normalisation is a batch with its data, and what is right.
type normalisation struct {
	batch
	x, gamma, beta []float32
	oracle         ref.BatchNorm
	mean, variance []float64
	moments        []float32 // [groups,2,channels]: mean, 1/sqrt(variance + eps)
}

func (b batch) data(r *rig) normalisation {
	n := normalisation{batch: b, x: r.normals(b.groups * b.rows * b.channels), gamma: r.normals(b.channels), beta: r.normals(b.channels)}
	for i := range n.x {
		n.x[i] += b.offset
	}
	n.oracle = ref.BatchNorm{Rows: b.groups * b.rows, C: b.channels, Groups: b.groups, Eps: bnEps}
	n.mean, n.variance = n.oracle.Statistics(wide(n.x))
	n.moments = narrow(n.pairs(n.mean, mapped(n.variance, func(v float64) float64 { return 1 / math.Sqrt(v+bnEps) })))
	return n
}

// pairs lays two figures per group and channel out as the kernels do.
func (b batch) pairs(first, second []float64) (list []float64) {
	for at := 0; at < len(first); at += b.channels {
		list = append(append(list, first[at:at+b.channels]...), second[at:at+b.channels]...)
	}
	return list
}

func (b batch) chunks() int { return int(ceil(b.rows, b.chunk)) }

// spread is the work-groups of the kernels that walk chunks of rows.
func (b batch) spread(r *rig, groups int) [3]uint32 {
	return [3]uint32{ceil(b.channels, r.lanes()*max(b.runs, 1)), uint32(b.chunks()), uint32(groups)}
}

func testBnStats(r *rig) {
	for name, splits := range map[string]int{"of x": 1, "of sums": 3} {
		r.sub(name, func(r *rig) {
			each(r, batches(r), func(r *rig, b batch) { r.bnStats(b, splits) })
		})
	}
}

// bnStats takes the moments of a batch, or of what becomes of partial sums.
func (r *rig) bnStats(b batch, splits int) {
	values := r.normals(splits * b.groups * b.rows * b.channels)
	for i := range values {
		values[i] += b.offset
	}
	x := r.floats(values)
	y, made := x, wide(values)
	var bias *tensor
	if splits > 1 {
		var finish func([]float64) []float64
		bias, finish = geometry{act: b.act, bias: b.act != 1}.withBias(r, b.channels)
		y, made = r.out(len(values)/splits), finish(ref.ColumnSums(wide(values), len(values)/splits))
	}
	partial := r.out(b.groups * b.chunks() * 2 * b.channels)
	r.run(shaders.BnStats{X: x.Range, Bias: bias.all(), Y: y.Range, Partial: partial.Range, Rows: int32(b.rows), Channels: int32(b.channels), Chunk: int32(b.chunk),
		Local: uint32(r.lanes()), RUNS: int32(b.runs), SPLITS: int32(splits), AddBias: bias != nil, ACT: int32(b.act), Groups: b.spread(r, b.groups)})
	r.near("y", y, made)
	r.nearMoments(partial, partsOf(wide(r.result(y)), b.groups, 1, b.channels, b.chunk), b.channels)
}

// cutBatch is how a batch comes in parts to where their moments are merged: each chunk in so many, by so many invocations.
type cutBatch struct {
	batch
	each, turns int
}

func testBnStatsFinish(r *rig) {
	var cases []cutBatch
	for i, b := range batches(r) {
		cases = append(cases, cutBatch{b, 1, 1}, cutBatch{b, 1 + i%4, 1 + i%3})
	}
	each(r, cases, func(r *rig, b cutBatch) {
		rows := b.rows
		b.rows *= b.each
		n := b.data(r)
		partial := momentsOf(partsOf(wide(n.x), b.groups, b.each, b.channels, b.chunk), b.channels)
		moments, calibrate := r.out(len(n.moments)), b.groups == 1
		before := r.normals(2 * b.channels)
		statistics := r.floats(before)
		const share = 0.25
		k := shaders.BnStatsFinish{Partial: r.floats(narrow(partial)).Range, Moments: moments.Range, Statistics: statistics.Range,
			Rows: int32(rows), Channels: int32(b.channels), Chunk: int32(b.chunk), Each: int32(b.each), Eps: bnEps, Share: share,
			Local: uint32(r.lanes() * b.turns), TURNS: int32(b.turns), CALIBRATE: calibrate, Groups: [3]uint32{ceil(b.channels, r.lanes()), uint32(b.groups), 1}}
		r.run(k)
		for which, want := range [][]float64{n.mean, mapped(n.variance, func(v float64) float64 { return 1 / math.Sqrt(v+bnEps) })} {
			r.nearValues([]string{"mean", "deviation"}[which], columns(r.result(moments), 2*b.channels, which*b.channels, (which+1)*b.channels), want)
		}
		if calibrate {
			r.near("statistics", statistics, n.calibrated(before, share))
		} else {
			r.sameFloats("statistics", statistics, before)
		}
	})
}

// calibrated is what the moments' share adds to statistics.
func (n normalisation) calibrated(before []float32, share float64) []float64 {
	list := wide(before)
	for i, v := range n.pairs(n.mean, n.variance) {
		list[i] += share * v
	}
	return list
}

func testBnApply(r *rig) {
	each(r, batches(r), func(r *rig, b batch) {
		n := b.data(r)
		y := r.out(len(n.x))
		r.run(shaders.BnApply{X: r.floats(n.x).Range, Moments: r.floats(n.moments).Range, Gamma: r.floats(n.gamma).Range, Beta: r.floats(n.beta).Range,
			Y: y.Range, Rows: int32(b.rows), Channels: int32(b.channels), Chunk: int32(b.chunk),
			Local: uint32(r.lanes()), ACT: int32(b.act), RUNS: int32(b.runs), Groups: b.spread(r, b.groups)})
		r.near("y", y, n.forward())
	})
}

func (n normalisation) forward() []float64 {
	return ref.Activations[n.act].Forward(n.oracle.Apply(wide(n.x), n.mean, n.variance, wide(n.gamma), wide(n.beta)))
}

// gradient draws dy, of the backward groups, and takes it through the activation.
func (n normalisation) gradient(r *rig) (dy []float32, dz []float64) {
	dy = r.normals(n.backward * n.rows * n.channels)
	y := n.forward()
	if len(y) > len(dy) {
		y = y[:len(dy)]
	}
	return dy, ref.Activations[n.act].Backward(wide(dy), y)
}

// normalised is x̂ for every element of dy.
func (n normalisation) normalised() []float64 {
	one, zero := make([]float64, n.channels), make([]float64, n.channels)
	for i := range one {
		one[i] = 1
	}
	x := n.oracle.Apply(wide(n.x), n.mean, n.variance, one, zero)
	list := make([]float64, n.backward*n.rows*n.channels)
	for i := range list {
		list[i] = x[i%len(x)]
	}
	return list
}

// gradientSums adds dz and dz x̂ over the chunks of every backward group.
func (n normalisation) gradientSums(dz []float64, chunk int) (sums []float64) {
	dot, size := n.normalised(), n.rows*n.channels
	for i := range dot {
		dot[i] *= dz[i]
	}
	for g := range n.backward {
		sums = append(sums, n.pairs(
			chunkSums(dz[g*size:][:size], n.rows, n.channels, chunk),
			chunkSums(dot[g*size:][:size], n.rows, n.channels, chunk))...)
	}
	return sums
}

func testBnBwdReduce(r *rig) {
	each(r, batches(r), func(r *rig, b batch) {
		n := b.data(r)
		dy, dz := n.gradient(r)
		want := n.gradientSums(dz, b.chunk)
		partial := r.out(len(want))
		r.run(shaders.BnBwdReduce{X: r.floats(n.x).Range, Moments: r.floats(n.moments).Range, Gamma: r.floats(n.gamma).Range, Beta: r.floats(n.beta).Range,
			Dy: r.floats(dy).Range, Partial: partial.Range, ForwardGroups: int32(b.groups), Rows: int32(b.rows), Channels: int32(b.channels), Chunk: int32(b.chunk),
			Local: uint32(r.lanes()), ACT: int32(b.act), RUNS: int32(b.runs), Groups: b.spread(r, b.backward)})
		r.near("partial", partial, want)
	})
}

func testBnBwdFinish(r *rig) {
	each(r, batches(r), func(r *rig, b batch) {
		partial := r.normals(b.backward * b.chunks() * 2 * b.channels)
		sums, dgamma, dbeta := r.out(b.backward*2*b.channels), r.out(b.channels), r.out(b.channels)
		r.run(shaders.BnBwdFinish{Partial: r.floats(partial).Range, Sums: sums.Range, Dgamma: dgamma.Range, Dbeta: dbeta.Range,
			ForwardGroups: int32(b.groups), BackwardGroups: int32(b.backward), Chunks: int32(b.chunks()), Channels: int32(b.channels),
			Local: uint32(r.lanes()), Groups: [3]uint32{ceil(b.channels, r.lanes()), 1, 1}})
		width := 2 * b.channels
		r.near("sums", sums, chunkSums(wide(partial), b.backward*b.chunks(), width, b.chunks()))
		total := ref.ColumnSums(wide(partial[:min(b.groups, b.backward)*b.chunks()*width]), width)
		r.near("dbeta", dbeta, total[:b.channels])
		r.near("dgamma", dgamma, total[b.channels:])
	})
}

func testBnBwdApply(r *rig) {
	for name, inPlace := range map[string]bool{"in place": true, "apart": false} {
		r.sub(name, func(r *rig) {
			each(r, batches(r), func(r *rig, b batch) { r.bnBwdApply(b, inPlace) })
		})
	}
}

func (r *rig) bnBwdApply(b batch, inPlace bool) {
	n := b.data(r)
	values, dz := n.gradient(r)
	dy := r.floats(values)
	dx := dy
	if !inPlace {
		dx = r.out(len(values))
	}
	r.run(shaders.BnBwdApply{X: r.floats(n.x).Range, Moments: r.floats(n.moments).Range, Gamma: r.floats(n.gamma).Range, Beta: r.floats(n.beta).Range,
		Sums: r.floats(narrow(n.gradientSums(dz, b.rows))).Range, Dy: dy.Range, Dx: dx.Range,
		ForwardGroups: int32(b.groups), Rows: int32(b.rows), Channels: int32(b.channels), Chunk: int32(b.chunk),
		Local: uint32(r.lanes()), ACT: int32(b.act), RUNS: int32(b.runs), Groups: b.spread(r, b.backward)})
	want, _, _ := n.oracle.Backward(dz, wide(n.x), wide(n.gamma))
	r.near("dx", dx, want)
}
