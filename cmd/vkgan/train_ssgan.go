package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

func trainableSSGAN() trainable {
	recipe := gan.SSGANBest()
	return trainable{
		name:      "ssgan",
		rows:      []recipeRow{{referenceRow, gan.SSGANReference()}, {bestRow, gan.SSGANBest()}},
		recipe:    func(f *pflag.FlagSet) { ssganFlags(f, &recipe) },
		optimiser: &recipe.Optimiser,
		dataSeed:  &recipe.DataSeed,
		epoch:     func(set *mnist.Set) int { return stepsPerEpoch(set, recipe.TrainImages, recipe.BatchSize) },
		fit:       func(w *gan.Weights) { w.FitSSGAN(&recipe) },
		job:       func(seed uint64, set *mnist.Set) (job, error) { return ssganJob(recipe, seed, set) },
	}
}

func newTrainSSGAN(s streams) *cobra.Command {
	model, flags := trainableSSGAN(), trainFlags{}
	c := &cobra.Command{
		Use:   "ssgan",
		Short: "Train SSGAN: a classifier from a few labels",
		Long: "Trains SSGAN (Salimans et al. 2016): the discriminator learns to classify from a few labelled images of\n" +
			"each class and many without a label, while it tells them from what the generator makes; the generator\n" +
			"matches the mean of its features. The test error counts the test images that get a wrong class.",
		Example: "  vkgan train ssgan\n" +
			"  vkgan train ssgan --class-labels 2 --warp-labelled --data-seed 7 --epochs 30\n" +
			"  vkgan train ssgan --resume latest",
		RunE: func(c *cobra.Command, _ []string) error { return flags.train(c, s, model) },
	}
	flags.defineRecipe(c, model)
	flags.define(c)
	return c
}

// ssganFlags defines a flag for every field of the recipe.
func ssganFlags(f *pflag.FlagSet, r *gan.SSGANRecipe) {
	f.IntVar(&r.ClassLabels, "class-labels", r.ClassLabels, "labelled `images` of each class")
	f.Uint64Var(&r.DataSeed, "data-seed", r.DataSeed, "`number` that draws the labelled images; 0: the first of each class")
	f.IntVar(&r.ZDim, "z-dim", r.ZDim, "`components` of the noise")
	f.StringVar((*string)(&r.ZPrior), "z-prior", string(r.ZPrior), "noise's `prior`: sphere, uniform in [0,1) or symmetric in [-1,1)")
	f.IntVar(&r.BatchSize, "batch-size", r.BatchSize, "`images` of each kind, fake, labelled and unlabelled, in a step")
	f.IntVar(&r.TrainImages, "train-images", r.TrainImages, "`images` to train on: the last so many of the training set")
	f.Float32Var(&r.WeightLabelled, "weight-labelled", r.WeightLabelled, "`weight` of the loss on labelled images")
	f.Float32Var(&r.WeightReal, "weight-real", r.WeightReal, "`weight` of the loss on unlabelled images")
	f.Float32Var(&r.WeightFake, "weight-fake", r.WeightFake, "`weight` of the loss on generated images")
	f.Float32Var(&r.NoiseInput, "noise-input", r.NoiseInput, "standard `deviation` of the noise on the discriminator's input")
	f.Float32Var(&r.NoiseHidden, "noise-hidden", r.NoiseHidden, "and ahead of its other layers (`deviation`)")
	f.BoolVar(&r.DFirst, "d-first", r.DFirst, "update the discriminator, then the generator by a batch of its own")
	f.BoolVar(&r.GShiftOnly, "g-shift-only", r.GShiftOnly, "the generator's batch-norms shift, and do not scale")
	f.BoolVar(&r.GOutputNorm, "g-output-norm", r.GOutputNorm, "weight norm of the generator's last layer, with a trained scale")
	informationFlags(f, &r.Information)
	f.BoolVar(&r.WarpLabelled, "warp-labelled", r.WarpLabelled, "warp labelled images too, in every step by other maps")
	optimiserFlags(f, &r.Optimiser)
	f.Float32Var(&r.EMADecay, "ema-decay", r.EMADecay, "`decay` of the networks' averages, for tests, 'sample --ema'; 0: none")
	f.BoolVar(&r.EMAWarmUp, "ema-warm-up", r.EMAWarmUp, "begin it with few steps: no decay above t/(t+9) at step t")
	f.Float32Var(&r.InitSigma, "init-sigma", r.InitSigma, "standard `deviation` of the discriminator's first weights; 0: by layer")
	f.IntVar(&r.InitImages, "init-images", r.InitImages, "`images` to make the discriminator's first scales and biases from; 0: none")
}
