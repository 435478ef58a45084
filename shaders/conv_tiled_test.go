package shaders_test

import (
	"vkgan/shaders"
)

// tiledCase is a convolution and how the shared-memory family cuts it.
type tiledCase struct {
	geometry
	tile   tile
	splits int // of the filter gradient
}

func tiledCases(r *rig) []tiledCase {
	var cases []tiledCase
	for i, g := range geometries(r) {
		c := tiledCase{g, tile32, 1 + i%3}
		if i%3 == 2 {
			c.tile = flat
		}
		cases = append(cases, c)
	}
	large := geometry{same(3, 6, 5, 17, 66, 3, 2), true, 2}
	return append(cases, tiledCase{large, tile64, 2})
}

func (c tiledCase) fwd() shaders.ConvFwdTiled {
	return shaders.ConvFwdTiled{
		Local: c.tile.local(), ROWS: int32(c.N), IH: int32(c.H), IW: int32(c.W), CI: int32(c.CI), OH: int32(c.OH), OW: int32(c.OW), CO: int32(c.CO),
		KH: int32(c.KH), KW: int32(c.KW), STRIDE: int32(c.Stride), PadY: int32(c.PadY), PadX: int32(c.PadX),
		AddBias: c.bias, ACT: int32(c.act), BM: c.tile.bm, BN: c.tile.bn, BK: c.tile.bk,
		Groups: [3]uint32{ceil(c.N*c.OH*c.OW, int(c.tile.bm)), ceil(c.CO, int(c.tile.bn)), 1},
	}
}

func testConvFwdTiled(r *rig) {
	each(r, tiledCases(r), func(r *rig, c tiledCase) {
		x, w := r.normals(c.inputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CO)
		y := r.out(c.outputs())
		k := c.fwd()
		k.X, k.W, k.Bias, k.Y = r.floats(x).Range, r.floats(w).Range, bias.all(), y.Range
		if !c.tile.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		r.near("y", y, finish(c.Forward(wide(x), wide(w))))
	})
}

func testConvBwdDataTiled(r *rig) {
	each(r, tiledCases(r), func(r *rig, c tiledCase) {
		dy, w := r.normals(c.outputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CI)
		dx, phase := r.out(c.inputs()), int(ceil(c.H, c.Stride)*ceil(c.W, c.Stride))
		k := shaders.ConvBwdDataTiled{
			Dy: r.floats(dy).Range, W: r.floats(w).Range, Bias: bias.all(), Dx: dx.Range,
			Local: c.tile.local(), ROWS: int32(c.N), IH: int32(c.H), IW: int32(c.W), CI: int32(c.CI), OH: int32(c.OH), OW: int32(c.OW), CO: int32(c.CO),
			KH: int32(c.KH), KW: int32(c.KW), STRIDE: int32(c.Stride), PadY: int32(c.PadY), PadX: int32(c.PadX),
			AddBias: c.bias, ACT: int32(c.act), BM: c.tile.bm, BN: c.tile.bn, BK: c.tile.bk,
			Groups: [3]uint32{ceil(c.N*phase, int(c.tile.bm)), ceil(c.CI, int(c.tile.bn)), uint32(c.Stride * c.Stride)},
		}
		if !c.tile.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		r.near("dx", dx, finish(c.BackwardData(wide(dy), wide(w))))
	})
}

func testConvBwdFilterTiled(r *rig) {
	each(r, tiledCases(r), func(r *rig, c tiledCase) {
		x, dy := r.normals(c.inputs()), r.normals(c.outputs())
		dw := r.out(c.splits * c.filter())
		k := shaders.ConvBwdFilterTiled{
			X: r.floats(x).Range, Dy: r.floats(dy).Range, Dw: dw.Range,
			Local: c.tile.local(), ROWS: int32(c.N), IH: int32(c.H), IW: int32(c.W), CI: int32(c.CI), OH: int32(c.OH), OW: int32(c.OW), CO: int32(c.CO),
			KH: int32(c.KH), KW: int32(c.KW), STRIDE: int32(c.Stride), PadY: int32(c.PadY), PadX: int32(c.PadX),
			SPLITS: int32(c.splits), BM: c.tile.bm, BN: c.tile.bn, BK: c.tile.bk,
			Groups: [3]uint32{ceil(c.patch(), int(c.tile.bm)), ceil(c.CO, int(c.tile.bn)), uint32(c.splits)},
		}
		if !c.tile.fits(r) {
			r.refused(k)
			return
		}
		r.run(k)
		r.near("dw", dw, c.splitGradient(wide(x), wide(dy)))
	})
}

// splitGradient is dw of each split: of dy with all but the split's pixels zero.
func (c tiledCase) splitGradient(x, dy []float64) (dw []float64) {
	pixels := len(dy) / c.CO
	run := (pixels + c.splits - 1) / c.splits
	for s := range c.splits {
		from, to := min(s*run, pixels)*c.CO, min((s+1)*run, pixels)*c.CO
		part := make([]float64, len(dy))
		copy(part[from:to], dy[from:to])
		dw = append(dw, c.BackwardFilter(x, part)...)
	}
	return dw
}
