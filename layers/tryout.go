package layers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"vkgan/layers/ref"
	"vkgan/vk"
)

// tryout is an operation with operands of its own to try variants on. They are small whole numbers, so that every order
// of summation gives the same float32; and the oracle says, in the time of a matrix times a vector, what result times
// weights must be.
type tryout struct {
	d       *vk.Device
	memory  *Builder
	result  vk.Range // [rows, len(weights)] float32
	weights []float64
	want    []float64 // [rows], result times weights
	record  func(rec *vk.Recorder, v variant)
}

// operand makes n whole numbers from -2 to 2, always the same, and takes memory for them.
func (t *tryout) operand(name string, n int) (vk.Range, []float64) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(len(name))))
	wide, narrow := make([]float64, n), make([]float32, n)
	for i := range wide {
		v := rng.IntN(5) - 2
		wide[i], narrow[i] = float64(v), float32(v)
	}
	r := t.memory.scratch(name, n)
	if !r.IsZero() {
		t.memory.errs = append(t.memory.errs, t.d.Upload(r, vk.Bytes(narrow)))
	}
	return r, wide
}

// weigh chooses the weights of a result's columns.
func (t *tryout) weigh(result vk.Range, columns int) {
	t.result, t.weights = result, make([]float64, columns)
	for j := range t.weights {
		t.weights[j] = float64(1 + j*j%13)
	}
}

// weighted is x [rows, len(weights)] times weights.
func (t *tryout) weighted(x []float64) []float64 {
	y := make([]float64, len(x)/len(t.weights))
	for i := range y {
		for j, w := range t.weights {
			y[i] += x[i*len(t.weights)+j] * w
		}
	}
	return y
}

// newTryout takes memory on d, which free gives back.
func newTryout(d *vk.Device, o operation) (*tryout, error) {
	t := &tryout{d: d, memory: NewBuilder(d, "tryout", Batch{})}
	o.prepare(t)
	if err := errors.Join(t.memory.errs...); err != nil {
		t.free()
		return nil, err
	}
	return t, nil
}

func (t *tryout) free() { t.memory.Free() }

// prepare makes plain operands also where the right one is to be normalised: packing takes about as long.
func (o multiplication) prepare(t *tryout) {
	a, as := t.operand("a", o.m*o.k)
	b, bs := t.operand("right", o.k*o.n)
	p := product{m: o.m, n: o.n, k: o.k, transA: o.transA, transB: o.transB, a: a, b: b, c: t.memory.scratch("c", o.m*o.n)}
	t.weigh(p.c, o.n)
	if !o.transB {
		bs = t.weighted(bs)
	} else {
		bs = ref.Gemm{M: 1, N: o.k, K: o.n}.Mul(t.weights, bs, nil, nil)
	}
	t.want = ref.Gemm{M: o.m, N: 1, K: o.k, TransA: o.transA}.Mul(as, bs, nil, nil)
	if o.bias {
		var biases []float64
		p.bias, biases = t.operand("bias", o.n)
		shift := t.weighted(biases)[0]
		for i := range t.want {
			t.want[i] += shift
		}
	}
	if o.splittable && !t.d.CPU() {
		p.partial = t.memory.partials("partial", 1, func(int) []implicit { return []implicit{o.implicit()} })
	} else if o.splittable {
		p.partial = t.memory.scratch("partial", partialSize(o.m*o.n, o.k))
	}
	if t.d.CPU() {
		p.packed = t.memory.scratch("packed", packedSize(o.k, o.m)+packedSize(o.k, o.n))
	}
	t.record = p.recordAs
}

func (p pass) prepare(t *tryout) {
	c := p.convolution()
	c.allocate(t.memory, "convolution", p.rows)
	oracle := ref.Conv{N: p.rows, H: p.x.H, W: p.x.W, CI: p.x.C, OH: p.y.H, OW: p.y.W, CO: p.y.C,
		KH: p.kernel, KW: p.kernel, Stride: p.stride, PadY: p.padY, PadX: p.padX}
	x, y := Tensor{Rows: p.rows, Groups: 1, Shape: p.x}, Tensor{Rows: p.rows, Groups: 1, Shape: p.y}
	var w vk.Range
	var xs, ys, ws []float64
	if p.kind == dataPass {
		x.Data = t.memory.scratch("dx", x.elements())
		t.weigh(x.Data, p.x.C)
		y.Data, ys = t.operand("dy", y.elements())
		w, ws = t.operand("w", c.patch()*p.y.C)
		turned := make([]float64, 0, len(ws)/p.x.C) // w [taps,in,out] times weights, over in
		for tap := range p.kernel * p.kernel {
			turned = append(turned, ref.Gemm{M: 1, N: p.y.C, K: p.x.C}.Mul(t.weights, ws[tap*p.x.C*p.y.C:][:p.x.C*p.y.C], nil, nil)...)
		}
		oracle.CI = 1
		t.want = oracle.BackwardData(ys, turned)
		t.record = func(rec *vk.Recorder, v variant) {
			c.at.y.renew(y)
			c.backwardDataAs(rec, v, y, w, vk.Range{}, Identity, x)
		}
		return
	}
	oracle.CO = 1
	x.Data, xs = t.operand("x", x.elements())
	if p.kind == forwardPass {
		y.Data = t.memory.scratch("y", y.elements())
		t.weigh(y.Data, p.y.C)
		w, ws = t.operand("w", c.patch()*p.y.C)
		t.want = oracle.Forward(xs, t.weighted(ws))
		t.record = func(rec *vk.Recorder, v variant) {
			c.renewX(x)
			c.forwardAs(rec, v, x, w, vk.Range{}, Identity, y)
		}
		return
	}
	w = t.memory.scratch("dw", c.patch()*p.y.C)
	t.weigh(w, p.y.C)
	y.Data, ys = t.operand("dy", y.elements())
	t.want = oracle.BackwardFilter(xs, t.weighted(ys))
	t.record = func(rec *vk.Recorder, v variant) {
		c.renewX(x)
		c.at.y.renew(y)
		c.backwardFilterAs(rec, v, x, y, w)
	}
}

// verify runs a variant once and compares its result with the oracle's.
func (t *tryout) verify(v variant) error {
	const nan = 0x7FC00000
	p, err := t.program(func(rec *vk.Recorder) {
		rec.Fill(t.result, nan)
		t.record(rec, v)
	})
	if err != nil {
		return err
	}
	defer p.Free()
	if err := t.run(p, 1); err != nil {
		return err
	}
	result := make([]float32, t.result.Bytes()/4)
	if err := t.d.Download(vk.Bytes(result), t.result); err != nil {
		return err
	}
	tolerance := 0.0
	if v.minimal { // its points and their weights are fractions
		tolerance = 1e-4 * rms(t.want)
	}
	for i, want := range t.want {
		sum := 0.0
		for j, w := range t.weights {
			sum += float64(result[i*len(t.weights)+j]) * w
		}
		if !(math.Abs(sum-want) <= tolerance) { // NaN too
			return fmt.Errorf("%w: row %d of %d sums up to %g, not to %g", errWrong, i, len(t.want), sum, want)
		}
	}
	return nil
}

var errWrong = errors.New("a wrong result")

func rms(x []float64) float64 {
	squares := 0.0
	for _, v := range x {
		squares += v * v
	}
	return math.Sqrt(squares / float64(len(x)))
}

// How a variant is timed.
const (
	tryoutRuns = 3
	tryoutTime = 10 * time.Millisecond // what a run should take at least
	hopeless   = 1.2                   // times the best: one run is enough
)

// time gives the least time of a variant that was verified. best is the time to beat, 0 for none.
func (t *tryout) time(ctx context.Context, v variant, best time.Duration) (time.Duration, error) {
	p, err := t.program(func(rec *vk.Recorder) { t.record(rec, v) })
	if err != nil {
		return 0, err
	}
	defer p.Free()
	var least time.Duration
	times := 1
	for range tryoutRuns {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		begin := time.Now()
		if err := t.run(p, times); err != nil {
			return 0, err
		}
		each := time.Since(begin) / time.Duration(times)
		if least == 0 || each < least {
			least = each
		}
		if best > 0 && each > time.Duration(hopeless*float64(best)) {
			break
		}
		times = int(min(max(tryoutTime/max(each, 1), 1), 100))
	}
	return least, nil
}

func (t *tryout) program(record func(rec *vk.Recorder)) (*vk.Program, error) {
	rec := t.d.NewRecorder("tryout")
	record(rec)
	return rec.End()
}

func (t *tryout) run(p *vk.Program, times int) error {
	ticket, err := t.d.Submit(p, times)
	if err != nil {
		return err
	}
	return t.d.Wait(ticket)
}
