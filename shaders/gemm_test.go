package shaders_test

import (
	"vkgan/layers/ref"
	"vkgan/shaders"
)

// product is a case of either family.
type product struct {
	M, N, K                int
	TransA, TransB, TransC bool
	Bias, E                bool
	Far                    bool // a bias far from 0
	Act                    int
	Splits                 int
}

// operands are a product's arguments on the device, and c as it should be.
type operands struct {
	a, b, bias, e, c *tensor
	left, right      []float32 // a and b
	want             []float64
}

// operands makes them; the runs of a split product are of a multiple of so many terms.
func (p product) operands(r *rig, multiple int) operands {
	return p.roundedOperands(r, multiple, func(a []float32) []float32 { return a }, func(b []float32) []float32 { return b })
}

// roundedOperands are those of a kernel that rounds a and b so before it multiplies them.
func (p product) roundedOperands(r *rig, multiple int, roundA, roundB func([]float32) []float32) operands {
	a, b := r.normals(p.M*p.K), r.normals(p.K*p.N)
	o := operands{a: r.floats(a), b: r.floats(b), left: a, right: b, c: r.out(p.Splits * p.M * p.N)}
	a, b = roundA(a), roundB(b)
	var bias, e []float64
	if p.Bias || p.Far {
		values := r.normals(p.N)
		for i := range values {
			if p.Far {
				values[i] += far
			}
		}
		o.bias, bias = r.floats(values), wide(values)
	}
	if p.E {
		values := r.normals(p.M * p.N)
		o.e, e = r.floats(values), wide(values)
		if p.TransC {
			e = swapped(e, p.M)
		}
	}
	run := runOf(p.K, p.Splits, multiple)
	for s := range p.Splits {
		from, to := min(s*run, p.K), min((s+1)*run, p.K)
		c := p.part(wide(a), wide(b), e, bias, from, to)
		if p.TransC {
			c = swapped(c, p.N)
		}
		o.want = append(o.want, c...)
	}
	return o
}

// runOf is the number of terms of a split, a multiple of so many.
func runOf(terms, splits, multiple int) int {
	return int(ceil(int(ceil(terms, splits)), multiple)) * multiple
}

// part is the product over the terms from .. to.
func (p product) part(a, b, e, bias []float64, from, to int) []float64 {
	if p.TransA {
		a = a[from*p.M : to*p.M]
	} else {
		a = columns(a, p.K, from, to)
	}
	if p.TransB {
		b = columns(b, p.K, from, to)
	} else {
		b = b[from*p.N : to*p.N]
	}
	g := ref.Gemm{M: p.M, N: p.N, K: to - from, TransA: p.TransA, TransB: p.TransB && to > from}
	return ref.Activations[p.Act].Forward(g.Mul(a, b, e, bias))
}

type tiledProduct struct {
	product
	tile
	groups int // of rows, whose moments are taken; 0: they are not
}

// tile is how the shared-memory family cuts a product: bm x bn elements of it to a work-group, bk terms at a time, tm x tn to an
// invocation; quads: four elements of an argument move at once where its lines allow it.
type tile struct {
	bm, bn, bk, tm, tn int32
	quads              bool
}

// tiles counts those of so many rows in groups.
func (t tile) tiles(rows, groups int) int {
	groups = max(groups, 1)
	return groups * int(ceil(rows/groups, int(t.bm)))
}

func (t tile) local() uint32 { return uint32(t.bm / t.tm * t.bn / t.tn) }

// moves tells whether four elements move at once of an argument with lines of so many.
func (t tile) moves(line int) bool { return t.quads && line%4 == 0 }

// fits reports whether the device has work-groups of that size.
func (t tile) fits(r *rig) bool { return t.local() <= r.d.Info().Limits.MaxInvocations }

var (
	tile32 = tile{32, 32, 16, 4, 4, false}
	tile64 = tile{64, 64, 16, 8, 8, false}
	wide32 = tile{32, 64, 8, 4, 8, true}
	tall32 = tile{64, 32, 4, 8, 4, true}
	tile16 = tile{16, 32, 32, 8, 8, true} // more blocks than invocations
	flat   = tile{16, 32, 8, 4, 4, false}
	large  = tile{128, 128, 8, 8, 8, true}
	huge   = tile{128, 128, 8, 4, 4, true} // 1024 invocations, most of them without a block
)

// randomProducts are of any size, every other one of multiples of four.
func randomProducts(r *rig) (list []tiledProduct) {
	tiles := []tile{tile32, tile64, wide32, tall32, tile16, flat}
	for i := range 12 {
		size := func() int { return 1 + r.IntN(90) }
		if i%2 == 0 {
			size = func() int { return 4 * (1 + r.IntN(22)) }
		}
		p := product{M: size(), N: size(), K: size(), TransA: r.IntN(2) == 0, TransB: r.IntN(2) == 0, Bias: r.IntN(2) == 0, E: r.IntN(2) == 0, Act: r.IntN(5), Splits: 1 + r.IntN(3)}
		t := tiles[i%len(tiles)]
		t.quads = i < 9
		list = append(list, tiledProduct{product: p, tile: t})
	}
	return list
}

func testGemmTiled(r *rig) {
	each(r, append([]tiledProduct{
		{product{M: 33, N: 35, K: 17, Bias: true, Act: 2, Splits: 1}, tile32, 0},
		{product{M: 1, N: 1, K: 1, Splits: 1}, tile32, 0},
		{product{M: 31, N: 32, K: 16, TransA: true, E: true, Act: 1, Splits: 1}, tile32, 0},
		{product{M: 5, N: 37, K: 33, TransB: true, Bias: true, E: true, Act: 3, Splits: 1}, flat, 0},
		{product{M: 17, N: 3, K: 15, TransA: true, TransB: true, Splits: 1}, flat, 0},
		{product{M: 34, N: 7, K: 53, TransA: true, Splits: 3}, tile32, 0},
		{product{M: 3, N: 33, K: 5, TransB: true, Splits: 4}, flat, 0}, // three of them empty
		{product{M: 65, N: 67, K: 19, Bias: true, Splits: 1}, tile64, 0},
		{product{M: 7, N: 18, K: 9, Bias: true, Act: 4, Splits: 1}, flat, 0},
		{product{M: 64, N: 128, K: 32, TransA: true, Bias: true, Act: 2, Splits: 1}, wide32, 0}, // no edge
		{product{M: 36, N: 68, K: 20, TransA: true, E: true, Splits: 1}, wide32, 0},
		{product{M: 33, N: 68, K: 20, Bias: true, Splits: 2}, wide32, 0},
		{product{M: 68, N: 36, K: 44, TransB: true, Splits: 3}, tall32, 0},
		{product{M: 64, N: 64, K: 16, TransA: true, TransB: true, Act: 1, Splits: 1}, tall32, 0},
		{product{M: 20, N: 36, K: 68, TransA: true, TransB: true, Splits: 2}, tile16, 0},
		{product{M: 132, N: 124, K: 28, Bias: true, E: true, Act: 4, Splits: 1}, huge, 0},
		{product{M: 4, N: 4, K: 4, Splits: 1}, tile16, 0},
		{product{M: 200, N: 35, K: 9, Far: true, Splits: 1}, tile32, 2},          // tiles that end with a group
		{product{M: 192, N: 68, K: 20, Far: true, Act: 2, Splits: 1}, wide32, 2}, // rows are tiles, a group's are not
		{product{M: 66, N: 67, K: 19, Bias: true, Splits: 1}, tile64, 1},
		{product{M: 1, N: 1, K: 3, Splits: 1}, tile32, 1},
		{product{M: 15, N: 36, K: 8, Bias: true, Act: 4, Splits: 1}, tile16, 3},
		{product{M: 260, N: 124, K: 8, Far: true, Splits: 1}, large, 2},
	}, randomProducts(r)...), func(r *rig, c tiledProduct) {
		r.quads = c.quads
		lineA, lineB := c.K, c.N
		if c.TransA {
			lineA = c.M
		}
		if c.TransB {
			lineB = c.K
		}
		o := c.operands(r, int(c.bk))
		partial, tiles := o.c, c.tiles(c.M, c.groups)
		if c.groups > 0 {
			partial = r.out(tiles * 2 * c.N)
		}
		k := shaders.GemmTiled{
			A: o.a.Range, B: o.b.Range, Bias: o.bias.all(), E: o.e.all(), C: o.c.Range, Partial: partial.Range,
			Local: c.local(), M: int32(c.M), N: int32(c.N), K: int32(c.K), TransA: c.TransA, TransB: c.TransB,
			AddBias: o.bias != nil, AddE: c.E, ACT: int32(c.Act), BM: c.bm, BN: c.bn, BK: c.bk, TM: c.tm, TN: c.tn, SPLITS: int32(c.Splits),
			AQuads: c.moves(lineA), BQuads: c.moves(lineB), CQuads: c.moves(c.N), GROUPS: int32(c.groups),
			Groups: [3]uint32{uint32(tiles), ceil(c.N, int(c.bn)), uint32(c.Splits)},
		}
		if !c.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		r.near("c", o.c, o.want)
		if c.groups > 0 {
			r.nearMoments(partial, partsOf(wide(r.result(o.c)), c.groups, 1, c.N, int(c.bm)), c.N)
		}
	})
}

type lanesProduct struct {
	product
	run lanes
}

// lanes is the shape of the register-tile family: tm rows, nv runs of a subgroup's columns, uk terms at a time.
type lanes struct {
	tm, nv, uk int
	packed     bool // the left operand too
	blocks     int  // of rows; 0: one
	groups     int  // of rows, whose moments are taken; 0: they are not
}

// tiles counts those of so many rows.
func (c lanes) tiles(rows int) int {
	groups := max(c.groups, 1)
	return groups * int(ceil(rows/groups, c.tm))
}

// width is the number of columns of a tile.
func (c lanes) width(r *rig) int { return c.nv * r.lanes() }

func testGemmLanes(r *rig) {
	l := r.lanes()
	each(r, []lanesProduct{
		{product{M: 7, N: 2*l + 3, K: 19, Bias: true, Act: 2, Splits: 1}, lanes{tm: 3, nv: 2, uk: 8}},
		{product{M: 1, N: 1, K: 1, Splits: 1}, lanes{tm: 1, nv: 1, uk: 1}},
		{product{M: 12, N: l, K: 16, TransA: true, E: true, Act: 1, Splits: 1}, lanes{tm: 12, nv: 1, uk: 16, packed: true}},
		{product{M: 13, N: l + 1, K: 17, TransC: true, Bias: true, E: true, Act: 3, Splits: 1}, lanes{tm: 6, nv: 1, uk: 4}},
		{product{M: 6, N: l, K: 7, TransA: true, TransC: true, Bias: true, Splits: 1}, lanes{tm: 4, nv: 1, uk: 8}},
		{product{M: 5, N: l - 1, K: 23, E: true, Act: 2, Splits: 1}, lanes{tm: 5, nv: 2, uk: 10}},
		{product{M: 9, N: 3*l + 1, K: 37, TransA: true, Splits: 3}, lanes{tm: 2, nv: 3, uk: 5, packed: true}},
		{product{M: 2, N: 2 * l, K: 64, Splits: 2}, lanes{tm: 2, nv: 2, uk: 16}},
		{product{M: 3, N: l + 2, K: 5, TransC: true, Splits: 4}, lanes{tm: 2, nv: 1, uk: 2}},
		{product{M: 8, N: l + 5, K: 12, Bias: true, Act: 4, Splits: 1}, lanes{tm: 3, nv: 1, uk: 4}},
		{product{M: 31, N: 2*l + 1, K: 45, TransA: true, TransC: true, Splits: 1}, lanes{tm: 6, nv: 2, uk: 8, packed: true}},
		{product{M: 61, N: 4*l - 1, K: 101, TransA: true, Bias: true, Splits: 1}, lanes{tm: 12, nv: 2, uk: 20}},
		{product{M: 13, N: l + 1, K: 9, Bias: true, Act: 1, Splits: 1}, lanes{tm: 2, nv: 1, uk: 4, blocks: 3}},
		{product{M: 21, N: 2*l + 3, K: 30, TransA: true, TransC: true, E: true, Splits: 1}, lanes{tm: 4, nv: 2, uk: 10, packed: true, blocks: 2}},
		{product{M: 5, N: 3, K: 21, TransA: true, Splits: 2}, lanes{tm: 1, nv: 1, uk: 7, blocks: 5}},
		{product{M: 14, N: 2*l + 3, K: 19, Far: true, Splits: 1}, lanes{tm: 3, nv: 2, uk: 8, groups: 2}}, // the last tile of a group moved back
		{product{M: 12, N: l - 1, K: 9, Far: true, Act: 2, Splits: 1}, lanes{tm: 6, nv: 1, uk: 4, groups: 2}},
		{product{M: 1, N: 1, K: 3, Splits: 1}, lanes{tm: 1, nv: 1, uk: 1, groups: 1}},
		{product{M: 33, N: 3*l + 1, K: 40, Bias: true, Act: 4, Splits: 1}, lanes{tm: 4, nv: 2, uk: 16, groups: 3, blocks: 2}},
		{product{M: 20, N: 2 * l, K: 12, Splits: 1}, lanes{tm: 7, nv: 1, uk: 12, groups: 1, blocks: 2}},
	}, func(r *rig, c lanesProduct) {
		o := c.operands(r, 1)
		tiles, blocks, partial := c.run.tiles(c.M), max(c.run.blocks, 1), o.c
		if c.run.groups > 0 {
			partial = r.out(tiles * 2 * c.N)
		}
		left := o.a
		if c.run.packed {
			left = r.floats(packed(o.left, c.M, c.run.tm))
		}
		r.run(shaders.GemmLanes{
			A: left.Range, B: r.floats(packed(o.right, c.N, c.run.width(r))).Range, Bias: o.bias.all(), E: o.e.all(), C: o.c.Range, Partial: partial.Range,
			Local: uint32(l), M: int32(c.M), N: int32(c.N), K: int32(c.K), TransA: c.TransA, TransC: c.TransC,
			AddBias: o.bias != nil, AddE: c.E, ACT: int32(c.Act), SPLITS: int32(c.Splits),
			TM: int32(c.run.tm), NV: int32(c.run.nv), UK: int32(c.run.uk), PackedA: c.run.packed, BLOCKS: int32(blocks), GROUPS: int32(c.run.groups),
			Groups: [3]uint32{ceil(tiles, blocks), ceil(c.N, l*c.run.nv), uint32(blocks * c.Splits)},
		})
		r.near("c", o.c, o.want)
		if c.run.groups > 0 {
			r.nearMoments(partial, partsOf(wide(r.result(o.c)), c.run.groups, 1, c.N, c.run.tm), c.N)
		}
	})
}
