package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

func newTrain(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:     "train",
		Short:   "Train a model",
		GroupID: groupTrain,
	}
	c.AddCommand(newTrainInfoGAN(s), newTrainSSGAN(s))
	return c
}

// The headings of flags that more than one place defines.
const (
	sectionRecipe = "Recipe"
	sectionData   = "What on"
	sectionAgain  = "Again"
	sectionSee    = "What to see and keep"
)

// defaultEpochs is how long a training is planned to be where nothing else is said.
const defaultEpochs = 300

// trainable is a model as the command line knows it, with a recipe that flags change.
type trainable struct {
	name      string
	rows      []recipeRow              // what --recipe names
	recipe    func(f *pflag.FlagSet)   // defines a flag for every field of its recipe
	optimiser *gan.Optimiser           // the recipe's
	dataSeed  *uint64                  // the recipe's; nil: it has none
	epoch     func(set *mnist.Set) int // its steps
	fit       func(w *gan.Weights)     // sets the recipe's sizes to those of weights
	job       func(seed uint64, set *mnist.Set) (job, error)
}

// trainables are all of them.
func trainables() []trainable { return []trainable{trainableInfoGAN(), trainableSSGAN()} }

// trainFlags are the flags that every model's training has.
type trainFlags struct {
	recipe                 string // its name
	epochs, maxSteps       int
	maxTime                time.Duration
	evalEvery, sampleEvery int
	logEvery               int
	checkpointEvery        cadence
	calibrateOn            int
	seed                   uint64
	data, device, out      string
	validate               bool
	deterministic          bool
	precision              precision
	resume, config         string
	repeats                *gan.RunInfo // the run of config; nil: none
	quiet, json, dryRun    bool
	preview                bool
}

// define defines the flags of one run.
func (t *trainFlags) define(c *cobra.Command) {
	t.defineShared(c)
	section(c, sectionData, func(f *pflag.FlagSet) {
		f.Uint64Var(&t.seed, "seed", 1, "`number` that all randomness follows from")
	})
	section(c, sectionSee, func(f *pflag.FlagSet) {
		f.BoolVar(&t.preview, "preview", false, "watch it learn in a window; its key h shows the others")
	})
	section(c, sectionAgain, func(f *pflag.FlagSet) {
		f.StringVar(&t.resume, "resume", "", "go on with a `run`: its folder, its number, a checkpoint's file, or latest")
	})
}

// defineShared defines those that a sweep has too.
func (t *trainFlags) defineShared(c *cobra.Command) {
	section(c, "How long (the first bound that is met ends it; with --resume those given replace the run's)", func(f *pflag.FlagSet) {
		f.IntVar(&t.epochs, "epochs", defaultEpochs, "`passes` over the training images; 0: no such bound")
		f.IntVar(&t.maxSteps, "max-steps", 0, "`steps`, counted from the first; 0: no such bound")
		f.DurationVar(&t.maxTime, "max-time", 0, "wall-clock `time` of training, such as 90s, 30m or 2h; 0: no such bound")
	})
	section(c, sectionData, func(f *pflag.FlagSet) {
		f.StringVar(&t.data, "data", "", "`folder` of IDX files with MNIST's names, gzipped or not (default: MNIST, built in)")
		f.BoolVar(&t.validate, "validate", false, "measure errors on the last 5,000 training images (at most a fifth), held out, not the test set")
		f.StringVar(&t.device, "device", "", "`index`, name or UUID of a device, as `vkgan devices` lists them (default: the best)")
		t.precision.define(f)
		f.BoolVar(&t.deterministic, "deterministic", false, "the built-in choice of kernels, none tuned for this device")
	})
	section(c, sectionAgain, func(f *pflag.FlagSet) {
		f.StringVar(&t.config, "config", "", "begin a run like that of a `run.json`, on its device by its kernels, but for flags given here")
	})
	section(c, sectionSee, func(f *pflag.FlagSet) {
		f.StringVar(&t.out, "out", defaultRuns, "`folder` to make the run's own folder in")
		f.IntVar(&t.evalEvery, "eval-every", 0, "`steps` between evaluations; 0: an epoch")
		f.IntVar(&t.sampleEvery, "sample-every", 0, "`steps` between sample grids; 0: an epoch")
		f.IntVar(&t.logEvery, "log-every", 50, "`steps` between lines of metrics.jsonl")
		t.checkpointEvery = cadence{time: 5 * time.Minute}
		f.Var(&t.checkpointEvery, "checkpoint-every", "`time` or steps between checkpoints: 10m, 550; 0: only at the end")
		f.IntVar(&t.calibrateOn, "calibrate-on", 10000, "`images` that the last checkpoint's batch-norm statistics are taken over")
		f.BoolVar(&t.quiet, "quiet", false, "no progress, only the summary")
		f.BoolVar(&t.json, "json", false, "a JSON object per line on stdout: lines of metrics.jsonl, and events with an \"event\"")
		f.BoolVar(&t.dryRun, "dry-run", false, "print parameters, memory, dispatches and device, and train nothing")
	})
	for _, folder := range []string{"data", "out"} {
		if err := c.MarkFlagDirname(folder); err != nil {
			panic(err) // only if there is no such flag
		}
	}
	if err := c.MarkFlagFilename("config", "json"); err != nil {
		panic(err)
	}
}

func (t *trainFlags) check(c *cobra.Command) error {
	for _, f := range []struct {
		name         string
		value, least int
	}{
		{"epochs", t.epochs, 0}, {"max-steps", t.maxSteps, 0}, {"eval-every", t.evalEvery, 0}, {"sample-every", t.sampleEvery, 0}, {"log-every", t.logEvery, 1},
		{"calibrate-on", t.calibrateOn, 1},
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
	case t.resume != "" && t.config != "":
		return wrongUsage(c, "--resume goes on with a run and --config begins one: want one of them")
	}
	return nil
}

func (t *trainFlags) options() gan.Options {
	return gan.Options{
		Epochs: t.epochs, MaxSteps: t.maxSteps, MaxTime: t.maxTime, EvalEvery: t.evalEvery, SampleEvery: t.sampleEvery, LogEvery: t.logEvery,
		CheckpointEvery: t.checkpointEvery.time, CheckpointSteps: t.checkpointEvery.steps, CalibrateOn: t.calibrateOn,
		Validate: t.validate,
	}
}

// cadence is a flag's value of a duration or a number of steps.
type cadence struct {
	time  time.Duration
	steps int
}

func (c *cadence) String() string {
	if c.steps > 0 {
		return strconv.Itoa(c.steps)
	}
	text := c.time.String() // 5m0s
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func (c *cadence) Set(text string) error {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		*c = cadence{steps: n}
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("want a duration such as 10m, or a number of steps")
	}
	*c = cadence{time: d}
	return nil
}

func (c *cadence) Type() string { return "cadence" }
