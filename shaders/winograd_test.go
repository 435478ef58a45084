package shaders_test

import (
	"slices"

	"vkgan/layers/ref"
	"vkgan/shaders"
)

// minimalCase is a convolution by minimal filtering, whose output is one plane of points.
type minimalCase struct {
	ref.Conv
	input     bool // the convolution's input, else its output
	trans     bool
	bias      bool
	far       bool // moments are taken of the output, with a bias far from 0 if there is one
	act       int
	runs, per int
	width     int // runs of lanes that lie together
}

// minimalCases have channels by l*runs, with tiles of one to four outputs and two tiles along an axis.
func minimalCases(r *rig) []minimalCase {
	l := r.lanes()
	list := []minimalCase{
		{Conv: same(3, 6, 4, 2*l, 2*l, 5, 2), input: true, bias: true, runs: 2, per: 2, width: 2},
		{Conv: same(2, 8, 3, l, 3*l, 3, 1), trans: true, runs: 1, per: 1, width: 1},
		{Conv: ref.Conv{N: 5, H: 3, W: 9, CI: 4 * l, OH: 1, OW: 4, CO: 2 * l, KH: 5, KW: 6, Stride: 2, PadY: 1, PadX: 2}, bias: true, runs: 2, per: 8, width: 1},
		{Conv: ref.Conv{N: 4, H: 7, W: 5, CI: 2 * l, OH: 5, OW: 2, CO: 4 * l, KH: 8, KW: 9, Stride: 3, PadY: 9, PadX: 3}, input: true, trans: true, runs: 1, per: 3, width: 2},
	}
	var cases []minimalCase
	for i := range max(len(list), len(ref.Activations)) {
		c := list[i%len(list)]
		c.act = i % len(ref.Activations)
		c.input = c.input != (i >= len(list))
		c.far = i != 3
		cases = append(cases, c)
	}
	return cases
}

func (c minimalCase) axes() (y, x ref.Axis) { return ref.Minimal(c.OH), ref.Minimal(c.OW) }

func (c minimalCase) points() int {
	y, x := c.axes()
	return len(y.A) * len(x.A)
}

// matrices take the case's side of the convolution to its points.
func (c minimalCase) matrices() (my, mx [][]float64) {
	y, x := c.axes()
	if c.input {
		return y.B, x.B
	}
	return y.A, x.A
}

// side is the image, and how its phases lie in it.
func (c minimalCase) side() (h, w, channels, stride, padY, padX int) {
	if c.input {
		return c.H, c.W, c.CI, c.Stride, c.PadY, c.PadX
	}
	return c.OH, c.OW, c.CO, 1, 0, 0
}

// eachPixel calls f for every pixel that counts for a point: element [plane,row,column] of the points, an element of the
// image, and its weight.
func (c minimalCase) eachPixel(f func(plane, row, column, pixel int, weight float64)) {
	my, mx := c.matrices()
	h, w, channels, stride, padY, padX := c.side()
	for q := range my {
		for p := range mx {
			for i, wy := range my[q] {
				for j, wx := range mx[p] {
					for phase := range stride * stride {
						y, x := stride*i+phase/stride-padY, stride*j+phase%stride-padX
						if y < 0 || y >= h || x < 0 || x >= w {
							continue
						}
						for row := range c.N {
							for channel := range channels {
								f(q*len(mx)+p, row, phase*channels+channel, ((row*h+y)*w+x)*channels+channel, wy*wx)
							}
						}
					}
				}
			}
		}
	}
}

// eachTap likewise for the taps of the filter and element [plane,inner,co] of the points.
func (c minimalCase) eachTap(f func(plane, inner, co, tap int, weight float64)) {
	y, x := c.axes()
	for q := range y.G {
		for p := range x.G {
			for i, wy := range y.G[q] {
				for j, wx := range x.G[p] {
					for phase := range c.Stride * c.Stride {
						ky, kx := c.Stride*i+phase/c.Stride, c.Stride*j+phase%c.Stride
						if ky >= c.KH || kx >= c.KW {
							continue
						}
						for ci := range c.CI {
							for co := range c.CO {
								f(q*len(x.G)+p, phase*c.CI+ci, co, ((ky*c.KW+kx)*c.CI+ci)*c.CO+co, wy*wx)
							}
						}
					}
				}
			}
		}
	}
}

// tiled is where element [plane,row,column] lies in tiles of columns, each [planes,rows,width].
func tiled(planes, rows, width int) func(plane, row, column int) int {
	return func(plane, row, column int) int {
		return ((column/width*planes+plane)*rows+row)*width + column%width
	}
}

func testPointsOfImage(r *rig) {
	l := r.lanes()
	each(r, minimalCases(r), func(r *rig, c minimalCase) {
		h, w, channels, stride, padY, padX := c.side()
		width, rows := c.width*l, c.N
		at, plane, row, chunk := tiled(c.points(), rows, width), rows*width, width, c.points()*rows*width
		if c.trans { // rows of all channels
			all := stride * stride * channels
			at, plane, row, chunk = tiled(c.points(), rows, all), rows*all, all, width
		}
		image := r.normals(c.N * h * w * channels)
		want := make([]float64, c.points()*rows*stride*stride*channels)
		c.eachPixel(func(p, row, column, pixel int, weight float64) {
			want[at(p, row, column)] += weight * float64(image[pixel])
		})
		points := r.out(len(want))
		r.run(shaders.PointsOfImage{
			Image: r.floats(image).Range, Points: points.Range,
			Local: uint32(l), ROWS: int32(c.N), H: int32(h), W: int32(w), C: int32(channels), OH: int32(c.OH), OW: int32(c.OW),
			STRIDE: int32(stride), PadY: int32(padY), PadX: int32(padX), INPUT: c.input,
			PLANE: int32(plane), ROW: int32(row), CHUNK: int32(chunk), WIDTH: int32(width), RUNS: int32(c.runs), PER: int32(c.per),
			Groups: [3]uint32{ceil(stride*stride*channels, l*c.runs), ceil(c.N, c.per), 1},
		})
		r.near("points", points, want)
	})
}

func testImageOfPoints(r *rig) {
	l := r.lanes()
	each(r, minimalCases(r), func(r *rig, c minimalCase) {
		h, w, channels, stride, padY, padX := c.side()
		all := stride * stride * channels
		points := r.normals(c.points() * (c.N | 1) * all)
		want := make([]float64, c.N*h*w*channels)
		at := tiled(c.points(), c.N|1, all)
		c.eachPixel(func(p, row, column, pixel int, weight float64) {
			want[pixel] += weight * float64(points[at(p, row, column)])
		})
		bias, finish := geometry{bias: c.bias, act: c.act, far: c.far}.withBias(r, channels)
		image := r.out(len(want))
		partial := image
		if !c.input && c.far {
			partial = r.out(c.N * 2 * channels)
		}
		r.run(shaders.ImageOfPoints{
			Points: r.floats(points).Range, Bias: bias.all(), Image: image.Range, Partial: partial.Range,
			Local: uint32(l), ROWS: int32(c.N), H: int32(h), W: int32(w), C: int32(channels), OH: int32(c.OH), OW: int32(c.OW),
			STRIDE: int32(stride), PadY: int32(padY), PadX: int32(padX), INPUT: c.input, AddBias: c.bias, ACT: int32(c.act), RUNS: int32(c.runs), PER: int32(c.per), MOMENTS: partial != image,
			Groups: [3]uint32{ceil(all, l*c.runs), ceil(c.N, c.per), 1},
		})
		r.near("image", image, finish(want))
		if partial != image {
			r.nearMoments(partial, partsOf(wide(r.result(image)), 1, 1, channels, h*w), channels)
		}
	})
}

func testPointsOfFilter(r *rig) {
	l := r.lanes()
	each(r, minimalCases(r), func(r *rig, c minimalCase) {
		terms, columns := c.Stride*c.Stride*c.CI, c.CO
		if c.trans {
			terms, columns = columns, terms
		}
		filter := r.normals(c.KH * c.KW * c.CI * c.CO)
		want := make([]float64, c.points()*terms*columns)
		at := tiled(c.points(), terms, c.width*l)
		c.eachTap(func(p, inner, co, tap int, weight float64) {
			if c.trans {
				inner, co = co, inner
			}
			want[at(p, inner, co)] += weight * float64(filter[tap])
		})
		points := r.out(len(want))
		r.run(shaders.PointsOfFilter{
			W: r.floats(filter).Range, Points: points.Range,
			Local: uint32(l), CI: int32(c.CI), CO: int32(c.CO), KH: int32(c.KH), KW: int32(c.KW), OH: int32(c.OH), OW: int32(c.OW), STRIDE: int32(c.Stride),
			TRANS: c.trans, TERMS: int32(terms), WIDTH: int32(c.width * l), RUNS: int32(c.runs), PER: int32(c.per),
			Groups: [3]uint32{ceil(columns, l*c.runs), ceil(terms, c.per), 1},
		})
		r.near("points", points, want)
	})
}

func testFilterOfPoints(r *rig) {
	l := r.lanes()
	each(r, minimalCases(r), func(r *rig, c minimalCase) {
		inner := c.Stride * c.Stride * c.CI
		points := r.normals(c.points() * (inner | 1) * c.CO)
		want := make([]float64, c.KH*c.KW*c.CI*c.CO)
		at := tiled(c.points(), inner|1, c.CO)
		c.eachTap(func(p, inner, co, tap int, weight float64) { want[tap] += weight * float64(points[at(p, inner, co)]) })
		dw := r.out(len(want))
		r.run(shaders.FilterOfPoints{
			Points: r.floats(points).Range, Dw: dw.Range,
			Local: uint32(l), CI: int32(c.CI), CO: int32(c.CO), KH: int32(c.KH), KW: int32(c.KW), OH: int32(c.OH), OW: int32(c.OW), STRIDE: int32(c.Stride),
			RUNS: int32(c.runs), PER: int32(c.per), Groups: [3]uint32{ceil(c.CO, l*c.runs), ceil(inner, c.per), 1},
		})
		r.near("dw", dw, want)
	})
}

func testMultiplyPoints(r *rig) {
	l := r.lanes()
	type products struct {
		points, m, tiles, k int
		trans               bool
		chunk, spare        int // terms of the left operand that lie together; more rows and terms than there are
		tm, nv, uk          int
	}
	each(r, []products{
		{points: 9, m: 13, tiles: 2, k: 24, chunk: 24, spare: 3, tm: 6, nv: 2, uk: 8},
		{points: 4, m: 8, tiles: 1, k: 20, trans: true, chunk: 1, spare: 1, tm: 4, nv: 1, uk: 7},
		{points: 1, m: 3, tiles: 3, k: 32, chunk: 8, tm: 2, nv: 2, uk: 16},
		{points: 3, m: 7, tiles: 1, k: 5, trans: true, chunk: 1, spare: 2, tm: 7, nv: 3, uk: 8},
		{points: 2, m: 4, tiles: 2, k: 16, chunk: 16, spare: 1, tm: 1, nv: 1, uk: 4},
	}, func(r *rig, c products) {
		width := c.nv * l
		n, rows := c.tiles*width, c.m+c.spare
		oracle := ref.Gemm{M: c.m, N: n, K: c.k, TransA: c.trans}
		p := shaders.MultiplyPoints{
			Local: uint32(l), M: int32(c.m), N: int32(n), K: int32(c.k), TransA: c.trans, TERMS: int32(c.k + c.spare),
			TM: int32(c.tm), NV: int32(c.nv), UK: int32(c.uk), Groups: [3]uint32{ceil(c.m, c.tm), uint32(c.tiles), uint32(c.points)},
		}
		at := tiled(c.points, rows, c.chunk) // [plane,m,k]
		p.PLANE, p.ROW, p.CHUNK, p.ChunkTerms = int32(rows*c.chunk), int32(c.chunk), int32(c.points*rows*c.chunk), int32(c.chunk)
		if c.trans {
			at = func(plane, m, k int) int { return (plane*c.k+k)*rows + m }
			p.PLANE, p.ROW, p.CHUNK, p.ChunkTerms = int32(c.k*rows), int32(rows), 1, 1
		}
		a, b := make([]float32, c.points*rows*c.k), make([]float32, c.points*n*(c.k+c.spare))
		right := tiled(c.points, c.k+c.spare, width)
		var want []float64
		for plane := range c.points {
			x, y := r.normals(c.m*c.k), r.normals(c.k*n)
			for m := range c.m {
				for k := range c.k {
					if c.trans {
						a[at(plane, m, k)] = x[k*c.m+m]
					} else {
						a[at(plane, m, k)] = x[m*c.k+k]
					}
				}
			}
			for k := range c.k {
				for j := range n {
					b[right(plane, k, j)] = y[k*n+j]
				}
			}
			want = append(want, oracle.Mul(wide(x), wide(y), nil, nil)...)
		}
		plane := (c.m | 1) * n
		out := r.out(c.points * plane)
		p.A, p.B, p.C = r.floats(a).Range, r.floats(b).Range, out.Range
		r.run(p)
		var products []float32
		for rows := range slices.Chunk(r.result(out), plane) {
			products = append(products, rows[:c.m*n]...)
		}
		r.nearValues("products", products, want)
	})
}
