package shaders_test

import "vkgan/shaders"

// thinCases have few input channels and taps, and output channels that fill a run of lanes.
func thinCases(r *rig) []geometry {
	cases, l := patchCases(r), r.lanes()
	for i := range cases {
		for cases[i].CI > 1 && cases[i].patch() > 32 {
			cases[i].CI--
		}
		cases[i].CO = []int{l, 2*l + 3, 4 * l, l + 1}[i%4]
	}
	return cases
}

// padded is an input with its padding, as pad_image.comp makes it.
func (g geometry) padded(x []float32) []float32 {
	h, w := (g.OH-1)*g.Stride+g.KH, (g.OW-1)*g.Stride+g.KW
	out := make([]float32, g.N*h*w*g.CI)
	for n := range g.N {
		for y := range h {
			for c := range w {
				iy, ix := y-g.PadY, c-g.PadX
				if iy < 0 || iy >= g.H || ix < 0 || ix >= g.W {
					continue
				}
				copy(out[((n*h+y)*w+c)*g.CI:][:g.CI], x[((n*g.H+iy)*g.W+ix)*g.CI:])
			}
		}
	}
	return out
}

func testPadImage(r *rig) {
	each(r, thinCases(r), func(r *rig, g geometry) {
		x, per := r.normals(g.inputs()), 1+r.IntN(5)
		want := g.padded(x)
		got := r.out(len(want))
		r.run(shaders.PadImage{
			X: r.floats(x).Range, Padded: got.Range,
			Local: uint32(r.lanes()), Geometry: g.known(),
			PER: int32(per), Groups: [3]uint32{ceil(len(want), r.lanes()*per), 1, 1},
		})
		r.sameFloats("padded", got, want)
	})
}

func testConvFwdThin(r *rig) {
	l := r.lanes()
	each(r, thinCases(r), func(r *rig, g geometry) {
		x, w := r.normals(g.inputs()), r.normals(g.filter())
		bias, finish := g.withBias(r, g.CO)
		y := r.out(g.outputs())
		tm, nv, per := 1+r.IntN(min(6, g.OW)), 1+r.IntN(min(2, g.CO/l)), 1+r.IntN(5)
		r.run(shaders.ConvFwdThin{
			X: r.floats(g.padded(x)).Range, W: r.floats(w).Range, Bias: bias.all(), Y: y.Range,
			Local: uint32(l), Geometry: g.known(),
			AddBias: g.bias, ACT: int32(g.act), TM: int32(tm), NV: int32(nv), PER: int32(per),
			Groups: [3]uint32{ceil(g.N*g.OH*int(ceil(g.OW, tm)), per), ceil(g.CO, l*nv), 1},
		})
		r.near("y", y, finish(g.Forward(wide(x), wide(w))))
	})
}

func testConvBwdFilterThin(r *rig) {
	l := r.lanes()
	each(r, thinCases(r), func(r *rig, g geometry) {
		x, dy := r.normals(g.inputs()), r.normals(g.outputs())
		tk, nv, uk := 1+r.IntN(g.KH), 1+r.IntN(min(2, g.CO/l)), 1+r.IntN(g.OW)
		for g.OW%uk != 0 {
			uk--
		}
		turns := g.N * g.OH * g.OW / uk
		per := 1 + r.IntN(turns)
		chunks := int(ceil(turns, per))
		partial := r.out(chunks * g.filter())
		r.run(shaders.ConvBwdFilterThin{
			X: r.floats(g.padded(x)).Range, Dy: r.floats(dy).Range, Partial: partial.Range,
			Local: uint32(l), Geometry: g.known(),
			TK: int32(tk), NV: int32(nv), UK: int32(uk), PER: int32(per),
			Groups: [3]uint32{uint32(chunks), ceil(g.CO, l*nv), ceil(g.KH, tk)},
		})
		dw := make([]float32, g.filter())
		for i, v := range r.result(partial) {
			dw[i%len(dw)] += v
		}
		r.nearValues("dw", dw, g.BackwardFilter(wide(x), wide(dy)))
	})
}
