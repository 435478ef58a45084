package gan

import (
	"context"
	"testing"

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
	times, err := trainer.Measure(t.Context(), 3, 9)
	if err != nil || len(times) != 9 {
		t.Errorf("%d times, %v", len(times), err)
	}
	for _, s := range times {
		if !(s > 0 && s < 60) {
			t.Errorf("a step takes %g s", s)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if times, err := trainer.Measure(ended, 20, 20); err != nil || len(times) != 0 {
		t.Errorf("after its end: %d times, %v", len(times), err)
	}
}
