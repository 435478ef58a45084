package layers

import (
	"errors"
	"fmt"

	"vkgan/vk"
)

// A thin convolution has too few input channels to lie along the lanes. Its passes are products with unfolded patches; or,
// where a CPU driver's registers hold a whole filter for a run of output channels, the forward and the filter pass see a
// padded copy of x instead.
func (c *convolution) thin() bool { return c.x.C < 8 }

// inRegisters says whether the second can be chosen.
func (c *convolution) inRegisters(d *vk.Device) bool {
	return c.thin() && d.CPU() && c.patch() <= 32 && c.y.C >= laneCount(d)
}

// copies are what the passes take in place of a batch.
type copies struct {
	col, padded          vk.Range // scratch: [rows,oh,ow,patch] and [rows,padded image]
	partial              vk.Range // scratch: partial sums of the filter pass in registers
	of                   Tensor   // the batch
	isUnfolded, isPadded bool     // the copies that are made
}

// renew says that the passes to come see batch t, or parts of it, and that its values are new.
func (p *copies) renew(t Tensor) { p.of, p.isUnfolded, p.isPadded = t, false, false }

// allocateThin takes scratch for up to rows batch items.
func (c *convolution) allocateThin(b *Builder, name string, rows int) {
	c.copies.col = b.scratch(name+".col", rows*c.y.H*c.y.W*c.patch())
	if c.inRegisters(b.dev) {
		c.copies.padded = b.scratch(name+".padded", rows*c.paddedImage())
		c.copies.partial = b.scratch(name+".dweight", filterChunks*c.patch()*c.y.C)
	}
}

// alwaysUnfolded says that there is nothing to choose.
func (p pass) alwaysUnfolded(d *vk.Device) bool {
	c := p.convolution()
	return c.thin() && (p.kind == dataPass || !c.inRegisters(d))
}

// thinIn is the built-in choice of a thin convolution's pass.
func (p pass) thinIn(d *vk.Device) variant {
	if p.alwaysUnfolded(d) {
		return variant{unfolded: true}
	}
	return p.inRegisters(d)
}

// inRegisters is the built-in tile of a pass in registers. Tiles of the forward pass are as wide as
// registers hold, and divide an output row as evenly as can be; the filter pass keeps as many rows of the filter as they hold.
func (p pass) inRegisters(d *vk.Device) variant {
	runs := min(2, max(1, p.y.C/laneCount(d)))
	if p.kind == forwardPass {
		most := 7
		if wide(d) {
			most = 14
		}
		across := int(ceil(p.y.W, most))
		return variant{padded: true, lanes: lanes{rows: int32(ceil(p.y.W, across)), runs: int32(runs), depth: 16}}
	}
	sums := 12
	if wide(d) {
		runs, sums = 1, 28
	}
	pixels := min(p.y.W, 16)
	for p.y.W%pixels != 0 {
		pixels--
	}
	return variant{padded: true, lanes: lanes{rows: int32(min(max(1, sums/(p.kernel*p.x.C*runs)), p.kernel)), runs: int32(runs), depth: int32(pixels)}}
}

// fitsThin says why a pass of a thin convolution cannot be done so.
func (p pass) fitsThin(d *vk.Device, v variant) error {
	t := v.lanes
	switch {
	case v == variant{unfolded: true}:
		return nil
	case v != variant{lanes: t, padded: true} || p.kind == dataPass || !p.convolution().inRegisters(d):
		return errors.New("the passes of so few channels are products of unfolded patches, or on CPU drivers forward and filter passes in registers")
	case t.rows < 1 || t.runs < 1 || t.depth < 1:
		return fmt.Errorf("no tile: %d rows, %d runs, %d in turn", t.rows, t.runs, t.depth)
	case t.width(d) > p.y.C:
		return fmt.Errorf("tiles of %d channels, of which there are %d", t.width(d), p.y.C)
	case p.kind == forwardPass && int(t.rows) > p.y.W:
		return fmt.Errorf("tiles of %d pixels, of which a row has %d", t.rows, p.y.W)
	case p.kind == filterPass && int(t.rows) > p.kernel:
		return fmt.Errorf("%d rows of the filter, which has %d", t.rows, p.kernel)
	case p.kind == filterPass && p.y.W%int(t.depth) != 0:
		return fmt.Errorf("%d pixels at a time do not divide a row of %d", t.depth, p.y.W)
	}
	return nil
}

// otherTilesInRegisters changes a tile's rows and channels, for the tuner; the product of patches has none.
func (p pass) otherTilesInRegisters(d *vk.Device, v variant) (list []variant) {
	rows := []int32{1, 2, 3, 5} // of the filter
	if p.kind == forwardPass {
		rows = []int32{4, 7, 14, 28} // pixels
	}
	for _, r := range rows {
		for runs := range int32(2) {
			w := v
			w.lanes.rows, w.lanes.runs = r, runs+1
			if p.fitsThin(d, w) == nil {
				list = append(list, w)
			}
		}
	}
	return list
}

// otherDepthsInRegisters changes what is done in turn, likewise.
func (p pass) otherDepthsInRegisters(d *vk.Device, v variant) (list []variant) {
	for _, depth := range []int32{1, 4, 7, 14, 16, 28, 64} {
		w := v
		w.lanes.depth = depth
		if p.fitsThin(d, w) == nil {
			list = append(list, w)
		}
	}
	return list
}
