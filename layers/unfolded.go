package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// The passes of a thin convolution as products of unfolded patches, in all families.

// unfold records col = im2col(x), unless it is made.
func (c *convolution) unfold(rec *vk.Recorder) {
	if c.copies.isUnfolded {
		return
	}
	c.copies.isUnfolded = true
	x := c.copies.of
	l := rowwise(rec, c.patch(), x.Rows*c.y.H*c.y.W, 1)
	rec.Dispatch(shaders.Im2col{
		X: x.Data, Col: c.colOf(0, x.Rows),
		Local: l.local, Geometry: c.geometry(x.Rows),
		PER: l.per, Groups: [3]uint32{ceil(c.patch(), int(l.local)), l.groups[1], 1},
	})
}

// colOf is the patches of so many of the rows, from one on.
func (c *convolution) colOf(first, rows int) vk.Range {
	row := int64(c.y.H*c.y.W*c.patch()) * 4
	return c.copies.col.Slice(int64(first)*row, int64(rows)*row)
}

// patchesOf is the patches of a part of the batch.
func (c *convolution) patchesOf(x Tensor) vk.Range { return c.colOf(c.copies.of.rowOf(x), x.Rows) }

// forwardUnfolded records y = act(col w + bias).
func (c *convolution) forwardUnfolded(rec *vk.Recorder, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	c.unfold(rec)
	product{
		m: x.Rows * c.y.H * c.y.W, n: c.y.C, k: c.patch(), a: c.patchesOf(x), b: w, bias: bias, act: act, c: y.Data,
		moments: y.moments, groups: y.Groups, gradient: c.gradient(true), taps: c.tapShare(),
		packed: c.packed, partial: c.sums,
	}.record(rec)
}

// backwardDataUnfolded records dx = act(col2im(dy wᵀ) + bias).
func (c *convolution) backwardDataUnfolded(rec *vk.Recorder, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	col := c.colOf(0, dy.Rows)
	c.copies.isUnfolded = false
	product{
		m: dy.Rows * c.y.H * c.y.W, n: c.patch(), k: c.y.C, transB: true, a: dy.Data, b: w, c: col,
		gradient: c.gradient(false), taps: c.tapShare(), packed: c.packed, partial: c.sums,
	}.record(rec)
	f := flat(rec, dx.elements())
	rec.Dispatch(shaders.Col2im{
		Col: col, Bias: bias, Dx: dx.Data,
		Local: f.local, Geometry: c.geometry(dy.Rows),
		PER: f.per, AddBias: !bias.IsZero(), ACT: int32(act), Groups: f.groups,
	})
}

// backwardFilterUnfolded records dw = colᵀ dy.
func (c *convolution) backwardFilterUnfolded(rec *vk.Recorder, x, dy Tensor, dw vk.Range) {
	c.unfold(rec)
	product{
		m: c.patch(), n: c.y.C, k: x.Rows * c.y.H * c.y.W, transA: true, a: c.patchesOf(x), b: dy.Data, c: dw,
		gradient: c.filterGradient(), taps: c.tapShare(), packed: c.packed, partial: c.sumsW,
	}.record(rec)
}
