package shaders_test

import (
	"vkgan/layers/ref"
	"vkgan/shaders"
	"vkgan/vk"
)

// coop is how the cooperative family cuts a product: subgroups and, of each, matrices along both axes, and the terms of a
// chunk in lengths of a matrix.
type coop struct{ wm, wn, fm, fn, chunk int32 }

var (
	coopSingle = coop{1, 1, 1, 1, 1}
	coopSquare = coop{2, 2, 1, 1, 2}
	coopTall   = coop{2, 1, 2, 1, 2}
	coopWide   = coop{1, 2, 1, 2, 1}
	coopLarge  = coop{2, 2, 2, 2, 2}
)

// coopMatrices are the shapes that the device multiplies. Without any, a shape that no device has stands for them: kernels
// that want it must be refused.
func coopMatrices(r *rig) []vk.Matrix {
	list := r.d.Info().HalfMatrices()
	if len(list) == 0 {
		list = []vk.Matrix{{M: 16, N: 16, K: 16}}
	}
	if r.smoke {
		list = list[:1]
	}
	return list
}

func (c coop) local(r *rig) uint32 { return uint32(c.wm*c.wn) * uint32(r.lanes()) }

func (c coop) bm(m vk.Matrix) int { return int(c.wm*c.fm) * int(m.M) }
func (c coop) bn(m vk.Matrix) int { return int(c.wn*c.fn) * int(m.N) }
func (c coop) bk(m vk.Matrix) int { return int(c.chunk) * int(m.K) }

// runCoop runs k where the device has cooperative matrices, and reports whether it did; elsewhere it checks that k is
// refused.
func (r *rig) runCoop(k vk.Dispatcher) bool {
	r.Helper()
	if len(r.d.Info().HalfMatrices()) == 0 {
		r.refused(k)
		return false
	}
	r.run(k)
	return true
}

// scaleOf is a scale; 0 stands for none.
func scaleOf(scale float32) float32 {
	if scale == 0 {
		return 1
	}
	return scale
}

// half rounds an operand to fp16 as it is under a scale.
func half(scale float32) func(x []float32) []float32 {
	scale = scaleOf(scale)
	return func(x []float32) []float32 {
		return mapped(x, func(v float32) float32 { return float32(ref.Half(float64(v*scale))) / scale })
	}
}

type coopProduct struct {
	product
	cut            coop
	scaleA, scaleB float32
}

func testGemmCoop(r *rig) {
	for _, m := range coopMatrices(r) {
		r.sub(m.String(), func(r *rig) { testGemmCoopShape(r, m) })
	}
}

func testGemmCoopShape(r *rig, m vk.Matrix) {
	each(r, []coopProduct{
		{product{M: 33, N: 35, K: 17, Bias: true, Act: 2, Splits: 1}, coopLarge, 0, 0},
		{product{M: 1, N: 1, K: 1, Splits: 1}, coopSingle, 0, 0},
		{product{M: 31, N: 32, K: 16, TransA: true, E: true, Act: 1, Splits: 1}, coopSquare, 0, 1 << 12},
		{product{M: 5, N: 37, K: 33, TransB: true, Bias: true, E: true, Act: 3, Splits: 1}, coopWide, 1 << 12, 0},
		{product{M: 17, N: 3, K: 15, TransA: true, TransB: true, Splits: 1}, coopTall, 0, 0},
		{product{M: 34, N: 7, K: 53, TransA: true, Splits: 3}, coopSquare, 0, 0},
		{product{M: 3, N: 33, K: 5, TransB: true, Splits: 4}, coopSquare, 0.25, 8},
		{product{M: 65, N: 67, K: 130, Bias: true, Splits: 1}, coopLarge, 0, 0},
		{product{M: 7, N: 18, K: 9, Bias: true, Act: 4, Splits: 1}, coopSquare, 0, 0},
		{product{M: 64, N: 128, K: 96, TransA: true, Splits: 2}, coopLarge, 0, 0},
	}, func(r *rig, c coopProduct) {
		k := shaders.GemmCoop{
			Local: c.cut.local(r), M: int32(c.M), N: int32(c.N), K: int32(c.K), TransA: c.TransA, TransB: c.TransB,
			AddBias: c.Bias, AddE: c.E, ACT: int32(c.Act), SPLITS: int32(c.Splits), CM: int32(m.M), CN: int32(m.N), CK: int32(m.K),
			WM: c.cut.wm, WN: c.cut.wn, FM: c.cut.fm, FN: c.cut.fn, BK: int32(c.cut.bk(m)), ScaleA: scaleOf(c.scaleA), ScaleB: scaleOf(c.scaleB),
			Groups: [3]uint32{ceil(c.M, c.cut.bm(m)), ceil(c.N, c.cut.bn(m)), uint32(c.Splits)},
		}
		o := c.roundedOperands(r, c.cut.bk(m), half(c.scaleA), half(c.scaleB))
		k.A, k.B, k.Bias, k.E, k.C = o.a.Range, o.b.Range, o.bias.all(), o.e.all(), o.c.Range
		if r.runCoop(k) {
			r.near("c", o.c, o.want)
		}
	})
}
