package layers

import (
	"errors"
	"fmt"

	"vkgan/shaders"
	"vkgan/vk"
)

// winograd is the memory of a convolution's passes by Winograd's minimal filtering (shaders/include/winograd.glsl; Lavin &
// Gray 2016, "Fast Algorithms for Convolutional Neural Networks"): x, y and w are brought to its points, multiplied at each of
// them, and the products brought back.
type winograd struct {
	x, y     points
	filter   vk.Range // [tiles of columns, points, terms, columns of a tile]
	products vk.Range // [points, rows|1, columns]
}

// points is a batch at Winograd's points.
type points struct {
	data    vk.Range
	of      Tensor // whose passes are being recorded
	columns int    // of the tiles that it is packed in, once it is made; 0: not yet
}

// renew says that the passes to come see batch t, or parts of it, and that its values are new.
func (p *points) renew(t Tensor) { p.of, p.columns = t, 0 }

// largestPlane bounds an axis of the output: the points of all of it are made at once.
const largestPlane = 8

// pointsAlong counts the points of an axis with m outputs: tiles of four have six, the rest has two more than outputs.
func pointsAlong(m int) int { return m + 2*int(ceil(m, 4)) }

func (c *convolution) points() int { return pointsAlong(c.y.H) * pointsAlong(c.y.W) }

// inner is the number of input channels of all phases.
func (c *convolution) inner() int { return c.stride * c.stride * c.x.C }

// minimalFits says why the convolution's shape is not one that minimal filtering is written for.
func (c *convolution) minimalFits(d *vk.Device) error {
	last := func(size, pad int) int { return (size - 1 + pad) / c.stride }
	channels := runsInTurn * laneCount(d)
	switch {
	case !d.CPU():
		return errors.New("minimal filtering has kernels for CPU drivers only")
	case ceil(c.kernel, c.stride) != 3:
		return fmt.Errorf("minimal filtering takes three taps to a phase, not %d", ceil(c.kernel, c.stride))
	case max(c.y.H, c.y.W) > largestPlane:
		return fmt.Errorf("minimal filtering makes up to %d×%d outputs", largestPlane, largestPlane)
	case last(c.x.H, c.padY) > c.y.H+1 || last(c.x.W, c.padX) > c.y.W+1:
		return errors.New("minimal filtering leaves no pixel out")
	case c.x.C%channels != 0 || c.y.C%channels != 0:
		return fmt.Errorf("minimal filtering takes channels by %d", channels)
	}
	return nil
}

// allocateMinimal takes scratch for up to rows batch items, where minimal filtering can be chosen.
func (c *convolution) allocateMinimal(b *Builder, name string, rows int) {
	if c.minimalFits(b.dev) != nil {
		return
	}
	n, inner := c.points(), c.inner()
	c.at.x.data = b.scratch(name+".x.points", n*(rows|1)*c.rowOfX(b.dev))
	c.at.y.data = b.scratch(name+".y.points", n*(rows|1)*c.y.C)
	c.at.filter = b.scratch(name+".w.points", n*max((inner|1)*c.y.C, (c.y.C|1)*inner))
	c.at.products = b.scratch(name+".products", n*max((rows|1)*max(c.y.C, inner), (inner|1)*c.y.C))
}

// Rows and planes are padded to an odd number of cache lines, so that a column of them falls into all sets of a cache.

func (c *convolution) rowOfX(d *vk.Device) int { return c.inner() + 2*laneCount(d) }

// fitsMinimal says why a pass cannot be done so with tiles t.
func (p pass) fitsMinimal(d *vk.Device, t lanes) error {
	c := p.convolution()
	if err := c.minimalFits(d); err != nil {
		return err
	}
	m, n, _ := p.minimalSides()
	width := t.width(d)
	switch {
	case n%width != 0 || c.y.C%width != 0:
		return fmt.Errorf("minimal filtering takes whole tiles of columns: %d and %d channels are none of %d", n, c.y.C, width)
	case p.kind == dataPass && int(t.depth)%width != 0 && width%int(t.depth) != 0:
		return fmt.Errorf("%d terms at a time, but they lie together by %d", t.depth, width)
	}
	return t.fits(d, m, 0)
}

// minimalSides are the rows and columns of the products at a point, and their terms.
func (p pass) minimalSides() (m, n, k int) {
	inner := p.convolution().inner()
	switch p.kind {
	case forwardPass:
		return p.rows, p.y.C, inner
	case dataPass:
		return p.rows, inner, p.y.C
	}
	return inner, p.y.C, p.rows
}

// image is one side of the convolution for the kernels of points.
func (c *convolution) image(t Tensor, input bool) (k shaders.PointsOfImage) {
	k = shaders.PointsOfImage{H: int32(t.H), W: int32(t.W), C: int32(t.C), OH: int32(c.y.H), OW: int32(c.y.W), STRIDE: 1, INPUT: input}
	if input {
		k.STRIDE, k.PadY, k.PadX = int32(c.stride), int32(c.padY), int32(c.padX)
	}
	return k
}

// What an invocation does one after the other: runs of lanes, which share cache lines, for so many images.
const (
	runsInTurn   = 2
	imagesInTurn = 8
)

// xAtPoints records B x, rows of (phase, channel).
func (c *convolution) xAtPoints(rec *vk.Recorder) {
	p, columns := &c.at.x, int(width(rec))
	row := c.rowOfX(rec.Device())
	c.toPoints(rec, p, true, columns, (p.of.Rows|1)*row, row, columns)
}

// yAtPoints records A y, packed in tiles of columns.
func (c *convolution) yAtPoints(rec *vk.Recorder, columns int) {
	p := &c.at.y
	plane := (p.of.Rows | 1) * columns
	c.toPoints(rec, p, false, columns, plane, columns, c.points()*plane)
}

func (c *convolution) toPoints(rec *vk.Recorder, p *points, input bool, columns, plane, row, chunk int) {
	if p.columns == columns {
		return
	}
	p.columns = columns
	k := c.image(p.of, input)
	k.Image, k.Points, k.Local = p.of.Data, p.data, width(rec)
	k.ROWS, k.PLANE, k.ROW, k.CHUNK, k.WIDTH, k.PER = int32(p.of.Rows), int32(plane), int32(row), int32(chunk), int32(columns), imagesInTurn
	k.RUNS = runsInTurn
	channels := int(k.STRIDE*k.STRIDE) * p.of.C
	k.Groups = [3]uint32{ceil(channels, int(k.Local)*runsInTurn), ceil(p.of.Rows, imagesInTurn), 1}
	rec.DispatchWork(k, vk.Work{Bytes: 4 * float64(p.of.elements()+c.points()*p.of.Rows*channels)})
}

// fromPoints records t = act(Bᵀ products + bias), or with Aᵀ.
func (c *convolution) fromPoints(rec *vk.Recorder, t Tensor, input bool, bias vk.Range, act Activation) {
	k := c.image(t, input)
	channels := int(k.STRIDE*k.STRIDE) * t.C
	partial, groups := t.Data, int32(0)
	if !input { // else an invocation has a part of an image's pixels, and not each the same number
		partial, groups = t.moments.take(t.Data, t.Groups, parts{t.Rows * t.H * t.W, t.H * t.W, 1})
	}
	rec.DispatchWork(shaders.ImageOfPoints{
		Points: c.at.products, Bias: bias, Image: t.Data, Partial: partial,
		Local: width(rec), ROWS: int32(t.Rows), H: k.H, W: k.W, C: k.C, OH: k.OH, OW: k.OW, STRIDE: k.STRIDE, PadY: k.PadY, PadX: k.PadX, INPUT: input,
		AddBias: !bias.IsZero(), ACT: int32(act), RUNS: runsInTurn, PER: imagesInTurn, MOMENTS: groups > 0,
		Groups: [3]uint32{ceil(channels, int(width(rec))*runsInTurn), ceil(t.Rows, imagesInTurn), 1},
	}, vk.Work{Bytes: 4 * float64(t.elements()+c.points()*t.Rows*channels)})
}

// filterAtPoints records G w, packed in tiles of columns: output channels, or, trans, the phases' input channels.
func (c *convolution) filterAtPoints(rec *vk.Recorder, w vk.Range, trans bool, columns int) {
	const per = 8
	terms, n := c.inner(), c.y.C
	if trans {
		terms, n = n, terms
	}
	rec.DispatchWork(shaders.PointsOfFilter{
		W: w, Points: c.at.filter,
		Local: width(rec), CI: int32(c.x.C), CO: int32(c.y.C), KH: int32(c.kernel), KW: int32(c.kernel), OH: int32(c.y.H), OW: int32(c.y.W), STRIDE: int32(c.stride),
		TRANS: trans, TERMS: int32(terms | 1), WIDTH: int32(columns), RUNS: runsInTurn, PER: per, Groups: [3]uint32{ceil(n, int(width(rec))*runsInTurn), ceil(terms, per), 1},
	}, vk.Work{Bytes: 4 * float64((c.kernel*c.kernel*c.x.C+c.points()*c.inner())*c.y.C)})
}

// multiplyPoints records the products at the points.
func (c *convolution) multiplyPoints(rec *vk.Recorder, p pass, t lanes, k shaders.MultiplyPoints) {
	m, n, terms := p.minimalSides()
	k.C = c.at.products
	k.Local, k.M, k.N, k.K, k.TM, k.NV, k.UK = width(rec), int32(m), int32(n), int32(terms), t.rows, t.runs, t.depth
	x, y := t.groups(rec.Device(), m, n)
	k.Groups = [3]uint32{x, y, uint32(c.points())}
	rec.DispatchWork(k, c.work(p.rows))
}

// forwardMinimal records y = act(conv(x, w) + bias) from x's points.
func (c *convolution) forwardMinimal(rec *vk.Recorder, t lanes, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	d := rec.Device()
	row, all := c.rowOfX(d), c.at.x.of.Rows
	c.xAtPoints(rec)
	c.filterAtPoints(rec, w, false, t.width(d))
	c.multiplyPoints(rec, c.pass(forwardPass, x.Rows), t, shaders.MultiplyPoints{
		A: from(c.at.x.data, c.at.x.of.rowOf(x)*row), B: c.at.filter,
		PLANE: int32((all | 1) * row), ROW: int32(row), CHUNK: int32(c.inner()), ChunkTerms: int32(c.inner()), TERMS: int32(c.inner() | 1),
	})
	c.fromPoints(rec, y, false, bias, act)
}

// backwardDataMinimal records dx = act(deconv(dy, w) + bias) from dy's points.
func (c *convolution) backwardDataMinimal(rec *vk.Recorder, t lanes, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	columns, all := t.width(rec.Device()), c.at.y.of.Rows
	plane := (all | 1) * columns
	c.yAtPoints(rec, columns)
	c.filterAtPoints(rec, w, true, columns)
	c.multiplyPoints(rec, c.pass(dataPass, dy.Rows), t, shaders.MultiplyPoints{
		A: from(c.at.y.data, c.at.y.of.rowOf(dy)*columns), B: c.at.filter,
		PLANE: int32(plane), ROW: int32(columns), CHUNK: int32(c.points() * plane), ChunkTerms: int32(columns), TERMS: int32(c.y.C | 1),
	})
	c.fromPoints(rec, dx, true, bias, act)
}

// backwardFilterMinimal records dw = Σ x dy from both's points.
func (c *convolution) backwardFilterMinimal(rec *vk.Recorder, t lanes, x, dy Tensor, dw vk.Range) {
	const per = 8
	d := rec.Device()
	row, all := c.rowOfX(d), c.at.x.of.Rows
	c.xAtPoints(rec)
	c.yAtPoints(rec, t.width(d))
	c.multiplyPoints(rec, c.pass(filterPass, x.Rows), t, shaders.MultiplyPoints{
		A: from(c.at.x.data, c.at.x.of.rowOf(x)*row), B: from(c.at.y.data, c.at.y.of.rowOf(dy)*t.width(d)), TransA: true,
		PLANE: int32((all | 1) * row), ROW: int32(row), CHUNK: 1, ChunkTerms: 1, TERMS: int32(c.at.y.of.Rows | 1),
	})
	rec.DispatchWork(shaders.FilterOfPoints{
		Points: c.at.products, Dw: dw,
		Local: width(rec), CI: int32(c.x.C), CO: int32(c.y.C), KH: int32(c.kernel), KW: int32(c.kernel), OH: int32(c.y.H), OW: int32(c.y.W), STRIDE: int32(c.stride),
		RUNS: runsInTurn, PER: per, Groups: [3]uint32{ceil(c.y.C, int(width(rec))*runsInTurn), ceil(c.inner(), per), 1},
	}, vk.Work{Bytes: 4 * float64((c.kernel*c.kernel*c.x.C+c.points()*c.inner())*c.y.C)})
}

// from is the rest of r behind n float32.
func from(r vk.Range, n int) vk.Range { return r.Slice(4*int64(n), r.Bytes()-4*int64(n)) }
