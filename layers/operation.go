package layers

import (
	"errors"
	"fmt"

	"vkgan/vk"
)

// operation is a matrix product or a pass of a convolution, with all that the choice of its kernel may depend on. Its name
// is what a tuning table knows it by.
type operation interface {
	fmt.Stringer
	builtIn(d *vk.Device) variant
	fits(d *vk.Device, v variant) error // says why the operation cannot be done so
	implicit() implicit                 // as the tiled family sees it
	tileRows(v variant) int             // that tiles of the lanes family cut
	prepare(t *tryout)
}

// multiplication is op(a) [m,k] times op(b) [k,n].
type multiplication struct {
	m, n, k        int
	transA, transB bool
	bias           bool // is added to each column
	normed         bool // the right operand is weight-normalised while it is packed
	splittable     bool // there is memory for partial sums
}

func (p product) operation() multiplication {
	return multiplication{p.m, p.n, p.k, p.transA, p.transB, !p.bias.IsZero(), p.norm != nil, !p.partial.IsZero()}
}

func (o multiplication) String() string {
	text := fmt.Sprintf("product %dx%dx%d ", o.m, o.n, o.k)
	for _, trans := range []bool{o.transA, o.transB} {
		if trans {
			text += "T"
		} else {
			text += "N"
		}
	}
	if o.bias {
		text += " bias"
	}
	if o.normed {
		text += " normed"
	}
	if o.splittable {
		text += " splittable"
	}
	return text
}

func (o multiplication) builtIn(d *vk.Device) variant {
	if t, ok := coopTile(d, o.implicit()); ok {
		return variant{coop: t}
	}
	if !d.CPU() {
		return variant{shared: cheapest(d, o.implicit())}
	}
	v := variant{mirrored: o.mirrors(d)}
	m, n := o.sides(v)
	v.packed = o.leftTransposed(v) && m*o.k > largeLeft && n >= manyColumns
	v.lanes = lanesTile(d, m, n, o.k/o.splits(v))
	return v
}

// mirrors is the built-in choice of the product of the transposes: the smaller operand is packed, or, where neither has
// its terms side by side, the one whose terms lie farther apart; but where vectors have 512 bits, and that one is large, the
// smaller again, and with few terms storing the transposes' product in strides costs more than packing. It does not depend on the rows of a
// batch, for which scratch memory is taken once.
func (o multiplication) mirrors(d *vk.Device) bool {
	switch {
	case o.bias || o.normed:
		return false
	case o.transA:
		return o.n < o.m && (!wide(d) || o.m < 4096)
	default:
		return o.transB && o.m < o.n && (!wide(d) || o.k > fewTerms)
	}
}

// fewTerms lies between D's heads, of 1 and 10 terms, and the next product, of 250.
const fewTerms = 32

// sides are the rows and columns that a variant of the lanes family computes.
func (o multiplication) sides(v variant) (m, n int) {
	if v.mirrored {
		return o.n, o.m
	}
	return o.m, o.n
}

func (o multiplication) tileRows(v variant) int {
	m, _ := o.sides(v)
	return m
}

// The built-in choice packs a left operand that is walked in strides and is larger than a second-level cache, if enough
// tiles of columns read it again.
const (
	largeLeft   = 768 << 10 / 4 // elements
	manyColumns = 256
)

// leftTransposed tells whether the left operand of a variant of the lanes family has its rows side by side in memory, so that
// a kernel walks it in strides unless it is packed.
func (o multiplication) leftTransposed(v variant) bool {
	if v.mirrored {
		return !o.transB
	}
	return o.transA
}

// splits is the number of runs that a variant cuts the terms into.
func (o multiplication) splits(v variant) int {
	if v.split {
		return int(ceil(o.k, longRun))
	}
	return 1
}

func (o multiplication) fits(d *vk.Device, v variant) error {
	if v.split && !o.splittable {
		return errors.New("there is no memory for partial sums")
	}
	if !d.CPU() {
		return v.fitsGPU(d, o.implicit())
	}
	if v.unfolded || v.padded {
		return errors.New("only a convolution is unfolded or padded")
	}
	if v.mirrored && o.bias {
		return errors.New("a bias is added to columns, which would be rows")
	}
	if v.packed && !o.leftTransposed(v) {
		return errors.New("the left operand has its terms side by side")
	}
	if v.mirrored && o.normed {
		return errors.New("what is not packed is not normalised")
	}
	return v.lanes.fits(d, o.tileRows(v), 0)
}

// pass is one of the three of a convolution x → y, for so many batch items.
type pass struct {
	kind           passKind
	rows           int
	x, y           Shape
	kernel, stride int
	padY, padX     int
}

type passKind uint8

const (
	forwardPass passKind = iota
	dataPass             // the gradient of x, or the transposed convolution
	filterPass           // the gradient of w
)

func (c *convolution) pass(kind passKind, rows int) pass {
	return pass{kind: kind, rows: rows, x: c.x, y: c.y, kernel: c.kernel, stride: c.stride, padY: c.padY, padX: c.padX}
}

func (p pass) convolution() *convolution {
	return &convolution{x: p.x, y: p.y, kernel: p.kernel, stride: p.stride, padY: p.padY, padX: p.padX}
}

func (p pass) String() string {
	return fmt.Sprintf("convolution %s %dx%dx%dx%d to %dx%dx%d kernel %d stride %d pad %d,%d",
		[]string{"forward", "data", "filter"}[p.kind], p.rows, p.x.H, p.x.W, p.x.C, p.y.H, p.y.W, p.y.C, p.kernel, p.stride, p.padY, p.padX)
}

// sides are the rows and columns of the tiles, and the terms.
func (p pass) sides() (m, n, k int) {
	switch p.kind {
	case forwardPass:
		return p.rows, p.y.C, p.x.C
	case dataPass:
		return p.rows, p.x.C, p.y.C
	}
	return p.x.C, p.y.C, p.rows
}

func (p pass) tileRows(variant) int {
	m, _, _ := p.sides()
	return m
}

func (p pass) builtIn(d *vk.Device) variant {
	if p.convolution().thin() {
		return p.thinIn(d)
	}
	if t, ok := coopTile(d, p.implicit()); ok {
		return variant{coop: t}
	}
	if !d.CPU() {
		return variant{shared: cheapest(d, p.implicit())}
	}
	if v := p.minimal(d); p.worthMinimal(d) && p.fits(d, v) == nil {
		return v
	}
	return p.direct(d)
}

// worthMinimal says whether there are enough rows to be worth the filter's way to its points, or back. The data pass gains
// nothing (docs/performance.md).
func (p pass) worthMinimal(d *vk.Device) bool {
	switch p.kind {
	case forwardPass:
		return p.rows >= 128 || wide(d) && p.rows >= 64
	case filterPass:
		return p.rows >= 64
	}
	return false
}

// direct is the built-in choice without minimal filtering.
func (p pass) direct(d *vk.Device) variant {
	m, n, k := p.sides()
	t := lanesTile(d, m, n, k)
	if p.kind != filterPass {
		t = t.dividing(k)
	}
	return variant{lanes: t}
}

// minimal is the built-in choice with minimal filtering, which may not fit.
func (p pass) minimal(d *vk.Device) variant {
	m, n, k := p.minimalSides()
	return variant{lanes: lanesTile(d, m, n, k), minimal: true}
}

func (p pass) fits(d *vk.Device, v variant) error {
	switch {
	case p.convolution().thin():
		return p.fitsThin(d, v)
	case v.padded || v.unfolded:
		return errors.New("there are enough channels to lie along the lanes")
	case v.mirrored || v.packed || v.split:
		return errors.New("a convolution is neither mirrored nor split, and packs its operands as it must")
	case !d.CPU():
		return v.fitsGPU(d, p.implicit())
	case v.minimal:
		return p.fitsMinimal(d, v.lanes)
	}
	m, _, k := p.sides()
	if p.kind == filterPass {
		k = 0 // rows that are left over come one by one
	}
	return v.lanes.fits(d, m, k)
}
