package shaders_test

import (
	"vkgan/layers/ref"
	"vkgan/shaders"
)

// unfolding is the convolution that makes patches: as many output channels as a patch has elements, and the identity
// for its filter.
func (g geometry) unfolding() (c ref.Conv, identity []float64) {
	c = g.Conv
	c.CO = g.patch()
	identity = make([]float64, c.CO*c.CO)
	for i := range c.CO {
		identity[i*c.CO+i] = 1
	}
	return c, identity
}

// patchCases have few channels, as what unfolds its patches has.
func patchCases(r *rig) []geometry {
	cases := geometries(r)
	for i := range cases {
		cases[i].CI = []int{1, 3, 2, 5}[i%4]
	}
	return cases
}

func testIm2col(r *rig) {
	each(r, patchCases(r), func(r *rig, g geometry) {
		x := r.normals(g.inputs())
		c, identity := g.unfolding()
		rows, per := g.N*g.OH*g.OW, 1+r.IntN(9)
		col := r.out(rows * c.CO)
		r.run(shaders.Im2col{
			X: r.floats(x).Range, Col: col.Range,
			Local: uint32(r.lanes()), Geometry: g.known(),
			PER: int32(per), Groups: [3]uint32{ceil(c.CO, r.lanes()), ceil(rows, per), 1},
		})
		r.sameFloats("col", col, narrow(c.Forward(wide(x), identity)))
	})
}

func testCol2im(r *rig) {
	each(r, patchCases(r), func(r *rig, g geometry) {
		c, identity := g.unfolding()
		col := r.normals(g.N * g.OH * g.OW * c.CO)
		bias, finish := g.withBias(r, g.CI)
		dx, per := r.out(g.inputs()), 1+r.IntN(5)
		r.run(shaders.Col2im{
			Col: r.floats(col).Range, Bias: bias.all(), Dx: dx.Range,
			Local: uint32(r.lanes()), Geometry: g.known(),
			PER: int32(per), AddBias: g.bias, ACT: int32(g.act), Groups: [3]uint32{ceil(g.inputs(), r.lanes()*per), 1, 1},
		})
		r.near("dx", dx, finish(c.BackwardData(wide(col), identity)))
	})
}
