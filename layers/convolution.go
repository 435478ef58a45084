package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// convolution is the geometry of a convolution x [h,w,ci] → y [oh,ow,co] and its three passes. A transposed convolution
// is the same with the first two exchanged, so one set of kernels serves both layers.
type convolution struct {
	x, y            Shape
	kernel, stride  int
	padY, padX      int
	transposed      bool     // it serves a transposed convolution: what comes in is y
	packed, packedX vk.Range // scratch: packed operands
	copies          copies   // scratch: what a thin convolution's passes take
	at              winograd // scratch: operands at the points of minimal filtering
	sums, sumsW     vk.Range // scratch of the tiled family: partial sums of the forward and the data pass, of the filter pass
}

// checkWindow rejects a layer's kernel, stride and padding that no convolution can have.
func (b *Builder) checkWindow(layer string, kernel, stride int, pad *int) bool {
	switch {
	case kernel < 1:
		b.fail("%s: kernel is %d: want at least 1", layer, kernel)
	case stride < 1:
		b.fail("%s: stride is %d: want at least 1", layer, stride)
	case pad != nil && *pad < 0:
		b.fail("%s: pad is %d: want at least 0", layer, *pad)
	default:
		return true
	}
	return false
}

func (c *convolution) patch() int { return c.kernel * c.kernel * c.x.C }

// allocate takes scratch for up to rows batch items.
func (c *convolution) allocate(b *Builder, name string, rows int) {
	pixels, taps := rows*c.y.H*c.y.W, c.kernel*c.kernel
	if c.thin() {
		c.allocateThin(b, name, rows)
	} else {
		c.allocateMinimal(b, name, rows)
	}
	switch {
	case !b.dev.CPU():
		c.allocatePartials(b, name, rows)
	case c.thin():
		c.packed = b.scratch(name+".packed", max(
			multiplication{m: pixels, n: c.y.C, k: c.patch()}.scratch(b.dev),
			multiplication{m: pixels, n: c.patch(), k: c.y.C, transB: true}.scratch(b.dev),
			multiplication{m: c.patch(), n: c.y.C, k: pixels, transA: true}.scratch(b.dev)))
	default:
		c.packed = b.scratch(name+".packed", max(packedSize(c.patch(), c.y.C), packedSize(taps*c.y.C, c.x.C), packedSize(pixels, c.y.C)))
		c.packedX = b.scratch(name+".packed.x", packedSize(rows*c.x.H*c.x.W, c.x.C))
	}
}

// geometry is what the kernels know of it, for so many batch items.
func (c *convolution) geometry(rows int) shaders.Geometry {
	return shaders.Geometry{
		ROWS: int32(rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
	}
}

// forward records y = act(conv(x, w) + bias).
func (c *convolution) forward(rec *vk.Recorder, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	o := c.pass(forwardPass, x.Rows)
	defer rec.Operation(o)()
	c.forwardAs(rec, choose(rec.Device(), o), x, w, bias, act, y)
}

// forwardAs records a variant that fits; so do its siblings below.
func (c *convolution) forwardAs(rec *vk.Recorder, v variant, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	switch {
	case v.unfolded:
		c.forwardUnfolded(rec, x, w, bias, act, y)
	case v.padded:
		c.forwardPadded(rec, v.lanes, x, w, bias, act, y)
	case v.cooperative():
		c.forwardCoop(rec, v.coop, x, w, bias, act, y)
	case v.tiled():
		c.forwardTiled(rec, v.shared, x, w, bias, act, y)
	case v.minimal:
		c.forwardMinimal(rec, v.lanes, x, w, bias, act, y)
	default:
		c.forwardLanes(rec, v.lanes, x, w, bias, act, y)
	}
}

func (c *convolution) forwardLanes(rec *vk.Recorder, t lanes, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	d := rec.Device()
	partial, groups := y.moments.take(y.Data, y.Groups, parts{x.Rows * c.y.W, int(t.rows) * c.y.W, c.y.H})
	_, columns := t.groups(d, x.Rows, c.y.C)
	pack(rec, w, c.packed, packing{planes: 1, terms: c.patch(), columns: c.y.C}, t.width(d))
	rec.DispatchWork(shaders.ConvFwdLanes{
		X: x.Data, W: c.packed, Bias: bias, Y: y.Data, Partial: partial,
		Local: width(rec), Geometry: c.geometry(x.Rows),
		AddBias: !bias.IsZero(), ACT: int32(act), TM: t.rows, NV: t.runs, UK: t.depth, GROUPS: groups,
		Groups: [3]uint32{uint32(c.y.H), tilesOf(x.Rows, int(t.rows), groups), columns},
	}, c.work(x.Rows))
}

// backwardData records dx = act(deconv(dy, w) + bias): the data gradient, or the transposed convolution.
func (c *convolution) backwardData(rec *vk.Recorder, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	o := c.pass(dataPass, dy.Rows)
	defer rec.Operation(o)()
	c.backwardDataAs(rec, choose(rec.Device(), o), dy, w, bias, act, dx)
}

func (c *convolution) backwardDataAs(rec *vk.Recorder, v variant, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	switch {
	case v.unfolded:
		c.backwardDataUnfolded(rec, dy, w, bias, act, dx)
	case v.cooperative():
		c.backwardDataCoop(rec, v.coop, dy, w, bias, act, dx)
	case v.tiled():
		c.backwardDataTiled(rec, v.shared, dy, w, bias, act, dx)
	case v.minimal:
		c.backwardDataMinimal(rec, v.lanes, dy, w, bias, act, dx)
	default:
		c.backwardDataLanes(rec, v.lanes, dy, w, bias, act, dx)
	}
}

func (c *convolution) backwardDataLanes(rec *vk.Recorder, t lanes, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	d := rec.Device()
	partial, groups := dx.moments.take(dx.Data, dx.Groups, parts{dy.Rows * c.x.W, int(t.rows) * c.x.W, c.x.H})
	_, columns := t.groups(d, dy.Rows, c.x.C)
	pack(rec, w, c.packed, packing{planes: c.kernel * c.kernel, terms: c.y.C, columns: c.x.C, trans: true}, t.width(d))
	rec.DispatchWork(shaders.ConvBwdDataLanes{
		Dy: dy.Data, W: c.packed, Bias: bias, Dx: dx.Data, Partial: partial,
		Local: width(rec), Geometry: c.geometry(dy.Rows),
		AddBias: !bias.IsZero(), ACT: int32(act), TM: t.rows, NV: t.runs, UK: t.depth, GROUPS: groups,
		Groups: [3]uint32{uint32(c.x.H), tilesOf(dy.Rows, int(t.rows), groups), columns},
	}, c.work(dy.Rows))
}

// backwardFilter records dw = Σ x dy over batch and pixels.
func (c *convolution) backwardFilter(rec *vk.Recorder, x, dy Tensor, dw vk.Range) {
	o := c.pass(filterPass, x.Rows)
	defer rec.Operation(o)()
	c.backwardFilterAs(rec, choose(rec.Device(), o), x, dy, dw)
}

func (c *convolution) backwardFilterAs(rec *vk.Recorder, v variant, x, dy Tensor, dw vk.Range) {
	switch {
	case v.unfolded:
		c.backwardFilterUnfolded(rec, x, dy, dw)
	case v.padded:
		c.backwardFilterPadded(rec, v.lanes, x, dy, dw)
	case v.cooperative():
		c.backwardFilterCoop(rec, v.coop, x, dy, dw)
	case v.tiled():
		c.backwardFilterTiled(rec, v.shared, x, dy, dw)
	case v.minimal:
		c.backwardFilterMinimal(rec, v.lanes, x, dy, dw)
	default:
		c.backwardFilterLanes(rec, v.lanes, x, dy, dw)
	}
}

func (c *convolution) backwardFilterLanes(rec *vk.Recorder, t lanes, x, dy Tensor, dw vk.Range) {
	d := rec.Device()
	tiles, columns := t.groups(d, c.x.C, c.y.C)
	pack(rec, x.Data, c.packedX, packing{planes: 1, terms: x.Rows * c.x.H * c.x.W, columns: c.x.C, inner: x.Rows}, int(t.rows))
	pack(rec, dy.Data, c.packed, packing{planes: 1, terms: x.Rows * c.y.H * c.y.W, columns: c.y.C, inner: x.Rows}, t.width(d))
	rec.DispatchWork(shaders.ConvBwdFilterLanes{
		X: c.packedX, Dy: c.packed, Dw: dw,
		Local: width(rec), Geometry: c.geometry(x.Rows),
		TM: t.rows, NV: t.runs, UK: t.depth,
		Groups: [3]uint32{tiles, columns, 1},
	}, c.work(x.Rows))
}

// work is any of the passes' for so many batch items: each reads two of x, y and w, and writes the third.
func (c *convolution) work(rows int) vk.Work {
	n, perTap := float64(rows), 2*float64(c.x.C)*float64(c.y.C)
	positions := float64(c.y.H * c.kernel * c.y.W * c.kernel)
	return vk.Work{
		Dense: n * perTap * positions, Taps: n * perTap * positions * c.tapShare(),
		Bytes: 4 * (n*float64(c.x.Size()+c.y.Size()) + float64(c.patch()*c.y.C)),
	}
}

// tapShare is the share of the taps, over all positions of the filter, that meet a pixel and not the padding.
func (c *convolution) tapShare() float64 {
	met := taps(c.x.H, c.y.H, c.kernel, c.stride, c.padY) * taps(c.x.W, c.y.W, c.kernel, c.stride, c.padX)
	return float64(met) / float64(c.y.H*c.kernel*c.y.W*c.kernel)
}

// taps counts those that meet one of n pixels along an axis.
func taps(n, positions, kernel, stride, pad int) (met int) {
	for o := range positions {
		first := o*stride - pad
		met += max(0, min(first+kernel, n)-max(first, 0))
	}
	return met
}

// renewX says that the passes to come see batch x, or parts of it, and that its values are new.
func (c *convolution) renewX(x Tensor) {
	c.at.x.renew(x)
	c.copies.renew(x)
}
