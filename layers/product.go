package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// product is c = act(op(a) op(b) + bias + e), with op(a) [m,k] and op(b) [k,n]; bias and e may be none.
type product struct {
	m, n, k        int
	transA, transB bool
	a, b, bias, e  vk.Range
	c              vk.Range
	act            Activation
	partial        vk.Range // for a long k on a CPU driver, without bias, activation and e: partialScratch float32
	scratch        vk.Range // for transB on a CPU driver: transScratch float32
}

func (p product) record(rec *vk.Recorder) {
	if !rec.Device().CPU() {
		p.recordTiled(rec)
		return
	}
	if p.transB {
		p.recordTransposed(rec)
		return
	}
	if splits := p.splits(); splits > 1 && !p.partial.IsZero() {
		p.recordSplit(rec, splits)
		return
	}
	p.recordLanes(rec, 1, false)
}

// longRun is the number of terms above which a product is split: a run's columns of the right operand then stay in a
// core's cache and address translations while all rows pass.
const longRun = 1024

func (p product) splits() int { return int(ceil(p.k, longRun)) }

// recordSplit makes partial sums, then adds them.
func (p product) recordSplit(rec *vk.Recorder, splits int) {
	c := p.c
	p.c = p.partial
	p.recordLanes(rec, splits, false)
	f := flat(rec, p.m*p.n)
	rec.Dispatch(shaders.SumPartials{
		Partial: p.partial, Y: c, Splits: int32(splits), N: int32(p.m * p.n), Local: f.local, PER: f.per, Groups: f.groups,
	})
}

// partialScratch is what a plain product without bias, activation and e needs for its partial sums, in float32.
func partialScratch(m, n, k int) int { return m * n * int(ceil(k, longRun)) }

func (p product) recordLanes(rec *vk.Recorder, splits int, transC bool) {
	t := lanesTile(rec, p.m, p.n, p.k/splits)
	x, y := t.groups(p.m, p.n)
	rec.Dispatch(shaders.GemmLanes{
		A: p.a, B: p.b, Bias: p.bias, E: p.e, C: p.c,
		Local: t.local, M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransC: transC,
		AddBias: !p.bias.IsZero(), AddE: !p.e.IsZero(), ACT: int32(p.act), SPLITS: int32(splits), TM: t.rows, NV: t.runs, UK: t.depth, NARROW: t.narrow,
		Groups: [3]uint32{x, y, uint32(splits)},
	})
}

// recordTransposed computes a bᵀ, of which the lanes kernel wants one operand transposed: the smaller one. With aᵀ it
// makes cᵀ = b aᵀ and stores it transposed.
func (p product) recordTransposed(rec *vk.Recorder) {
	if p.n <= p.m || p.transA || !p.bias.IsZero() {
		transpose(rec, p.b, p.scratch, 1, p.n, p.k)
		p.b, p.transB = p.scratch, false
		p.recordLanes(rec, 1, false)
		return
	}
	transpose(rec, p.a, p.scratch, 1, p.m, p.k)
	p.m, p.n = p.n, p.m
	p.a, p.b, p.transB = p.b, p.scratch, false
	p.recordLanes(rec, 1, true)
}

// transScratch is what a product with transB needs, in float32.
func transScratch(m, n, k int) int { return min(m, n) * k }

func (p product) recordTiled(rec *vk.Recorder) {
	t := sharedTile(rec)
	rec.Dispatch(shaders.GemmTiled{
		A: p.a, B: p.b, Bias: p.bias, E: p.e, C: p.c,
		Local: t.local(), M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransB: p.transB,
		AddBias: !p.bias.IsZero(), AddE: !p.e.IsZero(), ACT: int32(p.act), SPLITS: 1, BM: t.bm, BN: t.bn, BK: t.bk,
		Groups: [3]uint32{ceil(p.m, int(t.bm)), ceil(p.n, int(t.bn)), 1},
	})
}

// transpose records y [planes,n,m] = x [planes,m,n] with the last axes swapped.
func transpose(rec *vk.Recorder, x, y vk.Range, planes, m, n int) {
	const per = 64
	local := width(rec)
	rec.Dispatch(shaders.Transpose{
		X: x, Y: y, M: int32(m), N: int32(n), Local: local, PER: per,
		Groups: [3]uint32{ceil(m, int(local)), ceil(n, per), uint32(planes)},
	})
}
