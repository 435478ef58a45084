package gan

import (
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// meter notes, at each line of metrics, what has crossed between host and device.
type meter struct {
	nobody
	d     *vk.Device
	lines []reading
}

type reading struct {
	step     int
	up, down int64
	tested   bool
}

func (o *meter) Metrics(m Metrics) error {
	up, down := o.d.Transfers()
	o.lines = append(o.lines, reading{m.Step, up, down, m.TestError != nil})
	return nil
}

// Between evaluations nothing is copied either way: losses arrive through the ring, which is host memory. An evaluation
// copies its counts [codes,classes] and its sums of the codes' use [2,codes].
func TestStepsTransferNothing(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.BatchSize, r.Labels = 10, 7
	m := newModel(t, d, r, synthetic(300, 30, 8, 8, 10), 1)
	o := &meter{d: d}
	trainer := newTrainer(t, d, m, Options{MaxSteps: 12, LogEvery: 1, EvalEvery: 6, SampleEvery: 100, StepsPerSubmission: 2}, o)
	if _, err := trainer.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(o.lines) != 12 {
		t.Fatalf("%d lines: %+v", len(o.lines), o.lines)
	}
	for i, line := range o.lines[1:] {
		before := o.lines[i]
		want := int64(0)
		if line.tested {
			want = 4*7*10 + 4*2*7
		}
		if line.step != before.step+1 || line.up != before.up || line.down-before.down != want {
			t.Errorf("after %+v: %+v", before, line)
		}
		if line.tested != (line.step%6 == 0) {
			t.Errorf("%+v: evaluations are due every 6 steps", line)
		}
	}
}

// Replaying steps and reading their figures allocates nothing in Go.
func TestReplayAllocatesNothing(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.BatchSize, r.Labels = 4, 3
	m := newModel(t, d, r, synthetic(100, 10, 8, 8, 3), 1)
	trainer := newTrainer(t, d, m, Options{LogEvery: 1 << 30, EvalEvery: 1 << 30}, nobody{})
	replay := func() {
		if err := trainer.submit(2); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // pipelines are compiled, the queue is full
		replay()
	}
	if n := testing.AllocsPerRun(50, replay); n != 0 {
		t.Errorf("a submission of the trainer allocates %v times", n)
	}
	if n := testing.AllocsPerRun(50, func() {
		ticket, err := d.Submit(trainer.step, 2)
		if err != nil || d.Wait(ticket) != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a submission allocates %v times", n)
	}
	if err := trainer.drain(); err != nil {
		t.Fatal(err)
	}
	if trainer.read != trainer.done || trainer.mean.N != trainer.done {
		t.Errorf("of %d steps, %d were read, %d are in the mean", trainer.done, trainer.read, trainer.mean.N)
	}
}
