package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
)

// importFlags are the flags of `vkgan import`: what the weights are, and of training's those that a run without a step knows.
type importFlags struct {
	model, flatten string
	trainFlags
}

func newImport(s streams) *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILE.safetensors --model MODEL",
		Short: "Begin a run with weights trained elsewhere",
		Long: "Begins a run with weights that were trained elsewhere, such as in PyTorch: a new run folder with a\n" +
			"checkpoint at step 0, to be trained on, measured, sampled from. The file holds both networks under the names\n" +
			"and layouts of `vkgan export`, which are PyTorch's: G.linear1.weight [out,in]. docs/export.md lists them.\n" +
			"Adam's moments begin as zero. Batch-norms' running statistics are taken where the file has them, and\n" +
			"calibrated on the data set where it has none.",
		Example: "  vkgan import infogan.safetensors --model infogan\n" +
			"  vkgan import mine.safetensors --model ssgan --class-labels 2 --rate 0.001",
		GroupID: groupResults,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return wrongUsage(c, "%s wants one file of weights", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, s, args[0]) },
	}
	section(c, "What it is", func(to *pflag.FlagSet) {
		to.StringVar(&f.model, "model", "", "`model` that the weights are of: infogan or ssgan")
		to.StringVar(&f.flatten, "flatten", "hwc", "`order` of an image's features as a vector: hwc, or chw, as nn.Flatten leaves them")
	})
	training := &cobra.Command{}
	f.define(training)
	take := func(heading string, names ...string) {
		section(c, heading, func(to *pflag.FlagSet) {
			for _, name := range names {
				to.AddFlag(training.Flags().Lookup(name))
			}
		})
	}
	take(sectionData, "data", "validate", "device", "deterministic", "seed")
	take("What to keep", "out", "calibrate-on")
	section(c, "Recipe (default: the model's own; sizes as the weights have them)", func(to *pflag.FlagSet) {
		to.StringVar(&f.recipe, "recipe", "", "recipe, by `name`, that the flags change (default: an export's own, else reference)")
		recipeFlags(to)
	})
	for _, folder := range []string{"data", "out"} {
		if err := c.MarkFlagDirname(folder); err != nil {
			panic(err) // only if there is no such flag
		}
	}
	return c
}

// recipeFlags defines the flags of all models' recipes, of which fillRecipe takes those of one.
func recipeFlags(f *pflag.FlagSet) {
	for _, m := range trainables() {
		of := pflag.NewFlagSet(m.name, pflag.ContinueOnError)
		of.SortFlags = false
		m.recipe(of)
		of.VisitAll(func(flag *pflag.Flag) {
			if f.Lookup(flag.Name) == nil {
				f.AddFlag(&pflag.Flag{Name: flag.Name, Shorthand: flag.Shorthand, Usage: flag.Usage, NoOptDefVal: flag.NoOptDefVal, Value: &textValue{kind: flag.Value.Type()}})
			}
		})
	}
}

// textValue is a flag's value as it is given.
type textValue struct{ text, kind string }

func (v *textValue) String() string { return v.text }
func (v *textValue) Type() string   { return v.kind }

func (v *textValue) Set(text string) error {
	v.text = text
	return nil
}

// baseRecipe is what the flags change: the row of --recipe or, without, the file's own recipe, else the reference.
func (f *importFlags) baseRecipe(c *cobra.Command, m trainable, w *gan.Weights) (any, error) {
	if w.Model != "" && w.Model != m.name {
		return nil, wrongUsage(c, "--model is %s, but %s has the weights of %s", m.name, w.Path, w.Model)
	}
	if f.recipe == "" && w.Recipe != nil {
		texts, err := m.recipeTexts(w.Recipe)
		texts["planned-steps"] = "0" // the plan is the other run's
		return texts, err
	}
	return m.namedRow(c, cmp.Or(f.recipe, referenceRow))
}

// fillRecipe makes a model's recipe what its base, the weights and the flags say, each above the one before.
func (f *importFlags) fillRecipe(c *cobra.Command, m trainable, w *gan.Weights) error {
	base, err := f.baseRecipe(c, m, w)
	if err != nil {
		return err
	}
	of, all := pflag.NewFlagSet(m.name, pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	m.recipe(of)
	recipeFlags(all)
	if err := fillFlags(of, base); err != nil {
		return err
	}
	m.fit(w)
	var errs []error
	c.Flags().Visit(func(flag *pflag.Flag) {
		switch {
		case of.Lookup(flag.Name) != nil:
			if err := of.Set(flag.Name, flag.Value.String()); err != nil {
				errs = append(errs, flagError(c, err))
			}
		case all.Lookup(flag.Name) != nil:
			errs = append(errs, wrongUsage(c, "--%s is no part of %s's recipe: leave it out", flag.Name, m.name))
		}
	})
	if errs != nil {
		return errs[0]
	}
	return nil
}

func (f *importFlags) run(c *cobra.Command, s streams, path string) (err error) {
	model, err := f.trainable(c)
	if err != nil {
		return err
	}
	if err := f.check(c); err != nil {
		return err
	}
	if f.flatten != "hwc" && f.flatten != "chw" {
		return wrongUsage(c, "--flatten is %q: want hwc or chw", f.flatten)
	}
	weights, err := gan.ReadWeights(path)
	if err != nil {
		return err
	}
	weights.ChannelsFirst = f.flatten == "chw"
	if err := f.fillRecipe(c, model, weights); err != nil {
		return err
	}
	data, err := f.load()
	if err != nil {
		return err
	}
	if err := f.planDecay(c, model, data.set); err != nil {
		return err
	}
	j, err := model.job(f.seed, data.set)
	if err != nil {
		return usageError{c.CommandPath(), err}
	}
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	run, err := f.begin(signals, s, j, data.digest, weights)
	if errors.Is(err, context.Canceled) {
		return signals.stopped()
	} else if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "wrote       %s\nmeasure it  vkgan eval %s\ntrain it    vkgan train %s --resume %s\n", run, run, j.model, run)
	return signals.stopped()
}

// trainable finds the model of --model.
func (f *importFlags) trainable(c *cobra.Command) (trainable, error) {
	var names []string
	for _, m := range trainables() {
		if m.name == f.model {
			return m, nil
		}
		names = append(names, m.name)
	}
	wanted := strings.Join(names, " or ")
	if f.model == "" {
		return trainable{}, wrongUsage(c, "--model is missing: say of which model the weights are, %s", wanted)
	}
	return trainable{}, wrongUsage(c, "--model is %q: want %s", f.model, wanted)
}

// begin makes the run folder, once all of the run is ready.
func (f *importFlags) begin(ctx context.Context, s streams, j job, digest string, w *gan.Weights) (dir string, err error) {
	keep := &keeper{}
	session, err := openSession(f.device, f.precision, j, f.firstTable(ctx, newWatcher(s, false, false)), f.options(), keep, s.err)
	if err != nil {
		return "", err
	}
	defer func() { err = closing(session, err) }()
	info, err := f.runInfo(j, session, digest)
	if err != nil {
		return "", err
	}
	info.Import = &w.Import
	keep.open = func() (*gan.Run, error) { return gan.NewRun(f.out, j.folder, info) }
	err = session.trainer.Import(w)
	if keep.run == nil {
		return "", workError(err)
	}
	state := "stopped"
	if err != nil {
		state = "failed"
	}
	return keep.run.Dir, errors.Join(workError(err), keep.run.Finish(state))
}

// keeper is the observer of a run that begins with samples and a checkpoint, and has no folder before.
type keeper struct {
	open func() (*gan.Run, error)
	run  *gan.Run
}

func (k *keeper) Samples(step int, final bool, grid gan.Grid) (err error) {
	if k.run, err = k.open(); err != nil {
		return err
	}
	k.run.Through = checkpointsThrough
	return k.run.Samples(step, final, grid)
}

func (k *keeper) Checkpoint(s *gan.Snapshot) error { return k.run.Checkpoint(s) }
func (k *keeper) Metrics(m gan.Metrics) error      { return k.run.Metrics(m) }
func (k *keeper) Progress(gan.Progress)            {}
