package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"vkgan/bench"
)

// defaultProfile is how many steps the medians of `vkgan bench kernels` are over.
const defaultProfile = 9

func newBenchKernels(s streams) *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "kernels",
		Short: "Time every kernel of a training step",
		Long: "Times every kernel of a training step, by the device's timestamps, at the shapes that it has there, and\n" +
			"compares it with what the device can do at best: products and convolutions with multiply-adds on\n" +
			"registers, all else with copying. Kernels whose memory stays in caches may beat that. Multiply-adds\n" +
			"with padding do not count; what a kernel reads or writes counts once.",
		Example: "  vkgan bench kernels\n  vkgan bench kernels --model ssgan --steps 50 --json",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.check(c); err != nil {
				return err
			}
			signals := onInterrupt(context.Background(), s.err)
			defer signals.release()
			device, err := f.measureDevice(signals, s)
			if err != nil {
				return err
			}
			var report kernelsReport
			err = f.onModel(signals, s, f.model, func(session *session) (err error) {
				report, err = f.measureKernels(signals, session, device.Peaks, f.steps)
				return err
			})
			if err != nil {
				return err
			}
			return report.print(s.out, f.json)
		},
	}
	f.defineModel(c, "infogan")
	c.Flags().IntVar(&f.steps, "steps", defaultProfile, "`steps` to take the median over")
	f.defineDevice(c)
	return c
}

// kernelsReport is the object of `vkgan bench kernels --json`.
type kernelsReport struct {
	benchedModel
	Batch   int            `json:"batch"`
	Steps   int            `json:"steps"`
	Peaks   bench.Peaks    `json:"peaks"`
	Kernels []bench.Kernel `json:"kernels"`
}

func (f *benchFlags) measureKernels(ctx *interrupt, s *session, p bench.Peaks, steps int) (kernelsReport, error) {
	profile, err := s.trainer.Profile(ctx, steps)
	if err != nil {
		return kernelsReport{}, err
	}
	return kernelsReport{f.ofModel(s), s.model.BatchSize(), steps, p, bench.Kernels(profile, p)}, nil
}

func (r kernelsReport) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err := fmt.Fprintf(out, "%s, recipe %s, on %s (%s), %s, batch %d\n", r.Model, r.Recipe, r.Device, r.Driver, r.Precision, r.Batch)
	fmt.Fprintf(out, "peaks       %.1f GFLOP/s (multiply-add), %.1f GB/s (copy)\n\n", r.Peaks.GFLOPS.Median, r.Peaks.GBPerS.Median)
	fmt.Fprintf(out, "%8s %8s %8s %8s %7s %8s %8s %5s  %-11s %-20s %s\n",
		"ms", "-10 %", "+10 %", "GFLOP/s", "GB/s", "of peak", "of step", "calls", "section", "kernel", "operation")
	total, multiplying, calls := 0.0, 0.0, 0
	for _, k := range r.Kernels {
		total, calls = total+k.MS.Median, calls+k.Calls
		if k.Operation != "" {
			multiplying += k.MS.Median
		}
		gflops := ""
		if k.GFLOP > 0 {
			gflops = fmt.Sprintf("%.1f", k.GFLOPS)
		}
		fmt.Fprintf(out, "%8.3f %8.3f %8.3f %8s %7.1f %8s %8s %5d  %-11s %-20s %s\n",
			k.MS.Median, k.MS.P10, k.MS.P90, gflops, k.GBPerS, percent(k.OfPeak), percent(k.OfStep), k.Calls, k.Section, k.Kernel, k.Operation)
	}
	fmt.Fprintf(out, "%8.3f ms in %d calls, medians of %d steps; %.3f ms of it for products and convolutions, packing and unfolding included\n",
		total, calls, r.Steps, multiplying)
	return err
}
