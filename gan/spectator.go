package gan

import (
	"slices"
	"time"
)

// Spectator watches training from the trainer's own goroutine, and may use the device between submissions.
type Spectator interface {
	// Step tells the figures of every step, one after the other, once they have been read.
	Step(Metrics)
	// Between comes ahead of everything else, when the model is as the run begins or goes on with it, and between two
	// submissions of steps, of an evaluation or of a calibration; at most one of them is then unfinished. It may submit work
	// that leaves the model's state alone, as Model.Sample does, and may take its time, until the run is told to stop: training
	// waits for it.
	Between(p Progress, stop <-chan struct{}) error
}

// spectated lets the spectator, if any, do what it wants to.
func (t *Trainer) spectated() error {
	s := t.options.Spectator
	if s == nil {
		return nil
	}
	began := time.Now()
	err := s.Between(t.progress(), t.stop)
	if time.Since(began) > submission {
		t.pace.interrupted() // it took its time, which is no step's
	}
	return err
}

// landAllButOne waits, for the sake of a spectator, until at most one submission of steps is unfinished.
func (t *Trainer) landAllButOne() error {
	for t.options.Spectator != nil && t.flying.n > 1 {
		if err := t.dev.Wait(t.flying.of[0].ticket); err != nil {
			return err
		}
		if err := t.collect(); err != nil {
			return err
		}
	}
	return nil
}

// tell tells the spectator, if any, of the figures of step t.read.
func (t *Trainer) tell(figures []float64) {
	if t.options.Spectator == nil {
		return
	}
	m := Metrics{Step: t.read, Epoch: t.epoch(), TimeS: time.Since(t.start).Seconds()}
	t.model.Losses(slices.Clone(figures), &m)
	t.options.Spectator.Step(m)
}
