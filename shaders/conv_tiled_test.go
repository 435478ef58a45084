package shaders_test

import (
	"vkgan/layers/ref"
	"vkgan/shaders"
)

// tiledCase is a convolution and how the shared-memory family cuts it.
type tiledCase struct {
	geometry
	tile
	splits int
	groups int // of batch items, whose moments are taken; 0: they are not
}

func tiledCases(r *rig) []tiledCase {
	var cases []tiledCase
	for i, g := range geometries(r) {
		c := tiledCase{g, tile32, 1 + i%3, 0}
		if i%3 == 2 {
			c.tile = flat
		}
		c.quads = i%2 == 0
		cases = append(cases, c)
	}
	return append(cases,
		tiledCase{geometry{same(3, 6, 5, 17, 66, 3, 2), true, 2, false}, tile64, 2, 0},
		tiledCase{geometry{same(3, 6, 5, 12, 68, 3, 2), true, 2, false}, wide32, 1, 0},
		tiledCase{geometry{same(5, 8, 8, 16, 32, 5, 2), false, 1, false}, wide32, 3, 0},
		tiledCase{geometry{same(4, 7, 5, 20, 36, 4, 3), true, 4, false}, tall32, 2, 0},
		tiledCase{geometry{same(2, 4, 4, 32, 64, 2, 2), false, 0, false}, tall32, 1, 0}, // no edge
		tiledCase{geometry{same(3, 5, 6, 8, 4, 5, 2), true, 3, false}, tile16, 2, 0},
		tiledCase{geometry{ref.Conv{N: 2, H: 5, W: 7, CI: 8, OH: 2, OW: 4, CO: 12, KH: 2, KW: 1, Stride: 3, PadY: 1}, true, 1, false}, tile16, 1, 0}, // phases without taps
		tiledCase{geometry{same(3, 9, 9, 132, 8, 1, 1), true, 2, false}, huge, 1, 0},
	)
}

// measuredTiled are cut so that the last tile of a group is not full.
func measuredTiled(r *rig) (cases []tiledCase) {
	for i, g := range measured(r) {
		c := tiledCase{g, []tile{tile32, tile64, flat, wide32, tall32}[i], 1, measuredGroups[i]}
		cases = append(cases, c)
	}
	return cases
}

func (c tiledCase) fwd() shaders.ConvFwdTiled {
	return shaders.ConvFwdTiled{
		Local: c.local(), Geometry: c.known(),
		AddBias: c.bias, ACT: int32(c.act), BM: c.bm, BN: c.bn, BK: c.bk, TM: c.tm, TN: c.tn, SPLITS: int32(c.splits),
		AQuads: c.moves(c.CI), BQuads: c.moves(c.CO), CQuads: c.moves(c.CO), GROUPS: int32(c.groups),
		Groups: [3]uint32{uint32(c.tiles(c.N*c.OH*c.OW, c.groups)), ceil(c.CO, int(c.bn)), uint32(c.splits)},
	}
}

func testConvFwdTiled(r *rig) {
	each(r, append(tiledCases(r), measuredTiled(r)...), func(r *rig, c tiledCase) {
		r.quads = c.quads
		x, w := r.normals(c.inputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CO)
		y := r.out(c.splits * c.outputs())
		partial := y
		if c.groups > 0 {
			partial = r.out(c.tiles(c.N*c.OH*c.OW, c.groups) * 2 * c.CO)
		}
		k := c.fwd()
		k.X, k.W, k.Bias, k.Y, k.Partial = r.floats(x).Range, r.floats(w).Range, bias.all(), y.Range, partial.Range
		if !c.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		var want []float64
		for _, part := range c.parts(wide(w), c.CO, c.patch()) {
			want = append(want, finish(c.Forward(wide(x), part))...)
		}
		r.near("y", y, want)
		if c.groups > 0 {
			r.nearMoments(partial, partsOf(wide(r.result(y)), c.groups, 1, c.CO, int(c.bm)), c.CO)
		}
	})
}

func testConvBwdDataTiled(r *rig) {
	each(r, append(tiledCases(r), measuredTiled(r)...), func(r *rig, c tiledCase) {
		r.quads = c.quads
		dy, w := r.normals(c.outputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CI)
		dx, phase := r.out(c.splits*c.inputs()), int(ceil(c.H, c.Stride)*ceil(c.W, c.Stride))
		if c.groups > 0 && (c.H%c.Stride != 0 || c.W%c.Stride != 0) {
			c.groups = 0
		}
		tiles, partial := c.tiles(c.N*phase, c.groups), dx
		if c.groups > 0 {
			partial = r.out(tiles * c.Stride * c.Stride * 2 * c.CI)
		}
		k := shaders.ConvBwdDataTiled{
			Dy: r.floats(dy).Range, W: r.floats(w).Range, Bias: bias.all(), Dx: dx.Range, Partial: partial.Range,
			Local: c.local(), Geometry: c.known(),
			AddBias: c.bias, ACT: int32(c.act), BM: c.bm, BN: c.bn, BK: c.bk, TM: c.tm, TN: c.tn, SPLITS: int32(c.splits),
			AQuads: c.moves(c.CO), BQuads: c.moves(c.CO), CQuads: c.moves(c.CI), GROUPS: int32(c.groups),
			Groups: [3]uint32{uint32(tiles), ceil(c.CI, int(c.bn)), uint32(c.Stride * c.Stride * c.splits)},
		}
		if !c.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		var want []float64
		for s := range c.splits {
			want = append(want, finish(c.BackwardData(wide(dy), c.phaseRun(wide(w), s)))...)
		}
		r.near("dx", dx, want)
		if c.groups > 0 {
			r.nearMoments(partial, partsOf(c.byPhase(wide(r.result(dx))), c.groups, c.Stride*c.Stride, c.CI, int(c.bm)), c.CI)
		}
	})
}

// byPhase is x [N,H,W,CI] as [N, pixels of a phase, phases, CI].
func (c tiledCase) byPhase(x []float64) (y []float64) {
	for row := 0; row < c.N*c.H; row += c.Stride {
		for column := 0; column < c.W; column += c.Stride {
			for phase := range c.Stride * c.Stride {
				y = append(y, x[((row+phase/c.Stride)*c.W+column+phase%c.Stride)*c.CI:][:c.CI]...)
			}
		}
	}
	return y
}

func testConvBwdFilterTiled(r *rig) {
	each(r, tiledCases(r), func(r *rig, c tiledCase) {
		r.quads = c.quads
		x, dy := r.normals(c.inputs()), r.normals(c.outputs())
		dw := r.out(c.splits * c.filter())
		k := shaders.ConvBwdFilterTiled{
			X: r.floats(x).Range, Dy: r.floats(dy).Range, Dw: dw.Range,
			Local: c.local(), Geometry: c.known(),
			BM: c.bm, BN: c.bn, BK: c.bk, TM: c.tm, TN: c.tn, SPLITS: int32(c.splits),
			AQuads: c.moves(c.CI), BQuads: c.moves(c.CO), CQuads: c.moves(c.CO),
			Groups: [3]uint32{ceil(c.patch(), int(c.bm)), ceil(c.CO, int(c.bn)), uint32(c.splits)},
		}
		if !c.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		var want []float64
		for _, part := range c.parts(wide(dy), c.CO, c.N*c.OH*c.OW) {
			want = append(want, c.BackwardFilter(wide(x), part)...)
		}
		r.near("dw", dw, want)
	})
}

// parts are what the splits see of an operand of so many terms: all but theirs is zero.
func (c tiledCase) parts(operand []float64, width, terms int) (list [][]float64) {
	run := runOf(terms, c.splits, int(c.bk))
	for s := range c.splits {
		from, to := min(s*run, terms)*width, min((s+1)*run, terms)*width
		part := make([]float64, len(operand))
		copy(part[from:to], operand[from:to])
		list = append(list, part)
	}
	return list
}

// phaseRun is w [KH,KW,CI,CO] with all zero but split s of each phase's terms [taps down, taps across, CO].
func (c tiledCase) phaseRun(w []float64, s int) []float64 {
	part := make([]float64, len(w))
	for ky := range c.KH {
		for kx := range c.KW {
			down, across := (c.KH-1-ky%c.Stride)/c.Stride+1, (c.KW-1-kx%c.Stride)/c.Stride+1
			run := runOf(down*across*c.CO, c.splits, int(c.bk))
			for co := range c.CO {
				if (ky/c.Stride*across+kx/c.Stride)*c.CO+co >= s*run && (ky/c.Stride*across+kx/c.Stride)*c.CO+co < (s+1)*run {
					for ci := range c.CI {
						at := ((ky*c.KW+kx)*c.CI+ci)*c.CO + co
						part[at] = w[at]
					}
				}
			}
		}
	}
	return part
}
