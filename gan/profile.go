package gan

import (
	"context"
	"time"

	"vkgan/vk"
)

// StepTime is what one command of a step takes on the device.
type StepTime struct {
	vk.Command
	Times []time.Duration // in every profiled step
}

// profileWarmup is how many steps Profile trains before those: the first compiles kernels.
const profileWarmup = 2

// Profile trains so many steps with a step recorded for that purpose, which takes a timestamp around every command, and
// gives the commands in their order. It runs instead of Run, or after Measure.
func (t *Trainer) Profile(ctx context.Context, steps int) ([]StepTime, error) {
	rec := t.dev.NewRecorder("timed step")
	rec.Timed()
	t.model.Step(rec)
	program, err := rec.End()
	if err != nil {
		return nil, err
	}
	defer program.Free()
	times := make([]StepTime, len(program.Commands()))
	for i, c := range program.Commands() {
		times[i].Command = c
	}
	for n := range profileWarmup + steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := t.runOnce(program); err != nil {
			return nil, err
		}
		if n < profileWarmup {
			continue
		}
		timings, err := program.Timings()
		if err != nil {
			return nil, err
		}
		for i, timing := range timings {
			times[i].Times = append(times[i].Times, time.Duration(timing.Nanoseconds))
		}
	}
	return times, nil
}
