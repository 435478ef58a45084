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
	times, err := trainer.Measure(t.Context(), 3, 9)
	wall := time.Since(begin)
	if err != nil || len(times) != 9 || trainer.done != 12 {
		t.Errorf("%d times after %d steps, %v", len(times), trainer.done, err)
	}
	sum := time.Duration(0)
	for _, each := range times {
		if sum += each; each <= 0 {
			t.Errorf("a step takes %s", each)
		}
	}
	if sum > wall {
		t.Errorf("the steps take %s of %s", sum, wall)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if times, err := trainer.Measure(ended, 20, 20); err != nil || len(times) != 0 {
		t.Errorf("after its end: %d times, %v", len(times), err)
	}
}

// What Measure gives is what training shows: the pace is the mean over ten landings, here of one step each.
func TestMeasureIsThePace(t *testing.T) {
	dev := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = 3, 20, 4
	trainer := newTrainer(t, dev, newModel(t, dev, r, stripes(), 1), Options{MaxSteps: 99}, nobody{})
	sum := 0.0
	for range 10 {
		times, err := trainer.Measure(t.Context(), 1, 1)
		if err != nil || len(times) != 1 {
			t.Fatalf("%v, %v", times, err)
		}
		sum += times[0].Seconds()
	}
	if shown, measured := trainer.imagesPerS(), 10*float64(r.BatchSize)/sum; math.Abs(shown/measured-1) > 1e-5 {
		t.Errorf("training shows %g images/s, Measure gave %g", shown, measured)
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
