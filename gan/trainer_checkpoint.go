package gan

import (
	"slices"
	"time"

	"vkgan/layers"
	"vkgan/vk"
)

// checkpointDue says that it is time for a checkpoint: by the clock only once the last one is written.
func (t *Trainer) checkpointDue() bool {
	if t.saved == t.done {
		return false
	}
	if n := t.options.CheckpointSteps; n > 0 && t.done > 0 && t.done%n == 0 {
		return true
	}
	every := t.options.CheckpointEvery
	return every > 0 && t.done > 0 && time.Since(t.savedAt) >= every && !t.snapshot.inUse()
}

// How many images the batch-norms are calibrated on, at most, for a checkpoint on the way: for one at a run's end, on a CPU,
// the time of twenty-odd steps would be more than a hundredth of that between two checkpoints.
const interimCalibration = 1000

// calibration is the programs of the batch-norms' calibration on so many batches.
type calibration struct {
	batches int
	batch   *vk.Program
}

// checkpoint calibrates the batch-norms and hands a snapshot to the observer. All steps submitted have finished, and none was
// frozen. final: the run is at its end.
func (t *Trainer) checkpoint(final bool) error {
	c := t.interim
	if final {
		c = t.final
	}
	if err := t.calibrate(c); err != nil {
		return err
	}
	return t.save()
}

// calibrate makes the batch-norms' statistics anew.
func (t *Trainer) calibrate(c calibration) error {
	t.report("calibrating", true)
	if err := t.runOnce(t.beginCalibration); err != nil {
		return err
	}
	if err := t.repeat(c.batch, c.batches); err != nil {
		return err
	}
	return t.checkStatistics()
}

// save hands a snapshot to the observer.
func (t *Trainer) save() error {
	s, err := t.snapshot.take(t.position())
	if err != nil {
		return err
	}
	t.saved, t.savedAt = t.done, time.Now()
	return t.observer.Checkpoint(s)
}

// checkStatistics tells where parameters that are finite make activations that are not: the next step would freeze.
func (t *Trainer) checkStatistics() error {
	g, d := t.model.Networks()
	for _, network := range []*layers.Params{g, d} {
		for _, s := range network.Statistics {
			values, err := s.Read(t.dev)
			if err != nil {
				return err
			}
			for _, v := range values {
				if v-v != 0 {
					return &DivergedError{t.done, network.Name + "." + s.Name, Precision(t.dev)}
				}
			}
		}
	}
	return nil
}

func (t *Trainer) position() Position {
	return Position{
		Step: t.done, Epoch: t.epoch(), TimeS: time.Since(t.start).Seconds(), Pending: t.pending, Sampled: t.sampled, Tested: t.tested,
		Mean: mean{Sum: slices.Clone(t.mean.Sum), N: t.mean.N}, Last: t.last,
	}
}

// Restore puts the trainer and the model where a checkpoint was taken, as Checkpoint.Restore does. It comes before Run.
func (t *Trainer) Restore(c *Checkpoint) error {
	if err := c.Restore(t.dev, t.model); err != nil {
		return err
	}
	p := c.Position
	t.done, t.read, t.saved, t.pending, t.sampled, t.tested = p.Step, p.Step, p.Step, p.Pending, p.Sampled, p.Tested
	t.mean, t.last = p.Mean, p.Last
	t.elapsed = time.Duration(p.TimeS * float64(time.Second))
	return nil
}
