package layers

import (
	"errors"
	"fmt"
	"slices"

	"vkgan/shaders"
	"vkgan/vk"
)

// On a device that is set to multiply in fp16 (vk.Device.SetHalf), a third family of kernels computes products and
// convolutions: "coop", by cooperative matrices. docs/architecture.md says what is rounded and what is not.

// coop is a tile of that family (shaders/include/coop.glsl): wm × wn subgroups, each of fm × fn matrices of a shape that the
// device lists, depth lengths of such a matrix at a time; the terms are cut into splits runs.
type coop struct {
	m, n, k int32 // the shape
	wm, wn  int32
	fm, fn  int32
	depth   int32
	splits  int32
}

func (t coop) bm() int { return int(t.wm * t.fm * t.m) }
func (t coop) bn() int { return int(t.wn * t.fn * t.n) }
func (t coop) bk() int { return int(t.depth * t.k) }

// String is the tile's name in a tuning table: the shape, the subgroups, the matrices of each and of a chunk, the splits.
func (t coop) String() string {
	text := fmt.Sprintf("coop %dx%dx%d %dx%d %dx%dx%d", t.m, t.n, t.k, t.wm, t.wn, t.fm, t.fn, t.depth)
	if t.splits != 1 {
		text += fmt.Sprintf(" split%d", t.splits)
	}
	return text
}

// parseCoop is the inverse of String, where name is what String gives.
func parseCoop(name string) coop {
	t := coop{splits: 1}
	fmt.Sscanf(name, "coop %dx%dx%d %dx%d %dx%dx%d split%d", &t.m, &t.n, &t.k, &t.wm, &t.wn, &t.fm, &t.fn, &t.depth, &t.splits)
	return t
}

func (t coop) local(d *vk.Device) uint32 { return uint32(t.wm*t.wn) * d.Info().Limits.SubgroupSize }

// groups counts the work-groups.
func (t coop) groups(p implicit) [3]uint32 {
	return [3]uint32{ceil(p.rows, t.bm()), ceil(p.columns, t.bn()), uint32(p.planes) * uint32(t.splits)}
}

// memory is the most that the tile takes of a work-group's, in bytes.
func (t coop) memory() int {
	const pad = 4 // pairs, to a row
	side := func(b int) int { return 4 * max(b*(t.bk()/2+pad), t.bk()*(b/2+pad)) }
	return side(t.bm()) + side(t.bn()) + 4*int(t.wm*t.wn*t.m*t.n)
}

// fits says why a tile cannot be had for a product: which limit of the device it breaks, for one.
func (t coop) fits(d *vk.Device, p implicit) error {
	local := t.local(d)
	known := slices.ContainsFunc(d.Half(), func(m vk.Matrix) bool { return m.M == uint32(t.m) && m.N == uint32(t.n) && m.K == uint32(t.k) })
	switch {
	case !known:
		return fmt.Errorf("the device is not set to multiply matrices of %d×%d×%d", t.m, t.n, t.k)
	case min(t.wm, t.wn, t.fm, t.fn, t.depth, t.splits) < 1:
		return fmt.Errorf("no tile: %s", t)
	}
	if err := p.fits(d, local, uint32(t.memory()), t.splits, t.groups(p)); err != nil {
		return err
	}
	for _, side := range []int{t.bm(), t.bn(), t.bk()} {
		if side%2 != 0 || int(local)%(side/2) != 0 {
			return fmt.Errorf("%d pairs do not divide %d invocations", side/2, local)
		}
	}
	if n := int(local); t.bm()*t.bk()/2%n != 0 || t.bn()*t.bk()/2%n != 0 {
		return errors.New("invocations without a share of the operands")
	}
	return nil
}

// coopTile is the built-in choice, none where the device is not set to multiply in fp16 or less than half of a matrix would be
// used. Two by two subgroups of two by two of the largest matrices are 64 × 64 elements where these have 16 × 16; an axis that
// needs less takes less. Where tiles are too few for the device the terms are cut, to two work-groups for each of its units.
func coopTile(d *vk.Device, p implicit) (t coop, ok bool) {
	if len(d.Half()) == 0 || d.CPU() {
		return coop{}, false
	}
	shape := slices.MaxFunc(d.Half(), func(a, b vk.Matrix) int { return int(a.M*a.N*a.K) - int(b.M*b.N*b.K) })
	t = coop{m: int32(shape.M), n: int32(shape.N), k: int32(shape.K), wm: 2, wn: 2, fm: 2, fn: 2, depth: 2, splits: 1}
	if 2*p.rows < int(t.m) || 2*p.columns < int(t.n) || 2*p.terms < int(t.k) {
		return coop{}, false
	}
	for _, axis := range []struct {
		matrices, subgroups *int32
		side                func() int
		need                int
	}{{&t.fm, &t.wm, func() int { return t.bm() }, p.rows}, {&t.fn, &t.wn, func() int { return t.bn() }, p.columns}} {
		for _, count := range []*int32{axis.matrices, axis.subgroups} {
			if was := *count; was > 1 && axis.side() >= 2*axis.need {
				if *count /= 2; t.fits(d, p) != nil {
					*count = was
				}
			}
		}
	}
	t = t.spread(d, p)
	return t, t.fits(d, p) == nil
}

// spread cuts the terms, but not into less than four chunks, until there are work-groups enough.
func (t coop) spread(d *vk.Device, p implicit) coop {
	for _, splits := range splitCounts {
		w := t
		w.splits = splits
		if w.fits(d, p) != nil || splits > 1 && p.terms < 4*int(splits)*t.bk() {
			break
		}
		t = w
		if g := t.groups(p); int(g[0]*g[1]*g[2]) >= 2*newMachine(d).units {
			break
		}
	}
	return t
}

// otherCoopTiles are variants with every shape, and from a subgroup with four matrices to eight with sixteen each, with the splits
// that each would take.
func otherCoopTiles(d *vk.Device, p implicit, v variant) (list []variant) {
	for _, shape := range d.Half() {
		for _, t := range []coop{
			{wm: 1, wn: 1, fm: 2, fn: 2}, {wm: 2, wn: 2, fm: 1, fn: 1}, {wm: 1, wn: 2, fm: 2, fn: 2}, {wm: 2, wn: 1, fm: 2, fn: 2}, {wm: 2, wn: 2, fm: 2, fn: 2},
			{wm: 2, wn: 2, fm: 2, fn: 4}, {wm: 2, wn: 2, fm: 4, fn: 2}, {wm: 2, wn: 4, fm: 2, fn: 2}, {wm: 4, wn: 2, fm: 2, fn: 2}, {wm: 2, wn: 2, fm: 4, fn: 4},
			{wm: 2, wn: 4, fm: 4, fn: 4},
		} {
			t.m, t.n, t.k, t.depth, t.splits = int32(shape.M), int32(shape.N), int32(shape.K), v.coop.depth, 1
			list = append(list, variant{coop: t.spread(d, p)})
		}
	}
	return list
}

// gradientScale is what gradients are multiplied by before they are rounded to fp16, and products of them divided by. It is
// a power of two, so that nothing else is rounded. docs/performance.md has the measurement.
const gradientScale = 1 << 12

// operand names one of a product's.
type operand uint8

const (
	neither operand = iota
	left
	right
)

// scales are the factors of the operands, one of which may be a gradient.
func (o operand) scales() (a, b float32) {
	a, b = 1, 1
	switch o {
	case left:
		a = gradientScale
	case right:
		b = gradientScale
	}
	return a, b
}

func (p product) recordCoop(rec *vk.Recorder, t coop) {
	scaleA, scaleB := p.gradient.scales()
	whole := result{bias: p.bias, e: p.e, y: p.c, act: p.act, n: p.m * p.n, channels: p.n, moments: p.moments, groups: p.groups}
	r := whole.of(t.splits, p.partial)
	rec.DispatchWork(shaders.GemmCoop{
		A: p.a, B: p.b, Bias: r.bias, E: r.e, C: r.y,
		Local: t.local(rec.Device()), M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransB: p.transB,
		AddBias: !r.bias.IsZero(), AddE: !r.e.IsZero(), ACT: int32(r.act), SPLITS: t.splits,
		CM: t.m, CN: t.n, CK: t.k, WM: t.wm, WN: t.wn, FM: t.fm, FN: t.fn, BK: int32(t.bk()), ScaleA: scaleA, ScaleB: scaleB,
		Groups: t.groups(p.operation().implicit()),
	}, p.work())
	whole.addPartials(rec, t.splits, p.partial)
}

// gradient is which operand of a pass that has y's pixels, or x's, on the left is a gradient: in a convolution's backward passes
// y's, in a transposed one's x's.
func (c *convolution) gradient(ofX bool) operand {
	if ofX == c.transposed {
		return left
	}
	return neither
}

func (c *convolution) forwardCoop(rec *vk.Recorder, t coop, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	scaleA, scaleB := c.gradient(true).scales()
	whole := result{bias: bias, y: y.Data, act: act, n: x.Rows * c.y.Size(), channels: c.y.C, moments: y.moments, groups: y.Groups}
	r := whole.of(t.splits, c.sums)
	rec.DispatchWork(shaders.ConvFwdCoop{
		X: x.Data, W: w, Bias: r.bias, Y: r.y,
		Local: t.local(rec.Device()), Geometry: c.geometry(x.Rows),
		AddBias: !r.bias.IsZero(), ACT: int32(r.act), SPLITS: t.splits, CM: t.m, CN: t.n, CK: t.k, WM: t.wm, WN: t.wn, FM: t.fm, FN: t.fn, BK: int32(t.bk()), ScaleA: scaleA, ScaleB: scaleB,
		Groups: t.groups(c.pass(forwardPass, x.Rows).implicit()),
	}, c.work(x.Rows))
	whole.addPartials(rec, t.splits, c.sums)
}

func (c *convolution) backwardDataCoop(rec *vk.Recorder, t coop, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	scaleA, scaleB := c.gradient(false).scales()
	whole := result{bias: bias, y: dx.Data, act: act, n: dy.Rows * c.x.Size(), channels: c.x.C, moments: dx.moments, groups: dx.Groups}
	r := whole.of(t.splits, c.sums)
	rec.DispatchWork(shaders.ConvBwdDataCoop{
		Dy: dy.Data, W: w, Bias: r.bias, Dx: r.y,
		Local: t.local(rec.Device()), Geometry: c.geometry(dy.Rows),
		AddBias: !r.bias.IsZero(), ACT: int32(r.act), SPLITS: t.splits, CM: t.m, CN: t.n, CK: t.k, WM: t.wm, WN: t.wn, FM: t.fm, FN: t.fn, BK: int32(t.bk()), ScaleA: scaleA, ScaleB: scaleB,
		Groups: t.groups(c.pass(dataPass, dy.Rows).implicit()),
	}, c.work(dy.Rows))
	whole.addPartials(rec, t.splits, c.sums)
}

func (c *convolution) backwardFilterCoop(rec *vk.Recorder, t coop, x, dy Tensor, dw vk.Range) {
	scaleA, scaleB := c.filterGradient().scales()
	whole := result{y: dw, n: c.patch() * c.y.C, channels: c.y.C}
	r := whole.of(t.splits, c.sumsW)
	rec.DispatchWork(shaders.ConvBwdFilterCoop{
		X: x.Data, Dy: dy.Data, Dw: r.y,
		Local: t.local(rec.Device()), Geometry: c.geometry(x.Rows),
		SPLITS: t.splits, CM: t.m, CN: t.n, CK: t.k, WM: t.wm, WN: t.wn, FM: t.fm, FN: t.fn, BK: int32(t.bk()), ScaleA: scaleA, ScaleB: scaleB,
		Groups: t.groups(c.pass(filterPass, x.Rows).implicit()),
	}, c.work(x.Rows))
	whole.addPartials(rec, t.splits, c.sumsW)
}

// filterGradient is which of x and dy is a gradient where they make dw.
func (c *convolution) filterGradient() operand {
	if c.transposed {
		return left
	}
	return right
}
