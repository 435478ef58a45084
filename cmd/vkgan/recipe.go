package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

// recipeRow is a recipe by the name under which --recipe knows it.
type recipeRow struct {
	name   string
	recipe any
}

const (
	referenceRow = "reference" // also what settings mean that a run is older than, and an import's
	bestRow      = "best"      // training's unless another is named
)

// row finds a row by its name.
func (m trainable) row(name string) (row any, names string) {
	var all []string
	for _, r := range m.rows {
		if r.name == name {
			row = r.recipe
		}
		all = append(all, r.name)
	}
	return row, strings.Join(all, " or ")
}

// namedRow is the row that --recipe names.
func (m trainable) namedRow(c *cobra.Command, name string) (any, error) {
	row, names := m.row(name)
	if row == nil {
		return nil, wrongUsage(c, "--recipe is %q: want %s", name, names)
	}
	return row, nil
}

// defineRecipe defines --recipe and a flag for every field.
func (t *trainFlags) defineRecipe(c *cobra.Command, m trainable) {
	_, names := m.row("")
	section(c, sectionRecipe, func(f *pflag.FlagSet) {
		f.StringVar(&t.recipe, "recipe", bestRow, "recipe, by `name`, that the flags below change: "+names)
		m.recipe(f)
	})
	complete := func(*cobra.Command, []string, string) (rows []string, _ cobra.ShellCompDirective) {
		for _, r := range m.rows {
			rows = append(rows, r.name)
		}
		return rows, cobra.ShellCompDirectiveNoFileComp
	}
	if err := c.RegisterFlagCompletionFunc("recipe", complete); err != nil {
		panic(err) // only if there is no such flag
	}
}

// optimiserFlags defines the flags that every model's optimiser has.
func optimiserFlags(f *pflag.FlagSet, o *gan.Optimiser) {
	f.Float32Var(&o.Rate, "rate", o.Rate, "Adam's step `size`")
	f.Float32Var(&o.Beta1, "beta1", o.Beta1, "`decay` of Adam's mean gradient")
	f.Float32Var(&o.Beta2, "beta2", o.Beta2, "`decay` of Adam's mean squared gradient")
	f.Float32Var(&o.Eps, "eps", o.Eps, "`number` that keeps Adam from dividing by zero")
	f.BoolVar(&o.EpsInside, "eps-inside", o.EpsInside, "add it inside the square root")
	f.Float32Var(&o.RateDecay, "rate-decay", o.RateDecay, "last `share` of the planned steps, in which the rate falls to 0; 0: none")
	f.IntVar(&o.PlannedSteps, "planned-steps", o.PlannedSteps, "`steps` that --rate-decay counts on; 0: those of --epochs and --max-steps")
}

// informationFlags defines the flags of what a model learns from real images without labels.
func informationFlags(f *pflag.FlagSet, i *gan.Information) {
	f.Float32Var(&i.WeightBalance, "weight-balance", i.WeightBalance, "`weight` of the answers' entropy over real images, to be large; 0: none")
	f.Float32Var(&i.WeightCertainty, "weight-certainty", i.WeightCertainty, "`weight` of the answers' mean entropy given one, to be small; 0: none")
	f.Float32Var(&i.WeightWarp, "weight-warp", i.WeightWarp, "`weight` of how far they move when it is warped; 0: none")
	f.Float32Var(&i.WarpSpread, "warp-spread", i.WarpSpread, "greatest `change` of an entry of the matrix that warps it")
	f.Float32Var(&i.WarpShift, "warp-shift", i.WarpShift, "greatest `distance` by which it is moved, in pixels")
}

// chooseRecipe sets every flag that was not given to the value of the row that --recipe names.
func (t *trainFlags) chooseRecipe(c *cobra.Command, m trainable) error {
	if c.Flags().Changed("recipe") {
		switch {
		case t.resume != "":
			return wrongUsage(c, "--resume goes on under the recipe that it began with: leave --recipe out")
		case t.config != "":
			return wrongUsage(c, "--config has a recipe of its own: give --recipe or --config")
		}
	}
	row, err := m.namedRow(c, t.recipe)
	if err != nil {
		return err
	}
	return fillFlags(c.Flags(), row)
}

// fillFlags sets every flag that was not given to a recipe's value.
func fillFlags(flags *pflag.FlagSet, recipe any) error {
	texts, err := flagTexts(recipe)
	if err != nil {
		return err
	}
	for name, value := range texts {
		f := flags.Lookup(name)
		if f == nil {
			return fmt.Errorf("the recipe has a setting %q that this version of vkgan does not know", name)
		}
		if !f.Changed {
			if err := f.Value.Set(value); err != nil {
				return fmt.Errorf("--%s %s: %w", name, value, err)
			}
		}
	}
	return nil
}

// recipeTexts are a saved recipe's settings as texts of flags; what is younger than it means what it does in the reference.
func (m trainable) recipeTexts(saved any) (map[string]string, error) {
	reference, _ := m.row(referenceRow)
	texts, err := flagTexts(reference)
	if err != nil {
		return nil, err
	}
	own, err := flagTexts(saved)
	for name, value := range own {
		texts[name] = value
	}
	return texts, err
}

// planDecay settles what a decay of the rate counts on: the steps that the run is bound to make, unless it has a plan already. A
// run ends with its plan at the latest.
func (t *trainFlags) planDecay(c *cobra.Command, m trainable, set *mnist.Set) error {
	o := m.optimiser
	if o.RateDecay == 0 {
		if o.PlannedSteps > 0 && c.Flags().Changed("planned-steps") {
			return wrongUsage(c, "--planned-steps is what --rate-decay counts on, which is 0: give that a share of the steps too")
		}
		return nil
	}
	bound := gan.BoundInSteps(t.epochs, max(1, m.epoch(set)), t.maxSteps) // a set without a whole batch is refused later
	switch {
	case bound == 0 && o.PlannedSteps == 0:
		return wrongUsage(c, "--rate-decay counts on an end that is planned in steps, and --max-time is none: give --epochs, --max-steps or --planned-steps too")
	case o.PlannedSteps == 0:
		o.PlannedSteps = bound
	case bound == 0, bound > o.PlannedSteps && !c.Flags().Changed("epochs") && !c.Flags().Changed("max-steps"):
		t.maxSteps = o.PlannedSteps
	case bound > o.PlannedSteps:
		return wrongUsage(c, "%s steps are asked for, but the plan of the rate's decay ends with step %s, where the rate is 0: give --max-steps %d, or begin a new run with --config",
			count(bound), count(o.PlannedSteps), o.PlannedSteps)
	}
	if t.maxTime > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "vkgan: --max-time may end the run before the rate falls, which counts on %s steps: --max-steps plans for fewer\n", count(o.PlannedSteps))
	}
	return nil
}

// stepsPerEpoch is how many batches an epoch has of so many training images at most.
func stepsPerEpoch(set *mnist.Set, trainImages, batchSize int) int {
	return min(trainImages, set.Train.Count) / max(1, batchSize)
}
