package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

// benchFlags are the flags of `vkgan bench` and its parts; not each has all of them.
type benchFlags struct {
	model, recipe string
	batch         int // 0: the recipe's
	steps, warmup int
	device        string
	deterministic bool
	precision     precision
	json          bool
}

func newBench(s streams) *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:     "bench",
		Short:   "Measure speed",
		Long:    "Measures speed. Without a part it runs every part there is, on both models.",
		Example: "  vkgan bench\n  vkgan bench kernels --model ssgan\n  vkgan bench step --json",
		GroupID: groupMeasure,
		RunE:    func(c *cobra.Command, _ []string) error { return f.runAll(c, s) },
	}
	c.AddCommand(newBenchDevice(s), newBenchKernels(s), newBenchStep(s))
	f.defineModel(c, "")
	f.defineSteps(c)
	f.defineDevice(c)
	return c
}

func (f *benchFlags) defineModel(c *cobra.Command, standard string) {
	c.Flags().SortFlags = false
	usage := "`model` to train: infogan or ssgan"
	if standard == "" {
		usage += " (default: both)"
	}
	c.Flags().StringVar(&f.model, "model", standard, usage)
	rowFlag(c.Flags(), &f.recipe)
	c.Flags().IntVar(&f.batch, "batch-size", 0, "`images` of each kind in a step (default: the recipe's, 100)")
	c.Flags().BoolVar(&f.deterministic, "deterministic", false, "the built-in choice of kernels, none tuned for this device")
	f.precision.define(c.Flags())
}

func (f *benchFlags) defineSteps(c *cobra.Command) {
	c.Flags().IntVar(&f.steps, "steps", 50, "`steps` to time")
	c.Flags().IntVar(&f.warmup, "warmup", 10, "`steps` before those: the first compiles kernels")
}

func (f *benchFlags) defineDevice(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
}

// check complains about the flags that c has.
func (f *benchFlags) check(c *cobra.Command) error {
	has := func(name string) bool { return c.Flags().Lookup(name) != nil }
	switch {
	case has("steps") && f.steps < 1:
		return wrongUsage(c, "--steps is %d: want 1 or more", f.steps)
	case f.warmup < 0:
		return wrongUsage(c, "--warmup is %d: want 0 or more", f.warmup)
	case f.batch < 0 || f.batch == 1:
		return wrongUsage(c, "--batch-size is %d: want 2 or more", f.batch)
	}
	return checkModel(c, f.model, f.recipe)
}

// benchJSON is what `vkgan bench --json` prints.
type benchJSON struct {
	Device  deviceReport    `json:"device"`
	Kernels []kernelsReport `json:"kernels"` // of each model
	Steps   []stepReport    `json:"steps"`   // likewise
}

func (f *benchFlags) runAll(c *cobra.Command, s streams) error {
	if err := f.check(c); err != nil {
		return err
	}
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	var all benchJSON
	print := func(r interface{ print(io.Writer, bool) error }) error {
		if f.json {
			return nil
		}
		return r.print(s.out, false)
	}
	var err error
	if all.Device, err = f.measureDevice(signals, s); err != nil {
		return err
	}
	if err := print(all.Device); err != nil {
		return err
	}
	for _, model := range chosenModels(f.model) {
		kernels, step := kernelsReport{}, stepReport{}
		err := f.onModel(signals, s, model, func(session *session) (err error) {
			if step, err = f.measureStep(signals, session); err == nil {
				kernels, err = f.measureKernels(signals, session, all.Device.Peaks, defaultProfile)
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := print(step); err != nil {
			return err
		}
		if err := print(kernels); err != nil {
			return err
		}
		all.Kernels, all.Steps = append(all.Kernels, kernels), append(all.Steps, step)
	}
	if f.json {
		return json.NewEncoder(s.out).Encode(all)
	}
	return nil
}

// onModel opens a model, under the recipe, to be measured.
func (f *benchFlags) onModel(ctx *interrupt, s streams, model string, measure func(*session) error) (err error) {
	set, err := mnist.Load("")
	if err != nil {
		return err
	}
	j, err := rowJob(model, f.recipe, f.batch, set)
	if err != nil {
		return err
	}
	table := storedTable(s.err)
	if f.deterministic {
		table = recordedTable(nil)
	}
	session, err := openSession(f.device, f.precision, j, table, gan.Options{}, deaf{}, s.err)
	if err != nil {
		return err
	}
	defer func() { err = closing(session, err) }()
	return ctx.ended(measure(session))
}

// benched is what the reports of `vkgan bench` begin with.
type benched struct {
	Device string `json:"device"`
	Driver string `json:"driver"`
}

func newBenched(d *vk.Device) benched {
	info := d.Info()
	return benched{info.Name, info.DriverName + " " + info.DriverInfo}
}

// benchedModel is what those of a model begin with.
type benchedModel struct {
	Model string `json:"model"`
	benched
	Recipe    string `json:"recipe"`
	Precision string `json:"precision"`
}

func (f *benchFlags) ofModel(s *session) benchedModel {
	return benchedModel{s.name, newBenched(s.dev), f.recipe, gan.Precision(s.dev)}
}

// deaf observes nothing.
type deaf struct{}

func (deaf) Metrics(gan.Metrics) error         { return nil }
func (deaf) Progress(gan.Progress)             {}
func (deaf) Samples(int, bool, gan.Grid) error { return nil }
func (deaf) Checkpoint(s *gan.Snapshot) error  { s.Release(); return nil }
