package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// The passes of a thin convolution in registers, from a padded copy of x: the lanes family alone.

// filterChunks bounds the partial sums of the filter pass.
const filterChunks = 32

// paddedSide is an axis of x with its padding.
func (c *convolution) paddedSide(outputs int) int { return (outputs-1)*c.stride + c.kernel }

func (c *convolution) paddedImage() int { return c.paddedSide(c.y.H) * c.paddedSide(c.y.W) * c.x.C }

// pad records the padded copy, unless it is made.
func (c *convolution) pad(rec *vk.Recorder) {
	if c.copies.isPadded {
		return
	}
	c.copies.isPadded = true
	x := c.copies.of
	f := flat(rec, x.Rows*c.paddedImage())
	rec.Dispatch(shaders.PadImage{
		X: x.Data, Padded: c.copies.padded,
		Local: f.local, Geometry: c.geometry(x.Rows),
		PER: f.per, Groups: f.groups,
	})
}

// paddedOf is the padded copy of a part of the batch and what comes behind it.
func (c *convolution) paddedOf(x Tensor) vk.Range {
	return from(c.copies.padded, c.copies.of.rowOf(x)*c.paddedImage())
}

// forwardPadded records y = act(conv(x, w) + bias): rows pixels times runs of channels in registers, depth tiles one after the
// other.
func (c *convolution) forwardPadded(rec *vk.Recorder, t lanes, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	c.pad(rec)
	tiles := x.Rows * c.y.H * int(ceil(c.y.W, int(t.rows)))
	rec.DispatchWork(shaders.ConvFwdThin{
		X: c.paddedOf(x), W: w, Bias: bias, Y: y.Data,
		Local: width(rec), Geometry: c.geometry(x.Rows),
		AddBias: !bias.IsZero(), ACT: int32(act), TM: t.rows, NV: t.runs, PER: t.depth,
		Groups: [3]uint32{ceil(tiles, int(t.depth)), ceil(c.y.C, t.width(rec.Device())), 1},
	}, c.work(x.Rows))
}

// backwardFilterPadded records dw = Σ x dy: rows of the filter times runs of channels in registers, depth pixels at a time.
func (c *convolution) backwardFilterPadded(rec *vk.Recorder, t lanes, x, dy Tensor, dw vk.Range) {
	c.pad(rec)
	turns := dy.Rows * c.y.H * c.y.W / int(t.depth)
	per := int(ceil(turns, filterChunks))
	chunks := ceil(turns, per)
	whole := result{y: dw, n: c.patch() * c.y.C, channels: c.y.C}
	rec.DispatchWork(shaders.ConvBwdFilterThin{
		X: c.paddedOf(x), Dy: dy.Data, Partial: whole.of(int32(chunks), c.copies.partial).y,
		Local: width(rec), Geometry: c.geometry(dy.Rows),
		TK: t.rows, NV: t.runs, UK: t.depth, PER: int32(per),
		Groups: [3]uint32{chunks, ceil(c.y.C, t.width(rec.Device())), ceil(c.kernel, int(t.rows))},
	}, c.work(dy.Rows))
	whole.addPartials(rec, int32(chunks), c.copies.partial)
}
