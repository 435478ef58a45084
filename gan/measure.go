package gan

import (
	"context"
	"time"
)

// Measure trains for warmup steps, then for steps more as Run does it, and gives the wall time of each of these, in
// seconds. Steps that were submitted together count alike. It runs instead of Run, without evaluations or samples, and
// ends early when ctx is done.
func (t *Trainer) Measure(ctx context.Context, warmup, steps int) ([]float64, error) {
	t.start = time.Now()
	if err := t.advance(ctx, warmup, func(int, time.Time) {}); err != nil {
		return nil, err
	}
	times := make([]float64, 0, steps)
	last := time.Now()
	err := t.advance(ctx, warmup+steps, func(landed int, now time.Time) {
		each := now.Sub(last).Seconds() / float64(landed)
		for range landed {
			times = append(times, each)
		}
		last = now
	})
	return times, err
}

// advance submits steps until end of them are done, waits for them all, and tells how many landed when.
func (t *Trainer) advance(ctx context.Context, end int, landed func(n int, now time.Time)) error {
	for t.read < end && ctx.Err() == nil {
		before := t.read
		var err error
		if t.done < end {
			err = t.submit(min(t.perSubmission(), end-t.done))
		} else {
			err = t.drain()
		}
		if err != nil {
			return err
		}
		if t.read > before {
			landed(t.read-before, time.Now())
		}
	}
	return t.drain()
}
