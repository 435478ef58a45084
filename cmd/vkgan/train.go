package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
)

func newTrain(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:     "train",
		Short:   "Train a model",
		GroupID: groupTrain,
	}
	c.AddCommand(newTrainInfoGAN(s))
	return c
}

// trainFlags are the flags that every model's training has.
type trainFlags struct {
	epochs, maxSteps       int
	maxTime                time.Duration
	evalEvery, sampleEvery int
	logEvery               int
	seed                   uint64
	data, device, out      string
	quiet, json, dryRun    bool
}

func (t *trainFlags) define(c *cobra.Command) {
	section(c, "How long (the first bound that is met ends it)", func(f *pflag.FlagSet) {
		f.IntVar(&t.epochs, "epochs", 300, "`passes` over the training images; 0: no such bound")
		f.IntVar(&t.maxSteps, "max-steps", 0, "`steps`, counted from the first; 0: no such bound")
		f.DurationVar(&t.maxTime, "max-time", 0, "wall-clock `time`, such as 90s, 30m or 2h; 0: no such bound")
	})
	section(c, "What on", func(f *pflag.FlagSet) {
		f.StringVar(&t.data, "data", "", "`folder` of IDX files with MNIST's names, gzipped or not (default: MNIST, built in)")
		f.StringVar(&t.device, "device", "", "`index`, name or UUID of a device, as `vkgan devices` lists them (default: the best)")
		f.Uint64Var(&t.seed, "seed", 1, "`number` that all randomness follows from")
	})
	section(c, "What to see and keep", func(f *pflag.FlagSet) {
		f.StringVar(&t.out, "out", "runs", "`folder` to make the run's own folder in")
		f.IntVar(&t.evalEvery, "eval-every", 0, "`steps` between test errors; 0: an epoch")
		f.IntVar(&t.sampleEvery, "sample-every", 0, "`steps` between sample grids; 0: an epoch")
		f.IntVar(&t.logEvery, "log-every", 50, "`steps` between lines of metrics.jsonl")
		f.BoolVar(&t.quiet, "quiet", false, "no progress, only the summary")
		f.BoolVar(&t.json, "json", false, "a JSON object per line on stdout: lines of metrics.jsonl, and events with an \"event\"")
		f.BoolVar(&t.dryRun, "dry-run", false, "print parameters, memory, dispatches and device, and train nothing")
	})
	for _, folder := range []string{"data", "out"} {
		if err := c.MarkFlagDirname(folder); err != nil {
			panic(err) // only if there is no such flag
		}
	}
}

func (t *trainFlags) check(c *cobra.Command) error {
	for _, f := range []struct {
		name         string
		value, least int
	}{
		{"epochs", t.epochs, 0}, {"max-steps", t.maxSteps, 0}, {"eval-every", t.evalEvery, 0}, {"sample-every", t.sampleEvery, 0}, {"log-every", t.logEvery, 1},
	} {
		if f.value < f.least {
			return wrongUsage(c, "--%s is %d: want %d or more", f.name, f.value, f.least)
		}
	}
	switch {
	case t.maxTime < 0:
		return wrongUsage(c, "--max-time is %s: want 0 or more", t.maxTime)
	case t.epochs == 0 && t.maxSteps == 0 && t.maxTime == 0:
		return wrongUsage(c, "nothing would end the run: give --epochs, --max-steps or --max-time")
	case t.out == "":
		return wrongUsage(c, "--out is empty: want a folder")
	}
	return nil
}

func (t *trainFlags) options() gan.Options {
	return gan.Options{Epochs: t.epochs, MaxSteps: t.maxSteps, MaxTime: t.maxTime, EvalEvery: t.evalEvery, SampleEvery: t.sampleEvery, LogEvery: t.logEvery}
}
