package layers

import (
	"fmt"

	"vkgan/shaders"
	"vkgan/vk"
)

// shared is how the tiled family cuts a product (shaders/include/tile.glsl): a work-group makes bm × bn elements of output, bk
// terms at a time, an invocation tm × tn of them; the terms are cut into splits runs.
type shared struct{ bm, bn, bk, tm, tn, splits int32 }

func (s shared) String() string {
	text := fmt.Sprintf("tiled %dx%dx%d %dx%d", s.bm, s.bn, s.bk, s.tm, s.tn)
	if s.splits != 1 {
		text += fmt.Sprintf(" split%d", s.splits)
	}
	return text
}

// parseShared is the inverse of String, where name is what String gives.
func parseShared(name string) shared {
	s := shared{splits: 1}
	fmt.Sscanf(name, "tiled %dx%dx%d %dx%d split%d", &s.bm, &s.bn, &s.bk, &s.tm, &s.tn, &s.splits)
	return s
}

func (s shared) local() uint32 { return uint32(s.bm / s.tm * (s.bn / s.tn)) }

// memory is what the tile takes of a work-group's, in bytes.
func (s shared) memory() uint32 { return uint32(4 * s.bk * (s.bm + 4 + s.bn + 4)) }

// groups counts the work-groups where the rows are in so many groups; 0: they are not cut.
func (s shared) groups(p implicit, groups int32) [3]uint32 {
	return [3]uint32{tilesOf(p.rows, int(s.bm), groups), ceil(p.columns, int(s.bn)), uint32(p.planes) * uint32(s.splits)}
}

// take is moments.take for tiles of so many rows, of which each chunk has so many, where there is shared memory for it.
func (s shared) take(d *vk.Device, r result, rows, each int) (partial vk.Range, groups int32) {
	if s.memory()+uint32(4*s.bn*(1+2*s.bm/s.tm)) > d.Info().Limits.MaxShared {
		r.moments = nil
	}
	return r.moments.take(r.y, r.groups, parts{rows, int(s.bm), each})
}

// fits says why a tile cannot be had for a product: which limit of the device it breaks, for one.
func (s shared) fits(d *vk.Device, p implicit) error {
	quads := func(tile, part int32) bool { return part > 0 && part%4 == 0 && tile > 0 && tile%part == 0 }
	switch {
	case !quads(s.bm, s.tm) || !quads(s.bn, s.tn) || s.bk < 4 || s.bk%4 != 0 || s.splits < 1:
		return fmt.Errorf("no tile: %s", s)
	}
	return p.fits(d, s.local(), s.memory(), s.splits, s.groups(p, 0))
}

// implicit is an operation as the tiled family sees it: planes of products, each of rows × columns elements from terms.
type implicit struct {
	rows, columns, terms, planes int
	outputs                      int  // elements of the result
	moved                        int  // elements of both operands and the result
	whole                        bool // there is no memory for partial sums
}

// implicit is one plane.
func (o multiplication) implicit() implicit {
	return implicit{rows: o.m, columns: o.n, terms: o.k, planes: 1, outputs: o.m * o.n, moved: o.m*o.k + o.k*o.n + o.m*o.n, whole: !o.splittable}
}

// implicit has a plane for each phase of the stride in the data pass, whose terms are their mean.
func (p pass) implicit() implicit {
	taps, pixels := p.kernel*p.kernel, p.rows*p.y.H*p.y.W
	moved := p.rows*(p.x.Size()+p.y.Size()) + taps*p.x.C*p.y.C
	switch p.kind {
	case forwardPass:
		return implicit{rows: pixels, columns: p.y.C, terms: taps * p.x.C, planes: 1, outputs: pixels * p.y.C, moved: moved}
	case filterPass:
		return implicit{rows: taps * p.x.C, columns: p.y.C, terms: pixels, planes: 1, outputs: taps * p.x.C * p.y.C, moved: moved}
	}
	phases := p.stride * p.stride
	return implicit{
		rows:    p.rows * int(ceil(p.x.H, p.stride)*ceil(p.x.W, p.stride)),
		columns: p.x.C, terms: taps * p.y.C / phases, planes: phases, outputs: p.rows * p.x.Size(), moved: moved,
	}
}

// What bounds the splits of a product: the sums of each take memory, and are written and read once more.
const (
	splitLimit = 64
	leastTerms = 64      // of a split
	partialSum = 4 << 20 // float32, of all splits
)

// fits says which limit work-groups of so many invocations with so many bytes of shared memory break, or the splits.
func (p implicit) fits(d *vk.Device, local, memory uint32, splits int32, groups [3]uint32) error {
	l := d.Info().Limits
	switch {
	case local > l.MaxInvocations:
		return fmt.Errorf("work groups of %d invocations; maxComputeWorkGroupInvocations is %d", local, l.MaxInvocations)
	case local > l.MaxGroupSize[0]:
		return fmt.Errorf("work groups of %d invocations; maxComputeWorkGroupSize is %v", local, l.MaxGroupSize)
	case memory > l.MaxShared:
		return fmt.Errorf("%d bytes of shared memory; maxComputeSharedMemorySize is %d", memory, l.MaxShared)
	case int(splits) > p.mostSplits():
		return fmt.Errorf("%d splits of %d terms and %d elements; there are at most %d", splits, p.terms, p.outputs, p.mostSplits())
	}
	for i, n := range groups {
		if n > l.MaxGroups[i] {
			return fmt.Errorf("%v work groups; maxComputeWorkGroupCount is %v", groups, l.MaxGroups)
		}
	}
	return nil
}

func (p implicit) mostSplits() int {
	if p.whole {
		return 1
	}
	return max(1, min(splitLimit, p.terms/leastTerms, partialSum/max(1, p.outputs)))
}

// partials takes the memory for the partial sums of products that do not run at the same time, whatever splits are chosen, for
// batches of up to so many rows.
func (b *Builder) partials(name string, rows int, of func(rows int) []implicit) vk.Range {
	most := 0
	for r := range rows {
		for _, p := range of(r + 1) {
			p.whole = false
			if s := p.mostSplits(); s > 1 {
				most = max(most, s*p.outputs)
			}
		}
	}
	if most == 0 {
		return vk.Range{}
	}
	return b.scratch(name, most)
}

// allocatePartials takes scratch for the passes of up to rows batch items.
func (c *convolution) allocatePartials(b *Builder, name string, rows int) {
	of := func(kind passKind) func(rows int) implicit {
		return func(rows int) implicit {
			if pixels := rows * c.y.H * c.y.W; c.thin() {
				return [...]multiplication{
					forwardPass: {m: pixels, n: c.y.C, k: c.patch()}, dataPass: {m: pixels, n: c.patch(), k: c.y.C}, filterPass: {m: c.patch(), n: c.y.C, k: pixels},
				}[kind].implicit()
			}
			return c.pass(kind, rows).implicit()
		}
	}
	c.sums = b.partials(name+".partial", rows, func(rows int) []implicit { return []implicit{of(forwardPass)(rows), of(dataPass)(rows)} })
	c.sumsW = b.partials(name+".partial.w", rows, func(rows int) []implicit { return []implicit{of(filterPass)(rows)} })
}

// quads tells whether an argument's elements can move four at a time, in lines of so many that lie side by side.
func quads(r vk.Range, line int) bool { return r.Offset()%16 == 0 && line%4 == 0 }

func (p product) recordTiled(rec *vk.Recorder, t shared) {
	lineA, lineB := p.k, p.n
	if p.transA {
		lineA = p.m
	}
	if p.transB {
		lineB = p.k
	}
	whole := result{bias: p.bias, e: p.e, y: p.c, act: p.act, n: p.m * p.n, channels: p.n, moments: p.moments, groups: p.groups}
	r := whole.of(t.splits, p.partial)
	partial, groups := t.take(rec.Device(), r, p.m, 1)
	rec.DispatchWork(shaders.GemmTiled{
		A: p.a, B: p.b, Bias: r.bias, E: r.e, C: r.y, Partial: partial,
		Local: t.local(), M: int32(p.m), N: int32(p.n), K: int32(p.k), TransA: p.transA, TransB: p.transB,
		AddBias: !r.bias.IsZero(), AddE: !r.e.IsZero(), ACT: int32(r.act), BM: t.bm, BN: t.bn, BK: t.bk, TM: t.tm, TN: t.tn, SPLITS: t.splits,
		AQuads: quads(p.a, lineA), BQuads: quads(p.b, lineB), CQuads: quads(r.y, p.n), GROUPS: groups, Groups: t.groups(p.operation().implicit(), groups),
	}, p.work())
	whole.addPartials(rec, t.splits, p.partial)
}

func (c *convolution) forwardTiled(rec *vk.Recorder, t shared, x Tensor, w, bias vk.Range, act Activation, y Tensor) {
	whole := result{bias: bias, y: y.Data, act: act, n: x.Rows * c.y.Size(), channels: c.y.C, moments: y.moments, groups: y.Groups}
	r := whole.of(t.splits, c.sums)
	partial, groups := t.take(rec.Device(), r, x.Rows*c.y.H*c.y.W, 1)
	rec.DispatchWork(shaders.ConvFwdTiled{
		X: x.Data, W: w, Bias: r.bias, Y: r.y, Partial: partial,
		Local: t.local(), Geometry: c.geometry(x.Rows),
		AddBias: !r.bias.IsZero(), ACT: int32(r.act), BM: t.bm, BN: t.bn, BK: t.bk, TM: t.tm, TN: t.tn, SPLITS: t.splits,
		AQuads: quads(x.Data, c.x.C), BQuads: quads(w, c.y.C), CQuads: quads(r.y, c.y.C), GROUPS: groups,
		Groups: t.groups(c.pass(forwardPass, x.Rows).implicit(), groups),
	}, c.work(x.Rows))
	whole.addPartials(rec, t.splits, c.sums)
}

func (c *convolution) backwardDataTiled(rec *vk.Recorder, t shared, dy Tensor, w, bias vk.Range, act Activation, dx Tensor) {
	whole := result{bias: bias, y: dx.Data, act: act, n: dy.Rows * c.x.Size(), channels: c.x.C, moments: dx.moments, groups: dx.Groups}
	r := whole.of(t.splits, c.sums)
	if c.x.H%c.stride != 0 || c.x.W%c.stride != 0 { // phases of different sizes
		r.moments = nil
	}
	p := c.pass(dataPass, dy.Rows).implicit()
	partial, groups := t.take(rec.Device(), r, p.rows, p.planes)
	rec.DispatchWork(shaders.ConvBwdDataTiled{
		Dy: dy.Data, W: w, Bias: r.bias, Dx: r.y, Partial: partial,
		Local: t.local(), Geometry: c.geometry(dy.Rows),
		AddBias: !r.bias.IsZero(), ACT: int32(r.act), BM: t.bm, BN: t.bn, BK: t.bk, TM: t.tm, TN: t.tn, SPLITS: t.splits,
		AQuads: quads(dy.Data, c.y.C), BQuads: quads(w, c.y.C), CQuads: quads(r.y, c.x.C), GROUPS: groups, Groups: t.groups(p, groups),
	}, c.work(dy.Rows))
	whole.addPartials(rec, t.splits, c.sums)
}

func (c *convolution) backwardFilterTiled(rec *vk.Recorder, t shared, x, dy Tensor, dw vk.Range) {
	whole := result{y: dw, n: c.patch() * c.y.C, channels: c.y.C}
	r := whole.of(t.splits, c.sumsW)
	rec.DispatchWork(shaders.ConvBwdFilterTiled{
		X: x.Data, Dy: dy.Data, Dw: r.y,
		Local: t.local(), Geometry: c.geometry(x.Rows),
		BM: t.bm, BN: t.bn, BK: t.bk, TM: t.tm, TN: t.tn, SPLITS: t.splits,
		AQuads: quads(x.Data, c.x.C), BQuads: quads(dy.Data, c.y.C), CQuads: quads(r.y, c.y.C), Groups: t.groups(c.pass(filterPass, x.Rows).implicit(), 0),
	}, c.work(x.Rows))
	whole.addPartials(rec, t.splits, c.sumsW)
}
