package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
)

func newSweep(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:     "sweep",
		Short:   "Train a model with several seeds",
		GroupID: groupTrain,
	}
	train := &cobra.Command{Use: "train", Short: "Train a model with several seeds"}
	train.AddCommand(newSweepTrain(s, "InfoGAN", trainableInfoGAN()), newSweepTrain(s, "SSGAN", trainableSSGAN()))
	c.AddCommand(train)
	return c
}

func newSweepTrain(s streams, title string, m trainable) *cobra.Command {
	var flags sweepFlags
	c := &cobra.Command{
		Use:   m.name,
		Short: fmt.Sprintf("Train %s with several seeds", title),
		Long: fmt.Sprintf("Trains %s with one seed after the other, each as `vkgan train %s` does, and tells how much the results\n", title, m.name) +
			"vary: every seed's, their mean, standard deviation and median. A result is of the last step, never the best\n" +
			"on the way. The sweep's folder has a run folder for each seed, and the table results.tsv.\n" +
			"What was stopped goes on with --resume: finished seeds stay, one under way goes on from its checkpoint.",
		Example: fmt.Sprintf("  vkgan sweep train %[1]s --seeds 1..5 --epochs 10\n"+
			"  vkgan sweep train %[1]s --resume latest\n"+
			"  vkgan sweep train %[1]s --resume latest --seeds 1..10    five more", m.name),
		RunE: func(c *cobra.Command, _ []string) error { return flags.sweep(c, s, m) },
	}
	flags.defineRecipe(c, m)
	flags.define(c)
	if m.dataSeed != nil {
		section(c, sectionData, func(f *pflag.FlagSet) {
			f.BoolVar(&flags.ownLabels, "own-labels", false, "draw each run's labelled images by its own seed, not by --data-seed")
		})
	}
	return c
}

// sweepFlags are training's, but with several seeds for one, which may draw the labelled images too, and a sweep to resume for
// a run.
type sweepFlags struct {
	trainFlags
	seeds     seedList
	ownLabels bool
}

func (f *sweepFlags) define(c *cobra.Command) {
	f.defineShared(c)
	section(c, sectionData, func(flags *pflag.FlagSet) {
		flags.Var(&f.seeds, "seeds", "`list` of numbers that all randomness follows from, each of a run: 1..5, or 1,2,7, or both")
	})
	section(c, sectionAgain, func(flags *pflag.FlagSet) {
		flags.StringVar(&f.resume, "resume", "", "go on with a `sweep`: its folder, its number, or latest")
	})
	for name, usage := range map[string]string{
		"config": "begin a sweep of runs like that of a `run.json`, but for the flags given here",
		"out":    "`folder` to make the sweep's own folder in",
		"quiet":  "no progress, only the results",
		"json":   "a JSON object per line on stdout: the result of each seed, and their summary",
	} {
		c.Flags().Lookup(name).Usage = usage
	}
}

func (f *sweepFlags) check(c *cobra.Command) error {
	if len(f.seeds) == 0 {
		return wrongUsage(c, "no seeds: give --seeds, such as 1..5")
	}
	if f.ownLabels && c.Flags().Changed("data-seed") {
		return wrongUsage(c, "--own-labels takes the runs' seeds in place of --data-seed: give one of them")
	}
	return f.trainFlags.check(c)
}

// recall fills the flags that were not given from the sweep of --resume, nil without, or from the run of --config.
func (f *sweepFlags) recall(c *cobra.Command, m trainable) (*gan.Sweep, error) {
	if err := f.chooseRecipe(c, m); err != nil {
		return nil, err
	}
	if f.config != "" {
		return nil, f.recallConfig(c, m)
	}
	if f.resume == "" {
		return nil, nil
	}
	dir, err := gan.FindSweep(f.out, f.resume)
	if err != nil {
		return nil, err
	}
	folder, err := gan.OpenSweep(dir)
	if err != nil {
		return nil, err
	}
	if folder.Info.Model != m.name {
		err = wrongUsage(c, "%s is of model %s: `vkgan sweep train %s` goes on with it", dir, folder.Info.Model, folder.Info.Model)
	} else {
		err = f.refill(c, m, folder.Info)
	}
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return folder, nil
}

// refill sets every flag that was not given to the sweep's value. What results follow from must be the same in all of its
// runs; seeds may come to those that it has.
func (f *sweepFlags) refill(c *cobra.Command, m trainable, info gan.SweepInfo) error {
	recipe, err1 := m.recipeTexts(info.Recipe)
	options, err2 := flagTexts(info.Options)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("sweep.json: %w", err)
	}
	for name, value := range recipe {
		if err := refillFlag(c, "sweep", name, value, true); err != nil {
			return err
		}
	}
	for name, value := range options {
		if err := refillFlag(c, "sweep", name, value, name == "validate" || name == "precision" || slices.Contains(bounds, name)); err != nil {
			return err
		}
	}
	if f.ownLabels && !info.OwnLabels {
		return wrongUsage(c, "--own-labels is given, but the sweep was begun without it: leave it out, or begin a new one with --config")
	}
	f.ownLabels = info.OwnLabels
	more := f.seeds
	f.seeds = slices.Clone(info.Seeds)
	for _, seed := range info.Seeds {
		if len(more) > 0 && !slices.Contains(more, seed) {
			return wrongUsage(c, "--seeds is %s, but the sweep has seed %d too: seeds can come to it, none can leave it", more.String(), seed)
		}
	}
	for _, seed := range more {
		if !slices.Contains(f.seeds, seed) {
			f.seeds = append(f.seeds, seed)
		}
	}
	return nil
}
