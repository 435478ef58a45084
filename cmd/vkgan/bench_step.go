package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"vkgan/bench"
)

func newBenchStep(s streams) *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "step",
		Short: "Time a training step",
		Long: "Times a training step as `train` runs it: wall time in steady state with all that belongs to it (data,\n" +
			"random numbers, metrics). GFLOP/s count the multiply-adds of products and convolutions alone. The gap is\n" +
			"how long the device waits for the next submission, by its timestamps. Of processor time it says what\n" +
			"the thread that submits takes, and what the process does: on a CPU driver that is the step itself.",
		Example: "  vkgan bench step\n  vkgan bench step --model ssgan --steps 200 --json",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(c); err != nil {
				return err
			}
			signals := onInterrupt(context.Background(), s.err)
			defer signals.release()
			var report stepReport
			err := f.onModel(signals, s, f.model, func(session *session) (err error) {
				report, err = f.measureStep(signals, session)
				return err
			})
			if err != nil {
				return err
			}
			return report.print(s.out, f.json)
		},
	}
	f.defineModel(c, "infogan")
	f.defineSteps(c)
	f.defineDevice(c)
	return c
}

// stepReport is the object of `vkgan bench step --json`.
type stepReport struct {
	benchedModel
	bench.Step
}

func (f *benchFlags) measureStep(ctx *interrupt, s *session) (stepReport, error) {
	m, err := s.trainer.Measure(ctx, f.warmup, f.steps)
	if err == nil {
		err = ctx.Err() // then there may be no times
	}
	if err != nil {
		return stepReport{}, err
	}
	return stepReport{f.ofModel(s), bench.NewStep(m, s.model.BatchSize(), s.trainer.StepWork(), s.trainer.StepStats())}, nil
}

func (r stepReport) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err := fmt.Fprintf(out, "%s, recipe %s, on %s (%s), %s\n", r.Model, r.Recipe, r.benched.Device, r.Driver, r.Precision)
	fmt.Fprintf(out, "step        %.2f ms (10 %% below %.2f, 10 %% above %.2f, least %.2f; %d steps)\n", r.MedianMS, r.P10MS, r.P90MS, r.MinMS, r.Steps)
	fmt.Fprintf(out, "images/s    %.0f at batch %d\n", r.ImagesPerS, r.Batch)
	fmt.Fprintf(out, "GFLOP/s     %.1f (%.2f GFLOP a step, %.2f without taps on padding)\n", r.GFLOPS, r.GFLOPStep, r.GFLOPTaps)
	fmt.Fprintf(out, "dispatches  %d a step, %d barriers\n", r.DispatchStep, r.BarrierStep)
	if r.Gap != nil {
		fmt.Fprintf(out, "gap         %.1f µs between submissions on the device (10 %% above %.1f)\n", *r.Gap, *r.GapP90)
	}
	fmt.Fprintf(out, "host        %.0f µs of processor time a step to submit and read; %.0f in the whole process\n", r.HostUS, r.ProcessUS)
	return err
}
