package shaders_test

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// coopCase is a convolution and how the cooperative family cuts it.
type coopCase struct {
	tiledCase
	cut    coop
	matrix vk.Matrix
	scale  float32 // of x or dy, whichever is a gradient
}

// coopCases are shared out among the builds: a CPU driver compiles each for up to seconds.
func coopCases(r *rig) []coopCase {
	var cases []coopCase
	for _, m := range coopMatrices(r) {
		for i, c := range tiledCases(r) {
			if i%2 != int(r.d.Build())%2 && r.d.Info().Type == vk.CPU {
				continue
			}
			cut := []coop{coopSquare, coopTall, coopWide, coopSingle, coopLarge}[i%5]
			c.bk = int32(cut.bk(m))
			cases = append(cases, coopCase{c, cut, m, []float32{0, 1 << 12}[i/2%2]})
		}
	}
	return cases
}

func testConvFwdCoop(r *rig) {
	each(r, coopCases(r), func(r *rig, c coopCase) {
		x, w := r.normals(c.inputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CO)
		y := r.out(c.splits * c.outputs())
		k := shaders.ConvFwdCoop{
			X: r.floats(x).Range, W: r.floats(w).Range, Bias: bias.all(), Y: y.Range,
			Local: c.cut.local(r), Geometry: c.known(), AddBias: c.bias, ACT: int32(c.act), SPLITS: int32(c.splits),
			CM: int32(c.matrix.M), CN: int32(c.matrix.N), CK: int32(c.matrix.K),
			WM: c.cut.wm, WN: c.cut.wn, FM: c.cut.fm, FN: c.cut.fn, BK: int32(c.cut.bk(c.matrix)), ScaleA: scaleOf(c.scale), ScaleB: 2 / scaleOf(c.scale),
			Groups: [3]uint32{ceil(c.N*c.OH*c.OW, c.cut.bm(c.matrix)), ceil(c.CO, c.cut.bn(c.matrix)), uint32(c.splits)},
		}
		if r.runCoop(k) {
			var want []float64
			for _, part := range c.parts(wide(half(k.ScaleB)(w)), c.CO, c.patch()) {
				want = append(want, finish(c.Forward(wide(half(k.ScaleA)(x)), part))...)
			}
			r.near("y", y, want)
		}
	})
}

func testConvBwdDataCoop(r *rig) {
	each(r, coopCases(r), func(r *rig, c coopCase) {
		dy, w := r.normals(c.outputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CI)
		dx, phase := r.out(c.splits*c.inputs()), int(ceil(c.H, c.Stride)*ceil(c.W, c.Stride))
		k := shaders.ConvBwdDataCoop{
			Dy: r.floats(dy).Range, W: r.floats(w).Range, Bias: bias.all(), Dx: dx.Range,
			Local: c.cut.local(r), Geometry: c.known(), AddBias: c.bias, ACT: int32(c.act), SPLITS: int32(c.splits),
			CM: int32(c.matrix.M), CN: int32(c.matrix.N), CK: int32(c.matrix.K),
			WM: c.cut.wm, WN: c.cut.wn, FM: c.cut.fm, FN: c.cut.fn, BK: int32(c.cut.bk(c.matrix)), ScaleA: scaleOf(c.scale), ScaleB: 2 / scaleOf(c.scale),
			Groups: [3]uint32{ceil(c.N*phase, c.cut.bm(c.matrix)), ceil(c.CI, c.cut.bn(c.matrix)), uint32(c.Stride * c.Stride * c.splits)},
		}
		if r.runCoop(k) {
			var want []float64
			for s := range c.splits {
				want = append(want, finish(c.BackwardData(wide(half(k.ScaleA)(dy)), c.phaseRun(wide(half(k.ScaleB)(w)), s)))...)
			}
			r.near("dx", dx, want)
		}
	})
}

func testConvBwdFilterCoop(r *rig) {
	each(r, coopCases(r), func(r *rig, c coopCase) {
		x, dy := r.normals(c.inputs()), r.normals(c.outputs())
		dw := r.out(c.splits * c.filter())
		k := shaders.ConvBwdFilterCoop{
			X: r.floats(x).Range, Dy: r.floats(dy).Range, Dw: dw.Range,
			Local: c.cut.local(r), Geometry: c.known(), SPLITS: int32(c.splits),
			CM: int32(c.matrix.M), CN: int32(c.matrix.N), CK: int32(c.matrix.K),
			WM: c.cut.wm, WN: c.cut.wn, FM: c.cut.fm, FN: c.cut.fn, BK: int32(c.cut.bk(c.matrix)), ScaleA: 2 / scaleOf(c.scale), ScaleB: scaleOf(c.scale),
			Groups: [3]uint32{ceil(c.patch(), c.cut.bm(c.matrix)), ceil(c.CO, c.cut.bn(c.matrix)), uint32(c.splits)},
		}
		if r.runCoop(k) {
			var want []float64
			for _, part := range c.parts(wide(half(k.ScaleB)(dy)), c.CO, c.N*c.OH*c.OW) {
				want = append(want, c.BackwardFilter(wide(half(k.ScaleA)(x)), part)...)
			}
			r.near("dw", dw, want)
		}
	})
}
