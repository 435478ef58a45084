package gan

import (
	"slices"
	"time"
)

// checkpointDue says that it is time for a checkpoint, and that the last one is written.
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

// checkpoint hands a snapshot to the observer. All steps submitted have finished, and none was frozen.
func (t *Trainer) checkpoint() error {
	s, err := t.snapshot.take(t.position())
	if err != nil {
		return err
	}
	t.saved, t.savedAt = t.done, time.Now()
	t.pace.interrupted()
	return t.observer.Checkpoint(s)
}

func (t *Trainer) position() Position {
	return Position{
		Step: t.done, TimeS: time.Since(t.start).Seconds(), Pending: t.pending,
		Mean: mean{Sum: slices.Clone(t.mean.Sum), N: t.mean.N}, Last: t.last,
	}
}

// Restore puts the trainer and the model where a checkpoint was taken. It comes before Run. Where the checkpoint is of
// another model or of other sizes it changes nothing, and says what differs.
func (t *Trainer) Restore(c *Checkpoint) error {
	state := t.model.State()
	data := make([][]byte, len(state))
	for i, s := range state {
		var err error
		if data[i], err = c.data(s); err != nil {
			return err
		}
	}
	for i, s := range state {
		if err := t.dev.Upload(s.Range, data[i]); err != nil {
			return err
		}
	}
	p := c.Position
	t.done, t.read, t.saved, t.pending = p.Step, p.Step, p.Step, p.Pending
	t.mean, t.last = p.Mean, p.Last
	t.elapsed = time.Duration(p.TimeS * float64(time.Second))
	return nil
}
