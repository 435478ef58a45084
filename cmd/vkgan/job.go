package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

// modelNames are the models' names, in the order in which they are measured.
var modelNames = []string{"infogan", "ssgan"}

// rowFlag defines the --recipe of a measurement, which changes none of a row's settings.
func rowFlag(f *pflag.FlagSet, row *string) {
	_, names := trainables()[0].row("") // all models have rows of the same names
	f.StringVar(row, "recipe", bestRow, "recipe, by `name`: "+names)
}

// checkModel complains about a --model that there is not, "" is none, or a --recipe.
func checkModel(c *cobra.Command, name, recipe string) error {
	if name != "" && !slices.Contains(modelNames, name) {
		return wrongUsage(c, "--model is %q: want infogan or ssgan", name)
	}
	_, err := trainables()[0].namedRow(c, recipe)
	return err
}

// chosenModels are the one that --model names, or all.
func chosenModels(name string) []string {
	if name == "" {
		return modelNames
	}
	return []string{name}
}

// job is a model to train on a data set, or to measure.
type job struct {
	model       string // as in `vkgan train MODEL`
	folder      string // what the run folder is called, behind its number
	title       string // for people
	recipe      any
	rate        string // how it falls; "": it does not
	batch       int
	trainImages int
	set         *mnist.Set
	build       func(dev *vk.Device, data *gan.Dataset) (gan.Model, error)
}

// infoGANJob is InfoGAN on a data set; the error says why it cannot be trained there.
func infoGANJob(r gan.InfoGANRecipe, seed uint64, set *mnist.Set) (job, error) {
	return job{
		model: "infogan", folder: fmt.Sprintf("infogan-l%d", r.Labels), title: fmt.Sprintf("InfoGAN, %d codes", r.Labels),
		recipe: r, rate: r.Optimiser.About(), batch: r.BatchSize, trainImages: r.TrainImages, set: set,
		build: func(dev *vk.Device, data *gan.Dataset) (gan.Model, error) { return gan.NewInfoGAN(dev, r, data, seed) },
	}, gan.CheckInfoGAN(r, set)
}

// ssganJob is SSGAN on a data set; the error says why it cannot be trained there.
func ssganJob(r gan.SSGANRecipe, seed uint64, set *mnist.Set) (job, error) {
	return job{
		model: "ssgan", folder: fmt.Sprintf("ssgan-n%d", r.ClassLabels),
		title:  fmt.Sprintf("SSGAN, %d labelled images of each of %d classes", r.ClassLabels, set.Classes),
		recipe: r, rate: r.Optimiser.About(), batch: r.BatchSize, trainImages: r.TrainImages, set: set,
		build: func(dev *vk.Device, data *gan.Dataset) (gan.Model, error) { return gan.NewSSGAN(dev, r, data, seed) },
	}, gan.CheckSSGAN(r, set)
}

// savedJob is the model of a checkpoint, to be measured on a data set.
func savedJob(c *gan.Checkpoint, set *mnist.Set) job {
	titles := map[string]string{"infogan": "InfoGAN", "ssgan": "SSGAN"}
	return job{model: c.Info.Model, title: titles[c.Info.Model], set: set, build: c.Model}
}

// rowJob is a model by its name, as `vkgan train` would train it under a row of its recipes, but with so many images to a batch;
// 0: the recipe's.
func rowJob(model, row string, batch int, set *mnist.Set) (job, error) {
	const seed = 1
	m := trainables()[slices.Index(modelNames, model)]
	recipe, _ := m.row(row)
	flags := pflag.NewFlagSet(m.name, pflag.ContinueOnError)
	m.recipe(flags)
	if err := fillFlags(flags, recipe); err != nil {
		return job{}, err
	}
	if batch > 0 {
		if err := flags.Set("batch-size", strconv.Itoa(batch)); err != nil {
			return job{}, err
		}
	}
	if m.optimiser.RateDecay > 0 {
		m.optimiser.PlannedSteps = defaultEpochs * m.epoch(set)
	}
	return m.job(seed, set)
}
