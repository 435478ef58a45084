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
	col             vk.Range // scratch: unfolded patches
	padded, partial vk.Range // scratch: of passes in registers (thin.go)
	packed, packedX vk.Range // scratch: packed operands
	at              winograd // scratch: operands at the points of minimal filtering
	sums, sumsW     vk.Range // scratch of the tiled family: partial sums of the forward and the data pass, of the filter pass
}

// thin says that there are too few input channels to lie along the lanes: then patches are unfolded and all passes are
// matrix products.
func (c *convolution) thin() bool { return c.x.C < 8 }

func (c *convolution) patch() int { return c.kernel * c.kernel * c.x.C }

// allocate takes scratch for up to rows batch items.
func (c *convolution) allocate(b *Builder, name string, rows int) {
	pixels, taps := rows*c.y.H*c.y.W, c.kernel*c.kernel
	if c.thin() {
		c.col = b.scratch(name+".col", pixels*c.patch())
		c.allocateThin(b, name, rows)
	} else {
		c.allocateMinimal(b, name, rows)
	}
	switch {
	case !b.dev.CPU():
		c.allocatePartials(b, name, rows)
	case c.inRegisters(b.dev):
		c.packed = b.scratch(name+".packed", multiplication{m: pixels, n: c.patch(), k: c.y.C, transB: true}.scratch(b.dev))
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

// forward records y = act(conv(x, w) + bias).
func (c *convolution) forward(rec *vk.Recorder, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	o := c.pass(forwardPass, x.Rows)
	defer rec.Operation(o)()
	if c.thin() {
		c.unfold(rec, x)
		c.multiplyPatches(rec, 0, x.Rows, w, bias, act, y)
		return
	}
	c.forwardAs(rec, choose(rec.Device(), o), x, w, bias, act, y)
}

// forwardAs records a variant that fits; so do its siblings below.
func (c *convolution) forwardAs(rec *vk.Recorder, v variant, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	if v.cooperative() {
		c.forwardCoop(rec, v.coop, x, w, bias, act, y)
		return
	}
	if v.tiled() {
		c.forwardTiled(rec, v.shared, x, w, bias, act, y)
		return
	}
	t, d := v.lanes, rec.Device()
	if v.minimal {
		c.forwardMinimal(rec, t, x, w, bias, act, y)
		return
	}
	tiles, columns := t.groups(d, x.Rows, c.y.C)
	pack(rec, w, c.packed, packing{planes: 1, terms: c.patch(), columns: c.y.C}, t.width(d))
	rec.DispatchWork(shaders.ConvFwdLanes{
		X: x.Data, W: c.packed, Bias: bias, Y: y.Data,
		Local: width(rec), ROWS: int32(x.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
		AddBias: !bias.IsZero(), ACT: int32(act), TM: t.rows, NV: t.runs, UK: t.depth,
		Groups: [3]uint32{uint32(c.y.H * c.y.W), tiles, columns},
	}, c.work(x.Rows))
}

// backwardData records dx = act(deconv(dy, w) + bias): the data gradient, or the transposed convolution.
func (c *convolution) backwardData(rec *vk.Recorder, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	o := c.pass(dataPass, dy.Rows)
	defer rec.Operation(o)()
	if c.thin() {
		outputs := dy.Rows * c.y.H * c.y.W
		product{m: outputs, n: c.patch(), k: c.y.C, transB: true, a: dy.Data, b: w, c: c.colOf(0, dy.Rows), gradient: c.gradient(false), taps: c.tapShare(), packed: c.packed, partial: c.sums}.record(rec)
		f := flat(rec, dx.elements())
		rec.Dispatch(shaders.Col2im{
			Col: c.colOf(0, dy.Rows), Bias: bias, Dx: dx.Data,
			Local: f.local, ROWS: int32(dy.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
			KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
			PER: f.per, AddBias: !bias.IsZero(), ACT: int32(act), Groups: f.groups,
		})
		return
	}
	c.backwardDataAs(rec, choose(rec.Device(), o), dy, w, bias, act, dx)
}

func (c *convolution) backwardDataAs(rec *vk.Recorder, v variant, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	if v.cooperative() {
		c.backwardDataCoop(rec, v.coop, dy, w, bias, act, dx)
		return
	}
	if v.tiled() {
		c.backwardDataTiled(rec, v.shared, dy, w, bias, act, dx)
		return
	}
	t, d := v.lanes, rec.Device()
	if v.minimal {
		c.backwardDataMinimal(rec, t, dy, w, bias, act, dx)
		return
	}
	tiles, columns := t.groups(d, dy.Rows, c.x.C)
	pack(rec, w, c.packed, packing{planes: c.kernel * c.kernel, terms: c.y.C, columns: c.x.C, trans: true}, t.width(d))
	rec.DispatchWork(shaders.ConvBwdDataLanes{
		Dy: dy.Data, W: c.packed, Bias: bias, Dx: dx.Data,
		Local: width(rec), ROWS: int32(dy.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
		AddBias: !bias.IsZero(), ACT: int32(act), TM: t.rows, NV: t.runs, UK: t.depth,
		Groups: [3]uint32{uint32(c.x.H * c.x.W), tiles, columns},
	}, c.work(dy.Rows))
}

// backwardFilter records dw = Σ x dy over batch and pixels.
func (c *convolution) backwardFilter(rec *vk.Recorder, x, dy Tensor, dw vk.Range) {
	o := c.pass(filterPass, x.Rows)
	defer rec.Operation(o)()
	switch {
	case c.inRegisters(rec.Device()):
		c.backwardFilterThin(rec, dy, dw)
		return
	case c.thin():
		product{m: c.patch(), n: c.y.C, k: x.Rows * c.y.H * c.y.W, transA: true, a: c.colOf(0, x.Rows), b: dy.Data, c: dw, gradient: c.filterGradient(), taps: c.tapShare(), packed: c.packed, partial: c.sumsW}.record(rec)
		return
	}
	c.backwardFilterAs(rec, choose(rec.Device(), o), x, dy, dw)
}

func (c *convolution) backwardFilterAs(rec *vk.Recorder, v variant, x, dy Tensor, dw vk.Range) {
	if v.cooperative() {
		c.backwardFilterCoop(rec, v.coop, x, dy, dw)
		return
	}
	if v.tiled() {
		c.backwardFilterTiled(rec, v.shared, x, dy, dw)
		return
	}
	t, d := v.lanes, rec.Device()
	if v.minimal {
		c.backwardFilterMinimal(rec, t, x, dy, dw)
		return
	}
	tiles, columns := t.groups(d, c.x.C, c.y.C)
	pack(rec, x.Data, c.packedX, packing{planes: 1, terms: x.Rows * c.x.H * c.x.W, columns: c.x.C, inner: x.Rows}, int(t.rows))
	pack(rec, dy.Data, c.packed, packing{planes: 1, terms: x.Rows * c.y.H * c.y.W, columns: c.y.C, inner: x.Rows}, t.width(d))
	rec.DispatchWork(shaders.ConvBwdFilterLanes{
		X: c.packedX, Dy: c.packed, Dw: dw,
		Local: width(rec), ROWS: int32(x.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
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

// unfold records col = im2col(x), which the thin passes multiply, or what they take instead.
func (c *convolution) unfold(rec *vk.Recorder, x Tensor) {
	if c.inRegisters(rec.Device()) {
		c.pad(rec, x)
		return
	}
	l := rowwise(rec, c.patch(), x.Rows*c.y.H*c.y.W, 1)
	rec.Dispatch(shaders.Im2col{
		X: x.Data, Col: c.colOf(0, x.Rows),
		Local: l.local, ROWS: int32(x.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
		PER: l.per, Groups: [3]uint32{ceil(c.patch(), int(l.local)), l.groups[1], 1},
	})
}

// multiplyPatches records y = act(col w + bias) for so many of the unfolded rows, from one on.
func (c *convolution) multiplyPatches(rec *vk.Recorder, from, rows int, w, bias vk.Range, act Activation, y Tensor) {
	if c.inRegisters(rec.Device()) {
		c.forwardThin(rec, from, rows, w, bias, act, y)
		return
	}
	product{m: rows * c.y.H * c.y.W, n: c.y.C, k: c.patch(), a: c.colOf(from, rows), b: w, bias: bias, act: act, c: y.Data, gradient: c.gradient(true), taps: c.tapShare(), packed: c.packed, partial: c.sums}.record(rec)
}

func (c *convolution) colOf(from, rows int) vk.Range {
	row := int64(c.y.H*c.y.W*c.patch()) * 4
	return c.col.Slice(int64(from)*row, int64(rows)*row)
}
