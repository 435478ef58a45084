package gan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

type nobody struct{}

func (nobody) Metrics(Metrics) error         { return nil }
func (nobody) Progress(Progress)             {}
func (nobody) Samples(int, bool, Grid) error { return nil }
func (nobody) Checkpoint(s *Snapshot) error  { s.Release(); return nil }

// stripes is a small set in three classes.
func stripes() *mnist.Set {
	part := func(n int) (mnist.Images, []byte) {
		im, labels := mnist.Images{Count: n, Height: 8, Width: 8, Pixels: make([]byte, n*64)}, make([]byte, n)
		for i := range n {
			labels[i] = byte(i % 3)
			for j := range 16 {
				im.Pixels[i*64+i%3*16+j] = 250
			}
		}
		return im, labels
	}
	s := &mnist.Set{Classes: 3, Origin: "stripes"}
	s.Train, s.TrainLabels = part(60)
	s.Test, s.TestLabels = part(25)
	return s
}

func TestMeasure(t *testing.T) {
	dev := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = 3, 20, 4
	model := newModel(t, dev, r, stripes(), 1)
	trainer := newTrainer(t, dev, model, Options{MaxSteps: 12}, nobody{})
	begin := time.Now()
	m, err := trainer.Measure(t.Context(), 3, 9)
	wall := time.Since(begin)
	if err != nil || len(m.Times) != 9 || trainer.done != 12 {
		t.Errorf("%d times after %d steps, %v", len(m.Times), trainer.done, err)
	}
	sum := time.Duration(0)
	for _, each := range m.Times {
		if sum += each; each <= 0 {
			t.Errorf("a step takes %s", each)
		}
	}
	if sum > wall {
		t.Errorf("the steps take %s of %s", sum, wall)
	}
	if m.Host <= 0 || m.Host > wall || m.Host > m.Process {
		t.Errorf("the host takes %s, the process %s, in %s", m.Host, m.Process, wall)
	}
	if stamped := dev.Info().Limits.TimestampBits > 0; stamped && (len(m.Gaps) == 0 || slices.Min(m.Gaps) < 0) || !stamped && m.Gaps != nil {
		t.Errorf("gaps %v", m.Gaps)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if m, err := trainer.Measure(ended, 20, 20); err != nil || len(m.Times) != 0 {
		t.Errorf("after its end: %d times, %v", len(m.Times), err)
	}
}

// Figures come from the ring alone: nothing waits for the submissions under way, and nothing is copied off the device.
func TestFiguresAreReadWithoutWaiting(t *testing.T) {
	dev := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = 3, 20, 4
	trainer := newTrainer(t, dev, newModel(t, dev, r, stripes(), 1), Options{MaxSteps: 999, LogEvery: 1, EvalEvery: 999}, nobody{})
	if _, err := trainer.Measure(t.Context(), 1, 1); err != nil {
		t.Fatal(err)
	}
	_, before := dev.Transfers()
	if err := trainer.submit(2); err != nil {
		t.Fatal(err)
	}
	const long = 50
	if err := trainer.submit(long); err != nil {
		t.Fatal(err)
	}
	last := trainer.flying.of[trainer.flying.n-1].ticket
	if err := dev.Wait(last - 1); err != nil {
		t.Fatal(err)
	}
	if err := trainer.collect(); err != nil || trainer.read != trainer.done-long || dev.Done() >= last {
		t.Errorf("read %d of %d steps, submission %d of %d has ended, %v", trainer.read, trainer.done, dev.Done(), last, err)
	}
	if err := trainer.drain(); err != nil || trainer.read != trainer.done {
		t.Errorf("read %d of %d steps, %v", trainer.read, trainer.done, err)
	}
	if _, after := dev.Transfers(); after != before {
		t.Errorf("%d bytes were copied off the device", after-before)
	}
}

// What Measure gives, which is what `vkgan bench step` tells, is what training shows: the pace is the mean over ten landings, here of
// one step each.
func TestMeasureIsThePace(t *testing.T) {
	dev := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = 3, 20, 4
	trainer := newTrainer(t, dev, newModel(t, dev, r, stripes(), 1), Options{MaxSteps: 99}, nobody{})
	sum := 0.0
	for range 10 {
		m, err := trainer.Measure(t.Context(), 1, 1)
		if err != nil || len(m.Times) != 1 {
			t.Fatalf("%v, %v", m.Times, err)
		}
		sum += m.Times[0].Seconds()
	}
	if shown, measured := trainer.imagesPerS(), 10*float64(r.BatchSize)/sum; math.Abs(shown/measured-1) > 1e-5 {
		t.Errorf("training shows %g images/s, Measure gave %g", shown, measured)
	}
}

// slow takes half a second to look at samples.
type slow struct {
	witness
	slept time.Duration
}

func (s *slow) Samples(int, bool, Grid) error {
	const sleep = time.Second / 2
	time.Sleep(sleep)
	s.slept += sleep
	return nil
}

// Every line of a run shows the pace of its latest ten landings, as Measure would give it. What a run does beside its steps is in neither:
// the steps and the rest together take no longer than the run.
func TestRunShowsThePace(t *testing.T) {
	dev := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = 3, 20, 4
	seen := &slow{}
	trainer := newTrainer(t, dev, newModel(t, dev, r, stripes(), 1),
		Options{MaxSteps: 40, LogEvery: 6, EvalEvery: 15, SampleEvery: 4, StepsPerSubmission: 2}, seen)
	var landings []time.Duration
	var steps time.Duration
	shown := map[int]float64{} // images a second after so many steps
	trainer.landed = func(n int, each time.Duration) {
		landings, steps = append(landings, each), steps+time.Duration(n)*each
		mean := 0.0
		for i, l := range landings {
			mean += (l.Seconds() - mean) / float64(min(i+1, 10))
		}
		shown[trainer.read+n] = float64(r.BatchSize) / mean
	}
	begin := time.Now()
	if _, err := trainer.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wall := time.Since(begin); steps+seen.slept > wall || seen.slept < 5*time.Second || len(landings) < 5 {
		t.Errorf("%d landings of %s in all, %s beside them, in %s", len(landings), steps, seen.slept, wall)
	}
	compared := 0
	for _, line := range seen.lines {
		if want := shown[line.Step]; want > 0 {
			compared++
			if math.Abs(line.ImagesPerS/want-1) > 1e-5 {
				t.Errorf("step %d: the line shows %g images/s, its steps took %g", line.Step, line.ImagesPerS, want)
			}
		}
	}
	if compared < 5 {
		t.Errorf("%d of %d lines could be compared", compared, len(seen.lines))
	}
}

func TestProfile(t *testing.T) {
	dev := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = 3, 20, 4
	trainer := newTrainer(t, dev, newModel(t, dev, r, stripes(), 1), Options{MaxSteps: 99}, nobody{})
	profile, err := trainer.Profile(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	stats := trainer.StepStats()
	if len(profile) != stats.Dispatches+stats.Copies {
		t.Errorf("%d commands of %+v", len(profile), stats)
	}
	var work vk.Work
	for _, c := range profile {
		work.Add(c.Work)
		if len(c.Times) != 3 || slices.Min(c.Times) < 0 || c.Section == "" || c.Kernel == "" || c.Work.Bytes <= 0 {
			t.Errorf("%+v", c)
		}
	}
	if work != trainer.StepWork() {
		t.Errorf("the commands' work is %+v, the step's %+v", work, trainer.StepWork())
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := trainer.Profile(ended, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
}

// The arithmetic of a step, in GFLOP: 35.94 and 31.60 by the models' description. Of SSGAN it says 3.007, without the rows of
// zeros that G's loss sends through D's last layer.
func TestStepWork(t *testing.T) {
	asPublished(t)
	dev := devicetest.Open(t, vk.Options{}).Rehearsal()
	data, err := NewDataset(dev, synthetic(300, 100, 28, 28, 10), 300)
	if err != nil {
		t.Fatal(err)
	}
	infogan, err1 := NewInfoGAN(dev, InfoGANReference(), data, 1)
	ssgan, err2 := NewSSGAN(dev, SSGANReference(), data, 1)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for want, m := range map[string]Model{"35.94 31.60": infogan, "3.01 3.01": ssgan} {
		rec := dev.NewRecorder("step")
		m.Step(rec)
		w := totalWork(rec.Commands())
		if got := fmt.Sprintf("%.2f %.2f", w.Dense/1e9, w.Taps/1e9); got != want {
			t.Errorf("%T: %s GFLOP, want %s", m, got, want)
		}
		m.Free()
	}
}
