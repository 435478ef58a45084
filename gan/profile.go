package gan

import (
	"context"
	"slices"

	"vkgan/vk"
)

// KernelTime is what one dispatch of a step takes on the device.
type KernelTime struct {
	Section string  `json:"section"` // of the step, such as "D backward"
	Kernel  string  `json:"kernel"`
	MS      float64 `json:"ms"` // median over the profiled steps
}

// Profile trains so many steps with a step recorded for that purpose, which takes a timestamp around every dispatch, and
// gives the dispatches in their order. It runs after Measure, whose steps have compiled the kernels.
func (t *Trainer) Profile(ctx context.Context, steps int) ([]KernelTime, error) {
	rec := t.dev.NewRecorder("timed step")
	rec.Timed()
	t.model.Step(rec)
	program, err := rec.End()
	if err != nil {
		return nil, err
	}
	defer program.Free()
	var runs [][]vk.Timing
	for range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := t.runOnce(program); err != nil {
			return nil, err
		}
		timings, err := program.Timings()
		if err != nil {
			return nil, err
		}
		runs = append(runs, timings)
	}
	times := make([]KernelTime, len(runs[0]))
	for i, first := range runs[0] {
		each := make([]float64, len(runs))
		for r, run := range runs {
			each[r] = run[i].Nanoseconds / 1e6
		}
		slices.Sort(each)
		times[i] = KernelTime{first.Section, first.Kernel, each[len(each)/2]}
	}
	return times, nil
}
