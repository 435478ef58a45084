package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

// stepFlags are the flags of `vkgan bench step`.
type stepFlags struct {
	model         string
	steps, warmup int
	device        string
	profile       bool
	json          bool
}

func (f *stepFlags) define(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.model, "model", "infogan", "`model` to train: infogan or ssgan")
	c.Flags().IntVar(&f.steps, "steps", 50, "`steps` to time")
	c.Flags().IntVar(&f.warmup, "warmup", 10, "`steps` before those: the first compile kernels")
	c.Flags().StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
	c.Flags().BoolVar(&f.profile, "profile", false, "also time every kernel, by the device's timestamps")
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
}

func newBenchStep(s streams) *cobra.Command {
	var f stepFlags
	c := &cobra.Command{
		Use:   "step",
		Short: "Time a training step",
		Long: "Times a training step as `train` runs it: wall time in steady state with all that belongs to it (data,\n" +
			"random numbers, metrics). GFLOP/s count the multiply-adds of products and convolutions alone.",
		Example: "  vkgan bench step\n  vkgan bench step --steps 200 --json\n  vkgan bench step --profile",
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c, s) },
	}
	f.define(c)
	return c
}

// stepReport is the object of `vkgan bench step --json`. Percentiles are over steps.
type stepReport struct {
	Model        string  `json:"model"`
	Device       string  `json:"device"`
	Driver       string  `json:"driver"`
	Precision    string  `json:"precision"`
	Batch        int     `json:"batch"`
	Steps        int     `json:"steps"`
	MedianMS     float64 `json:"step_ms_median"`
	P10MS        float64 `json:"step_ms_p10"`
	P90MS        float64 `json:"step_ms_p90"`
	MinMS        float64 `json:"step_ms_min"`
	ImagesPerS   float64 `json:"images_per_s"`    // of each kind, at the median
	GFLOPStep    float64 `json:"gflop_step"`      // every tap of every filter
	GFLOPTaps    float64 `json:"gflop_step_taps"` // without the taps on padding
	GFLOPS       float64 `json:"gflops"`          // gflop_step a second, at the median
	DispatchStep int     `json:"dispatches_per_step"`
	BarrierStep  int     `json:"barriers_per_step"`

	Kernels []gan.KernelTime `json:"kernels,omitempty"` // with --profile
}

func (f *stepFlags) run(c *cobra.Command, s streams) (err error) {
	switch {
	case f.model != "infogan" && f.model != "ssgan":
		return wrongUsage(c, "--model is %q: want infogan or ssgan", f.model)
	case f.steps < 1:
		return wrongUsage(c, "--steps is %d: want 1 or more", f.steps)
	case f.warmup < 0:
		return wrongUsage(c, "--warmup is %d: want 0 or more", f.warmup)
	}
	set, err := mnist.Load("")
	if err != nil {
		return err
	}
	j, err := referenceJob(f.model, set)
	if err != nil {
		return err
	}
	session, err := openSession(f.device, j, gan.Options{MaxSteps: f.warmup + f.steps}, deaf{}, s.err)
	if err != nil {
		return err
	}
	defer func() { err = closing(session, err) }()
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	times, err := session.trainer.Measure(signals, f.warmup, f.steps)
	var kernels []gan.KernelTime
	if err == nil && f.profile {
		kernels, err = session.trainer.Profile(signals, profiledSteps)
	}
	if err == nil {
		err = signals.stopped()
	}
	if err != nil {
		return workError(err)
	}
	info := session.dev.Info()
	report := newStepReport(times, j.batch, j.flops)
	report.Model, report.Device, report.Driver, report.Precision = f.model, info.Name, info.DriverName+" "+info.DriverInfo, "fp32"
	stats := session.trainer.StepStats()
	report.DispatchStep, report.BarrierStep, report.Kernels = stats.Dispatches, stats.Barriers, kernels
	return report.print(s.out, f.json)
}

// newStepReport works the figures out. The times are in seconds.
func newStepReport(times []float64, batch int, f gan.Flops) stepReport {
	slices.Sort(times)
	at := func(q float64) float64 { return quantile(times, q) }
	ms := func(seconds float64) float64 { return math.Round(seconds*1e7) / 1e4 }
	return stepReport{
		Batch: batch, Steps: len(times), MedianMS: ms(at(0.5)), P10MS: ms(at(0.1)), P90MS: ms(at(0.9)), MinMS: ms(times[0]),
		ImagesPerS: math.Round(float64(batch)/at(0.5)*10) / 10,
		GFLOPStep:  math.Round(f.Dense/1e5) / 1e4, GFLOPTaps: math.Round(f.Taps/1e5) / 1e4,
		GFLOPS: math.Round(f.Dense/at(0.5)/1e7) / 100,
	}
}

// quantile of sorted values, interpolated between neighbours (Hyndman & Fan 1996, type 7).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

func (r stepReport) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err := fmt.Fprintf(out, "%s on %s (%s), %s\n", r.Model, r.Device, r.Driver, r.Precision)
	fmt.Fprintf(out, "step        %.2f ms (10 %% below %.2f, 10 %% above %.2f, least %.2f; %d steps)\n", r.MedianMS, r.P10MS, r.P90MS, r.MinMS, r.Steps)
	fmt.Fprintf(out, "images/s    %.0f at batch %d\n", r.ImagesPerS, r.Batch)
	fmt.Fprintf(out, "GFLOP/s     %.1f (%.2f GFLOP a step, %.2f without taps on padding)\n", r.GFLOPS, r.GFLOPStep, r.GFLOPTaps)
	fmt.Fprintf(out, "dispatches  %d a step, %d barriers\n", r.DispatchStep, r.BarrierStep)
	if r.Kernels != nil {
		printProfile(out, r.Kernels)
	}
	return err
}

// deaf observes nothing.
type deaf struct{}

func (deaf) Metrics(gan.Metrics) error         { return nil }
func (deaf) Progress(gan.Progress)             {}
func (deaf) Samples(int, bool, gan.Grid) error { return nil }
func (deaf) Checkpoint(s *gan.Snapshot) error  { s.Release(); return nil }
