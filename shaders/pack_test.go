package shaders_test

import (
	"slices"

	"vkgan/shaders"
)

// packed is x [terms,columns] in tiles of width columns, as pack.comp says.
func packed[E any](x []E, count, width int) (y []E) {
	for first := 0; first < count; first += width {
		start := max(0, min(first, count-width))
		for row := range slices.Chunk(x, count) {
			for j := range width {
				y = append(y, row[min(start+j, count-1)])
			}
		}
	}
	return y
}

// batchInside is x [rows,pixels,channels] as [pixels,rows,channels].
func batchInside[E any](x []E, rows, channels int) (y []E) {
	pixels := len(x) / (rows * channels)
	for p := range pixels {
		for row := range rows {
			y = append(y, x[(row*pixels+p)*channels:][:channels]...)
		}
	}
	return y
}

// scaled is x [planes,terms,columns] times factors [terms].
func scaled(x, factors []float32, columns int) (y []float32) {
	for i, v := range x {
		y = append(y, v*factors[i/columns%len(factors)])
	}
	return y
}

func testPack(r *rig) {
	type pack struct {
		planes, terms, columns, width, inner int
		trans                                bool
		per                                  int
		scale                                bool
	}
	l := r.lanes()
	each(r, []pack{
		{1, 12, 3*l + 1, 2 * l, 4, false, 3, false},
		{1, 1, 1, 1, 1, false, 1, false},
		{3, 5, l + 1, l, 1, true, 3, true},
		{1, 9, l - 1, 2 * l, 1, false, 5, true},
		{1, 14, 17, 6, 1, false, 64, false},
		{4, 3, 2*l - 1, 2 * l, 1, true, 64, false},
		{2, 70, 2*l + 3, 6, 1, true, 64, true},
		{1, 30, 6, 6, 5, false, 7, false},
		{1, 11, l, l, 11, false, 1, false},
		{1, 50, 2*l + 1, l, 1, false, 6, true},
		{1, 9, 3 * l, 2*l - 2, 1, false, 4, false},
		{1, 21, 5*l + 2, 2 * l, 1, false, 4, true},
		{2, 6, 3*l + 1, 2*l - 1, 1, true, 4, false},
	}, func(r *rig, c pack) {
		x := r.normals(c.planes * c.terms * c.columns)
		want := x
		if c.trans {
			want = nil
			for plane := range slices.Chunk(x, c.terms*c.columns) {
				want = append(want, swapped(plane, c.terms)...)
			}
		}
		factors := r.normals(c.terms)
		var scale *tensor
		if c.scale {
			scale, want = r.floats(factors), scaled(want, factors, c.columns)
		}
		want = packed(batchInside(want, c.inner, c.columns), c.columns, c.width)
		y := r.out(len(want))
		r.run(shaders.Pack{
			X: r.floats(x).Range, Scale: scale.all(), Y: y.Range, Planes: int32(c.planes), Terms: int32(c.terms), Columns: int32(c.columns), Width: int32(c.width), Inner: int32(c.inner),
			Local: uint32(l), TRANS: c.trans, INNER: c.inner > 1, SCALE: c.scale, NEAR: !c.trans && c.width <= c.columns, PER: int32(c.per), NV: int32(ceil(c.width, l)), PAIRS: c.width%2 == 0 && ceil(c.width, l) == 2 && (c.trans || c.columns%2 == 0),
			Groups: [3]uint32{uint32(c.planes) * ceil(c.terms, c.per), ceil(c.columns, c.width), 1},
		})
		r.sameFloats("y", y, want)
	})
}
