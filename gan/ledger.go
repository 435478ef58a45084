package gan

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"vkgan/layers"
	"vkgan/vk"
)

// ledger is what every model keeps of its steps: the count, the figures of the step under way, the guard over both
// networks, and a ring of the last steps' figures for the host.
type ledger struct {
	step    vk.Range // [1] u32, steps done
	figures vk.Range // [len(names)] f32, this step's
	guard   *layers.Guard
	names   []string // of the figures
	ring    *vk.Buffer
	latest  []float64 // what Figures gave
	dev     *vk.Device
}

// stepsInRing is more than can be in flight.
const stepsInRing = 4096

// openStep takes memory from b for the count of steps, for a model whose layers need it before there is a ledger.
func (l *ledger) openStep(b *layers.Builder) error {
	step, err := b.Buffer("step", 4, vk.Local)
	if err == nil {
		l.step = step.All()
	}
	return err
}

// openLedger takes memory from b for the figures of these names, and for the count of steps unless there is one.
func (l *ledger) openLedger(dev *vk.Device, b *layers.Builder, names []string, networks ...*layers.Params) error {
	var err0 error
	if l.step.IsZero() {
		err0 = l.openStep(b)
	}
	figures, err1 := b.Buffer("figures", 4*int64(len(names)), vk.Local)
	ring, err2 := b.Buffer("ring", 4*stepsInRing*int64(2+len(names)), vk.Host)
	guard, err3 := layers.NewGuard(b, networks...)
	if err := errors.Join(err0, err1, err2, err3); err != nil {
		return err
	}
	*l = ledger{step: l.step, figures: figures.All(), guard: guard, names: names, ring: ring, latest: make([]float64, len(names)), dev: dev}
	return nil
}

// figure is where so many of the figures lie.
func (l *ledger) figure(from, count int64) vk.Range { return l.figures.Slice(4*from, 4*count) }

// trained is the parameters of.All[from:to], and the optimiser that they learn by.
type trained struct {
	adam     layers.Adam
	of       *layers.Params
	from, to int
}

// whole is a network that learns by one optimiser.
func whole(adam layers.Adam, of *layers.Params) trained { return trained{adam, of, 0, len(of.All)} }

// update records an optimiser step of parts, unless a figure is not finite.
func (l *ledger) update(rec *vk.Recorder, parts ...trained) {
	l.guard.Check(rec, l.step, l.figures)
	for _, p := range parts {
		p.adam.Guard = l.guard
		p.adam.StepPart(rec, p.of, p.from, p.to, l.step)
	}
}

// endStep records a look at what the updates left, and the step's end.
func (l *ledger) endStep(rec *vk.Recorder) {
	l.guard.Check(rec, l.step, l.figures)
	layers.Advance(rec, l.step, l.figures, l.guard, l.ring.All())
}

// Figures reads a finished step's figures from the ring; they are good until the next call. A DivergedError tells that
// training is frozen.
func (l *ledger) Figures(step int) ([]float64, error) {
	slot := 2 + len(l.names)
	bytes := l.ring.Bytes()[step%stepsInRing*slot*4:][:slot*4]
	words := unsafe.Slice((*uint32)(unsafe.Pointer(&bytes[0])), slot)
	if words[0] != uint32(step+1) {
		return nil, fmt.Errorf("the ring holds step %d in its place", int64(words[0])-1)
	}
	if words[1] != 0 {
		return nil, l.diverged()
	}
	for i := range l.latest {
		l.latest[i] = float64(math.Float32frombits(words[2+i]))
	}
	return l.latest, nil
}

// DivergedError is training that the guard froze.
type DivergedError struct {
	Step      int    // the first is 0
	Tensor    string // "loss_code", or a parameter such as "D.conv2.weight"
	Precision string // of products
}

func (e *DivergedError) Error() string {
	text := fmt.Sprintf("training diverged in step %d: %s is not finite; a lower --rate may help", e.Step, e.Tensor)
	if e.Precision == "fp16" {
		text += ", or --precision fp32: in fp16 a gradient beyond 16 is infinite"
	}
	return text
}

func (l *ledger) diverged() error {
	trouble, err := l.guard.Trouble(l.dev)
	switch {
	case err != nil:
		return err
	case trouble == nil:
		return errors.New("training is frozen, but the guard knows no reason")
	case trouble.Figure >= 0:
		return &DivergedError{trouble.Step, l.names[trouble.Figure], Precision(l.dev)}
	}
	return &DivergedError{trouble.Step, trouble.Parameter, Precision(l.dev)}
}
