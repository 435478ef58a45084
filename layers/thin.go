package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// A thin convolution, of few input channels, unfolds its patches and multiplies them; but where a CPU driver's registers
// hold a whole filter for a run of output channels, its forward and filter passes see a padded copy of x instead.

// inRegisters says so.
func (c *convolution) inRegisters(d *vk.Device) bool {
	return c.thin() && d.CPU() && c.patch() <= 32 && c.y.C >= laneCount(d)
}

// filterChunks bounds the partial sums of the filter pass.
const filterChunks = 32

// paddedSide is an axis of x with its padding.
func (c *convolution) paddedSide(outputs int) int { return (outputs-1)*c.stride + c.kernel }

func (c *convolution) paddedImage() int { return c.paddedSide(c.y.H) * c.paddedSide(c.y.W) * c.x.C }

// allocateThin takes scratch for up to rows batch items, for the passes in registers.
func (c *convolution) allocateThin(b *Builder, name string, rows int) {
	if !c.inRegisters(b.dev) {
		return
	}
	c.padded = b.scratch(name+".padded", rows*c.paddedImage())
	c.partial = b.scratch(name+".dweight", filterChunks*c.patch()*c.y.C)
}

// pad records the padded copy of x.
func (c *convolution) pad(rec *vk.Recorder, x Tensor) {
	f := flat(rec, x.Rows*c.paddedImage())
	rec.Dispatch(shaders.PadImage{
		X: x.Data, Padded: c.padded,
		Local: f.local, ROWS: int32(x.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
		PER: f.per, Groups: f.groups,
	})
}

// forwardThin records y = act(conv(x, w) + bias) from so many of the padded images, from one on. Its tiles are as wide as
// registers hold, and divide an output row as evenly as can be.
func (c *convolution) forwardThin(rec *vk.Recorder, first, rows int, w, bias vk.Range, act Activation, y Tensor) {
	const per = 16
	d, most := rec.Device(), 7
	if wide(d) {
		most = 14
	}
	across := int(ceil(c.y.W, most))
	runs := min(2, c.y.C/laneCount(d))
	rec.DispatchWork(shaders.ConvFwdThin{
		X: from(c.padded, first*c.paddedImage()), W: w, Bias: bias, Y: y.Data,
		Local: width(rec), ROWS: int32(rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
		AddBias: !bias.IsZero(), ACT: int32(act), TM: int32(ceil(c.y.W, across)), NV: int32(runs), PER: per,
		Groups: [3]uint32{ceil(rows*c.y.H*across, per), ceil(c.y.C, runs*laneCount(d)), 1},
	}, c.work(rows))
}

// backwardFilterThin records dw = Σ x dy from the first of the padded images: as many rows of the filter to an invocation as
// registers hold.
func (c *convolution) backwardFilterThin(rec *vk.Recorder, dy Tensor, dw vk.Range) {
	d, runs, sums := rec.Device(), min(2, c.y.C/laneCount(rec.Device())), 12
	if wide(d) {
		runs, sums = 1, 28
	}
	filterRows := min(max(1, sums/(c.kernel*c.x.C*runs)), c.kernel)
	pixels := min(c.y.W, 16)
	for c.y.W%pixels != 0 {
		pixels--
	}
	turns := dy.Rows * c.y.H * c.y.W / pixels
	per := int(ceil(turns, filterChunks))
	chunks := ceil(turns, per)
	whole := result{y: dw, n: c.patch() * c.y.C, channels: c.y.C}
	rec.DispatchWork(shaders.ConvBwdFilterThin{
		X: c.padded, Dy: dy.Data, Partial: whole.of(int32(chunks), c.partial).y,
		Local: width(rec), ROWS: int32(dy.Rows), IH: int32(c.x.H), IW: int32(c.x.W), CI: int32(c.x.C), OH: int32(c.y.H), OW: int32(c.y.W), CO: int32(c.y.C),
		KH: int32(c.kernel), KW: int32(c.kernel), STRIDE: int32(c.stride), PadY: int32(c.padY), PadX: int32(c.padX),
		TK: int32(filterRows), NV: int32(runs), UK: int32(pixels), PER: int32(per),
		Groups: [3]uint32{chunks, ceil(c.y.C, runs*laneCount(d)), ceil(c.kernel, filterRows)},
	}, c.work(dy.Rows))
	whole.addPartials(rec, int32(chunks), c.partial)
}
