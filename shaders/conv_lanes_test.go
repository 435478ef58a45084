package shaders_test

import "vkgan/shaders"

// lanesCase is a convolution and how the register-tile family cuts it.
type lanesCase struct {
	geometry
	lanes
}

// lanesCases cuts so many rows, and unrolls a divisor of depth terms.
func lanesCases(r *rig, shape func(g geometry) (rows, depth int)) []lanesCase {
	wanted := []lanes{{tm: 2, nv: 2, uk: 3}, {tm: 3, nv: 1, uk: 8}, {tm: 1, nv: 1, uk: 1}, {tm: 6, nv: 3, uk: 4}, {tm: 4, nv: 2, uk: 17}}
	var cases []lanesCase
	for i, g := range geometries(r) {
		rows, depth := shape(g)
		cut := wanted[i%len(wanted)]
		cut.tm = min(cut.tm, rows)
		for depth%cut.uk != 0 {
			cut.uk--
		}
		cases = append(cases, lanesCase{g, cut})
	}
	return cases
}

// measuredLanes are cut so that the last tile of a group may be moved back.
func measuredLanes(r *rig) (cases []lanesCase) {
	for i, g := range measured(r) {
		cases = append(cases, lanesCase{g, lanes{tm: []int{3, 2, 1, 2, 7}[i], nv: 1 + i%2, uk: 1, groups: measuredGroups[i]}})
	}
	return cases
}

// moments makes room for those of the channels in each of so many lines of pixels; a case without has other in their place.
func (c lanesCase) moments(r *rig, lines, channels int, other *tensor) *tensor {
	if c.groups == 0 {
		return other
	}
	return r.out(c.tiles(c.N) * lines * 2 * channels)
}

func testConvFwdLanes(r *rig) {
	l := r.lanes()
	each(r, append(lanesCases(r, func(g geometry) (int, int) { return g.N, g.CI }), measuredLanes(r)...), func(r *rig, c lanesCase) {
		x, w := r.normals(c.inputs()), r.normals(c.filter())
		bias, finish := c.withBias(r, c.CO)
		y := r.out(c.outputs())
		partial := c.moments(r, c.OH, c.CO, y)
		r.run(shaders.ConvFwdLanes{
			X: r.floats(x).Range, W: r.floats(packed(w, c.CO, c.width(r))).Range, Bias: bias.all(), Y: y.Range, Partial: partial.Range,
			Local: uint32(l), Geometry: c.known(),
			AddBias: c.bias, ACT: int32(c.act), TM: int32(c.tm), NV: int32(c.nv), UK: int32(c.uk), GROUPS: int32(c.groups),
			Groups: [3]uint32{uint32(c.OH), uint32(c.tiles(c.N)), ceil(c.CO, l*c.nv)},
		})
		r.near("y", y, finish(c.Forward(wide(x), wide(w))))
		if c.groups > 0 {
			r.nearMoments(partial, partsOf(wide(r.result(y)), c.groups, c.OH, c.OW*c.CO, c.tm), c.CO)
		}
	})
}

func testConvBwdDataLanes(r *rig) {
	l := r.lanes()
	each(r, append(lanesCases(r, func(g geometry) (int, int) { return g.N, g.CO }), measuredLanes(r)...), func(r *rig, c lanesCase) {
		dy, w := r.normals(c.outputs()), r.normals(c.filter())
		var turned []float32 // [KH,KW,CO,CI]
		for tap := range c.KH * c.KW {
			turned = append(turned, swapped(w[tap*c.CI*c.CO:][:c.CI*c.CO], c.CO)...)
		}
		bias, finish := c.withBias(r, c.CI)
		dx := r.out(c.inputs())
		partial := c.moments(r, c.H, c.CI, dx)
		r.run(shaders.ConvBwdDataLanes{
			Dy: r.floats(dy).Range, W: r.floats(packed(turned, c.CI, c.width(r))).Range, Bias: bias.all(), Dx: dx.Range, Partial: partial.Range,
			Local: uint32(l), Geometry: c.known(),
			AddBias: c.bias, ACT: int32(c.act), TM: int32(c.tm), NV: int32(c.nv), UK: int32(c.uk), GROUPS: int32(c.groups),
			Groups: [3]uint32{uint32(c.H), uint32(c.tiles(c.N)), ceil(c.CI, l*c.nv)},
		})
		r.near("dx", dx, finish(c.BackwardData(wide(dy), wide(w))))
		if c.groups > 0 {
			r.nearMoments(partial, partsOf(wide(r.result(dx)), c.groups, c.H, c.W*c.CI, c.tm), c.CI)
		}
	})
}

func testConvBwdFilterLanes(r *rig) {
	l := r.lanes()
	cases := lanesCases(r, func(g geometry) (int, int) { return g.CI, 1 })
	for i := range cases { // batch items at a time: fewer than there are, all, more; dividing them or not
		cases[i].uk = []int{2, 3, 1, 4, 5}[i%5]
	}
	each(r, cases, func(r *rig, c lanesCase) {
		x, dy := r.normals(c.inputs()), r.normals(c.outputs())
		dw := r.out(c.filter())
		r.run(shaders.ConvBwdFilterLanes{
			X:  r.floats(packed(batchInside(x, c.N, c.CI), c.CI, c.tm)).Range,
			Dy: r.floats(packed(batchInside(dy, c.N, c.CO), c.CO, c.width(r))).Range, Dw: dw.Range,
			Local: uint32(l), Geometry: c.known(),
			TM: int32(c.tm), NV: int32(c.nv), UK: int32(c.uk),
			Groups: [3]uint32{ceil(c.CI, c.tm), ceil(c.CO, l*c.nv), 1},
		})
		r.near("dw", dw, c.BackwardFilter(wide(x), wide(dy)))
	})
}
