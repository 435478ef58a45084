package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"vkgan/bench"
	"vkgan/vk"
)

func newBenchDevice(s streams) *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "device",
		Short: "Time what a device can do at best",
		Long: "Times what a device can do at best: multiply-adds on registers alone, copying memory too large for\n" +
			"caches (what is read and what is written), a dispatch with the barrier before it, and a submission\n" +
			"with the wait for its end.",
		Example: "  vkgan bench device\n  vkgan bench device --json | jq .fma_gflops.median",
		RunE: func(c *cobra.Command, _ []string) error {
			signals := onInterrupt(context.Background(), s.err)
			defer signals.release()
			report, err := f.measureDevice(signals, s)
			if err != nil {
				return err
			}
			return report.print(s.out, f.json)
		},
	}
	f.defineDevice(c)
	return c
}

// deviceReport is the object of `vkgan bench device --json`.
type deviceReport struct {
	benched
	bench.Peaks
}

func (f *benchFlags) measureDevice(ctx *interrupt, s streams) (report deviceReport, err error) {
	dev, err := openDevice(vk.Options{Device: f.device}, s.err)
	if err != nil {
		return report, err
	}
	defer func() { err = closing(&session{dev: dev}, err) }()
	report.benched = newBenched(dev)
	report.Peaks, err = bench.Device(ctx, dev)
	return report, ctx.ended(err)
}

func (r deviceReport) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	_, err := fmt.Fprintf(out, "%s (%s)\n", r.Device, r.Driver)
	for _, line := range []struct {
		what string
		bench.Spread
		unit string
	}{
		{"multiply-add", r.GFLOPS, "GFLOP/s"}, {"copy", r.GBPerS, "GB/s"}, {"dispatch", r.BarrierUS, "µs, with a barrier"},
		{"independent", r.LooseUS, "µs, a dispatch without one"}, {"submission", r.SubmitUS, "µs, with the wait"},
	} {
		fmt.Fprintf(out, "%-12s %8.2f %s (10 %% below %.2f, 10 %% above %.2f)\n", line.what, line.Median, line.unit, line.P10, line.P90)
	}
	return err
}
