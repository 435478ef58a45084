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
	splits         int // of k, each with partial sums of its own in c; 0 means 1
}

func (p product) record(rec *vk.Recorder) {
	splits := max(p.splits, 1)
	if rec.Device().CPU() {
		t := lanesTile(p.m, p.k/splits)
		local := width(rec)
		rec.Dispatch(shaders.GemmLanes{
			A: p.a, B: p.b, Bias: p.bias, E: p.e, C: p.c,
			Local: local, M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransB: p.transB,
			AddBias: !p.bias.IsZero(), AddE: !p.e.IsZero(), ACT: int32(p.act), SPLITS: int32(splits), TM: t.rows, UK: t.depth, TG: t.group,
			Groups: [3]uint32{ceil(p.m, int(t.rows)), ceil(p.n, int(local)), uint32(splits)},
		})
		return
	}
	t := sharedTile(rec)
	rec.Dispatch(shaders.GemmTiled{
		A: p.a, B: p.b, Bias: p.bias, E: p.e, C: p.c,
		Local: t.local(), M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransB: p.transB,
		AddBias: !p.bias.IsZero(), AddE: !p.e.IsZero(), ACT: int32(p.act), SPLITS: int32(splits), BM: t.bm, BN: t.bn, BK: t.bk,
		Groups: [3]uint32{ceil(p.m, int(t.bm)), ceil(p.n, int(t.bn)), uint32(splits)},
	})
}
