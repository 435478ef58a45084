package shaders_test

import (
	"vkgan/layers/ref"
	"vkgan/shaders"
)

// geometry is a case of all three passes.
type geometry struct {
	ref.Conv
	bias bool
	act  int
	far  bool // its bias is far from 0
}

// known is what the kernels know of it.
func (g geometry) known() shaders.Geometry {
	return shaders.Geometry{
		ROWS: int32(g.N), IH: int32(g.H), IW: int32(g.W), CI: int32(g.CI), OH: int32(g.OH), OW: int32(g.OW), CO: int32(g.CO),
		KH: int32(g.KH), KW: int32(g.KW), STRIDE: int32(g.Stride), PadY: int32(g.PadY), PadX: int32(g.PadX),
	}
}

// geometries are convolutions for a device whose subgroups are l wide.
func geometries(r *rig) []geometry {
	l := r.lanes()
	list := []ref.Conv{
		same(3, 5, 4, 3, 2*l+3, 3, 2),
		same(7, 4, 5, l+1, l, 5, 2),
		{N: 1, H: 1, W: 1, CI: 1, OH: 1, OW: 1, CO: 1, KH: 1, KW: 1, Stride: 1},
		same(4, 6, 6, 4, 17, 4, 2),
		same(2, 7, 5, 17, 3, 1, 3), // most input pixels meet no tap
		same(5, 8, 5, 2*l, 64, 5, 3),
		// Unequal padding and kernel sides; the last two rows see padding alone, the last column is not reached.
		{N: 2, H: 4, W: 5, CI: l - 1, OH: 8, OW: 3, CO: l - 1, KH: 3, KW: 2, Stride: 1, PadY: 2},
		{N: 3, H: 3, W: 3, CI: 2*l + 1, OH: 6, OW: 5, CO: 3*l + 1, KH: 4, KW: 4, Stride: 1, PadY: 3, PadX: 2},
		{N: 6, H: 5, W: 7, CI: 64, OH: 2, OW: 3, CO: 1, KH: 3, KW: 3, Stride: 2},
	}
	channels := []int{1, 3, 8, 17, l, l + 1, 2*l - 1, 2 * l}
	for range 4 {
		list = append(list, ref.Conv{
			N: 1 + r.IntN(6), H: 1 + r.IntN(7), W: 1 + r.IntN(7), CI: channels[r.IntN(len(channels))],
			OH: 1 + r.IntN(5), OW: 1 + r.IntN(5), CO: channels[r.IntN(len(channels))],
			KH: 1 + r.IntN(5), KW: 1 + r.IntN(5), Stride: 1 + r.IntN(3), PadY: r.IntN(4), PadX: r.IntN(4),
		})
	}
	cases := make([]geometry, len(list))
	for i, c := range list {
		cases[i] = geometry{Conv: c, bias: i%3 != 1, act: i % len(ref.Activations)}
	}
	return cases
}

// measured are those whose moments are taken, in 2, 2, 1, 3 and 1 groups of rows.
func measured(r *rig) []geometry {
	l := r.lanes()
	return []geometry{
		{Conv: same(14, 6, 4, 9, 2*l+3, 3, 2), bias: true, far: true},
		{Conv: same(4, 4, 5, l+1, l, 5, 2), bias: true, act: 2, far: true},
		{Conv: same(1, 1, 1, 1, 1, 1, 1)},
		{Conv: same(9, 4, 6, 17, l-1, 3, 2), bias: true, act: 4},
		{Conv: same(20, 2, 2, 3*l+1, 4, 2, 2)},
	}
}

var measuredGroups = []int{2, 2, 1, 3, 1}

// same is a square kernel with SAME padding.
func same(n, h, w, ci, co, kernel, stride int) ref.Conv {
	c := ref.Conv{N: n, H: h, W: w, CI: ci, CO: co, KH: kernel, KW: kernel, Stride: stride}
	c.OH, c.PadY = ref.Same(h, kernel, stride)
	c.OW, c.PadX = ref.Same(w, kernel, stride)
	return c
}

func (g geometry) inputs() int  { return g.N * g.H * g.W * g.CI }
func (g geometry) outputs() int { return g.N * g.OH * g.OW * g.CO }
func (g geometry) patch() int   { return g.KH * g.KW * g.CI }
func (g geometry) filter() int  { return g.patch() * g.CO }

// withBias makes the case's bias, none where it has none, and what becomes of sums [.., channels].
func (g geometry) withBias(r *rig, channels int) (bias *tensor, finish func(sums []float64) []float64) {
	shift := make([]float32, channels)
	if g.bias {
		shift = r.normals(channels)
		for i := range shift {
			if g.far {
				shift[i] += far
			}
		}
		bias = r.floats(shift)
	}
	return bias, func(sums []float64) []float64 {
		for i := range sums {
			sums[i] += float64(shift[i%channels])
		}
		return ref.Activations[g.act].Forward(sums)
	}
}
