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
	moments        *moments // of c's columns, to be taken if they can; nil: none
	groups         int      // of c's rows, which they are of
	norm           *weight  // in the lanes family: v, b's place is taken by its w; nil: none
	scale          vk.Range // in the lanes family: [k], factors of the terms; none: 1
	act            Activation
	gradient       operand  // which of a and b is a gradient
	taps           float64  // the share of the terms that are no padding; 0: all
	packed         vk.Range // scratch of the lanes family: multiplication.scratch float32
	partial        vk.Range // scratch, in the lanes family for a k above longRun: partialSize float32; none: cannot be split
}

// longRun is the number of terms above which a product is split: the packed columns of a run then stay in a core's
// cache while all rows pass.
const longRun = 1024

func (p product) record(rec *vk.Recorder) {
	p.recordAs(rec, choose(rec.Device(), p.operation()))
}

// recordAs records a variant that fits.
func (p product) recordAs(rec *vk.Recorder, v variant) {
	defer rec.Operation(p.operation())()
	switch {
	case v.tiled():
		p.recordTiled(rec, v.shared)
		return
	case v.cooperative():
		p.recordCoop(rec, v.coop)
		return
	}
	splits := p.operation().splits(v)
	whole := result{y: p.c, n: p.m * p.n, channels: p.n, moments: p.moments, groups: p.groups}
	p.c = whole.of(int32(splits), p.partial).y
	if splits > 1 || v.mirrored || v.packed {
		p.moments = nil
	}
	if v.mirrored {
		p.mirrored().recordLanes(rec, v, splits)
	} else {
		p.recordLanes(rec, v, splits)
	}
	whole.addPartials(rec, int32(splits), p.partial)
}

// work reads each operand once.
func (p product) work() vk.Work {
	m, n, k := float64(p.m), float64(p.n), float64(p.k)
	w := vk.Work{Dense: 2 * m * n * k, Bytes: 4 * (m*k + k*n + m*n)}
	w.Taps = w.Dense
	if p.taps != 0 {
		w.Taps *= p.taps
	}
	return w
}

// scratch is what packed must hold for a product of up to m rows, in float32. A tuning table may choose either operand, or
// both.
func (o multiplication) scratch(d *vk.Device) int {
	switch v := o.builtIn(d); {
	case d.Tuning() != nil || v.packed:
		return packedSize(o.k, o.m) + packedSize(o.k, o.n)
	case v.mirrored:
		return packedSize(o.k, o.m)
	}
	return packedSize(o.k, o.n)
}

// mirrored is the product of the transposes, cᵀ = op(b)ᵀ op(a)ᵀ.
func (p product) mirrored() product {
	p.m, p.n = p.n, p.m
	p.a, p.b = p.b, p.a
	p.transA, p.transB = !p.transB, !p.transA
	return p
}

func (p product) recordLanes(rec *vk.Recorder, v variant, splits int) {
	d, t := rec.Device(), v.lanes
	right := p.packed.Slice(0, tiledBytes(p.k, p.n, t.width(d)))
	if p.norm != nil {
		p.norm.pack(rec, right, t.width(d))
	} else {
		pack(rec, p.b, right, packing{planes: 1, terms: p.k, columns: p.n, trans: p.transB, scale: p.scale}, t.width(d))
	}
	if v.packed {
		left := p.packed.Slice(right.Bytes(), tiledBytes(p.k, p.m, int(t.rows)))
		pack(rec, p.a, left, packing{planes: 1, terms: p.k, columns: p.m, trans: !p.transA}, int(t.rows))
		p.a = left
	}
	partial, groups := p.moments.take(p.c, p.groups, parts{p.m, int(t.rows), 1})
	_, y := t.groups(d, p.m, p.n)
	per, blocks := p.blocks(tilesOf(p.m, int(t.rows), groups))
	rec.DispatchWork(shaders.GemmLanes{
		A: p.a, B: right, Bias: p.bias, E: p.e, C: p.c, Partial: partial,
		Local: width(rec), M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransC: v.mirrored, PackedA: v.packed,
		AddBias: !p.bias.IsZero(), AddE: !p.e.IsZero(), ACT: int32(p.act), SPLITS: int32(splits), TM: t.rows, NV: t.runs, UK: t.depth, BLOCKS: int32(blocks), GROUPS: groups,
		Groups: [3]uint32{per, y, blocks * uint32(splits)},
	}, p.work())
}

// A left operand that is larger than the third-level cache may give is taken in blocks that are not; a transposed one, which
// has few terms, in blocks that the second-level cache holds.
const (
	hugeLeft        = 8 << 20 / 4 // elements
	leftBlock       = 2 << 20 / 4
	hugeTransposed  = 1 << 20 / 4
	transposedBlock = 512 << 10 / 4
)

// blocks cuts the left operand's tiles of rows into blocks of so many.
func (p product) blocks(tiles uint32) (per, blocks uint32) {
	huge, block := hugeLeft, leftBlock
	if p.transA {
		huge, block = hugeTransposed, transposedBlock
	}
	if p.m*p.k <= huge {
		return tiles, 1
	}
	per = ceil(int(tiles), int(ceil(p.m*p.k, block)))
	return per, ceil(int(tiles), int(per))
}

// partialSize is what partial must hold for an output of n elements from k terms.
func partialSize(n, k int) int { return n * int(ceil(k, longRun)) }
