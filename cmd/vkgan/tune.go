package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/internal/mnist"
	"vkgan/layers"
	"vkgan/vk"
)

// tuneFlags are the flags of `vkgan tune`.
type tuneFlags struct {
	model     string
	recipe    string
	time      time.Duration
	device    string
	precision precision
	json      bool
}

func newTune(s streams) *cobra.Command {
	var f tuneFlags
	c := &cobra.Command{
		Use:   "tune",
		Short: "Find the fastest kernels for a device",
		Long: "Finds the fastest kernels for a device: it measures ways to cut the models' products and convolutions,\n" +
			"each compared with a known result first, and keeps the best in the user's cache. Runs that begin after\n" +
			"that take them; a run that has begun keeps the kernels it began with. It takes minutes, and nothing else\n" +
			"should be running. `vkgan train` does the same briefly where a device is new.",
		Example: "  vkgan tune\n  vkgan tune --model ssgan --device 1",
		GroupID: groupMeasure,
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c, s) },
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.model, "model", "", "`model` to tune for: infogan or ssgan (default: both)")
	rowFlag(c.Flags(), &f.recipe)
	c.Flags().DurationVar(&f.time, "max-time", 0, "`time` after which nothing more is measured, such as 90s; 0: no such bound")
	c.Flags().StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
	f.precision.define(c.Flags())
	c.Flags().BoolVar(&f.json, "json", false, "a JSON object per line for every operation")
	return c
}

func (f *tuneFlags) run(c *cobra.Command, s streams) (err error) {
	if err := checkModel(c, f.model, f.recipe); err != nil {
		return err
	}
	if f.time < 0 {
		return wrongUsage(c, "--max-time is %s: want 0 or more", f.time)
	}
	d, err := f.precision.open(openBareDevice, vk.Options{Device: f.device}, s.err)
	if err != nil {
		return err
	}
	defer func() { err = closing(&session{dev: d}, err) }()
	operations, err := f.operations(d)
	if err != nil {
		return err
	}
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	var deadline time.Time
	if f.time > 0 {
		deadline = time.Now().Add(f.time)
	}
	store, found := newTuningStore(d, s.err), vk.Tuning{}
	if store.folder == "" {
		return errNoCache
	}
	var unwritten, wrong error
	open := another(d, f.device)
	if err := d.Close(); err != nil { // not left open beside what is tried, which may end it too
		return err
	}
	err = layers.Tune(signals, open, operations, deadline, func(x layers.Tuned) {
		if x.Tried > 0 {
			found[x.Operation] = x.Best
		}
		wrong = errors.Join(wrong, x.Wrong())
		unwritten = errors.Join(unwritten, printTuned(s.out, x, f.json))
	})
	_, unkept := store.add(found)
	if !f.json && unkept == nil {
		fmt.Fprintf(s.out, "%d operations, kept in %s\n", len(found), gan.TuningPath(store.folder, store.key))
	}
	return signals.ended(errors.Join(err, unwritten, unkept, wrong))
}

// operations are those of the models under the recipe.
func (f *tuneFlags) operations(d *vk.Device) (list []fmt.Stringer, err error) {
	set, err := mnist.Load("")
	if err != nil {
		return nil, err
	}
	for _, model := range chosenModels(f.model) {
		j, err := rowJob(model, f.recipe, 0, set)
		if err != nil {
			return nil, err
		}
		rehearsal := session{dev: d.Rehearsal()}
		if err := rehearsal.allocate(j); err != nil {
			return nil, err
		}
		for _, o := range gan.Operations(rehearsal.dev, rehearsal.model) {
			if !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	return list, nil
}
