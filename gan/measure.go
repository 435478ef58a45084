package gan

import (
	"context"
	"time"
)

// Measure trains for warmup steps, at least one, whose first compile kernels, then for steps more as Run does it, and gives
// the wall time of each of these, as the pace that Run shows is taken from. Steps that were submitted together count alike.
// It runs instead of Run, without evaluations or samples, and ends early when ctx is done.
func (t *Trainer) Measure(ctx context.Context, warmup, steps int) ([]time.Duration, error) {
	t.start, t.savedAt = time.Now(), time.Now()
	if err := t.advance(ctx, max(warmup, 1)); err != nil {
		return nil, err
	}
	times := make([]time.Duration, 0, steps)
	t.landed = func(n int, each time.Duration) {
		for range n {
			times = append(times, each)
		}
	}
	err := t.advance(ctx, t.done+steps)
	t.landed = nil
	return times, err
}
