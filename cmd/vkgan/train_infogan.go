package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

func trainableInfoGAN() trainable {
	recipe := gan.InfoGANBest()
	return trainable{
		name:      "infogan",
		rows:      []recipeRow{{referenceRow, gan.InfoGANReference()}, {bestRow, gan.InfoGANBest()}},
		recipe:    func(f *pflag.FlagSet) { infoGANFlags(f, &recipe) },
		optimiser: &recipe.Optimiser,
		epoch:     func(set *mnist.Set) int { return stepsPerEpoch(set, recipe.TrainImages, recipe.BatchSize) },
		fit:       func(w *gan.Weights) { w.FitInfoGAN(&recipe) },
		job:       func(seed uint64, set *mnist.Set) (job, error) { return infoGANJob(recipe, seed, set) },
	}
}

func newTrainInfoGAN(s streams) *cobra.Command {
	model, flags := trainableInfoGAN(), trainFlags{}
	c := &cobra.Command{
		Use:   "infogan",
		Short: "Train InfoGAN: classes found without labels",
		Long: "Trains InfoGAN (Chen et al. 2016): the generator is told a random code beside its noise, and the\n" +
			"discriminator learns to read the code back from images. On MNIST codes come to stand for digits,\n" +
			"without a label being used; labels serve the test errors alone:\n" +
			"  test error   every code stands for its majority digit; several codes may share one\n" +
			"  one-to-one   the best pairing of codes and digits; with more codes than digits, the images of\n" +
			"               the codes left over count as errors",
		Example: "  vkgan train infogan\n" +
			"  vkgan train infogan --labels 20 --seed 7 --max-time 2h\n" +
			"  vkgan train infogan --resume latest\n" +
			"  vkgan train infogan --max-steps 550 --json --quiet | jq .test_error",
		RunE: func(c *cobra.Command, _ []string) error { return flags.train(c, s, model) },
	}
	flags.defineRecipe(c, model)
	flags.define(c)
	return c
}

// infoGANFlags defines a flag for every field of the recipe.
func infoGANFlags(f *pflag.FlagSet, r *gan.InfoGANRecipe) {
	f.IntVarP(&r.Labels, "labels", "l", r.Labels, "`values` of the code: how many classes to look for")
	f.IntVar(&r.Continuous, "continuous", r.Continuous, "continuous `codes` beside it, from -1 to 1; 0: none")
	f.Float32Var(&r.WeightContinuous, "weight-continuous", r.WeightContinuous, "`w` times their loss, half the squared error, is what counts")
	f.IntVar(&r.QHead, "q-head", r.QHead, "`features` of a layer ahead of what reads the codes, for it alone; 0: none")
	f.IntVar(&r.ZDim, "z-dim", r.ZDim, "`components` of the noise")
	f.StringVar((*string)(&r.ZPrior), "z-prior", string(r.ZPrior), "noise's `prior`: sphere, uniform in [0,1) or symmetric in [-1,1)")
	f.Float32Var(&r.ZScale, "z-scale", r.ZScale, "`factor` on the noise: the sphere's radius, and the cube's bounds")
	f.IntVar(&r.BatchSize, "batch-size", r.BatchSize, "`images` of each kind, real and fake, in a step")
	f.IntVar(&r.TrainImages, "train-images", r.TrainImages, "`images` to train on: the last so many of the training set")
	f.Float32Var(&r.NoiseInput, "noise-input", r.NoiseInput, "standard `deviation` of noise on the discriminator's input")
	f.IntVar(&r.NoiseSteps, "noise-steps", r.NoiseSteps, "`steps` over which it falls linearly to 0; 0: it stays")
	f.BoolVar(&r.DFirst, "d-first", r.DFirst, "update the discriminator, then the generator by a batch of its own")
	informationFlags(f, &r.Information)
	optimiserFlags(f, &r.Optimiser)
	f.Float32Var(&r.RateG, "rate-g", r.RateG, "the generator's step `size` in place of --rate; 0: the same")
	f.Float32Var(&r.RateQ, "rate-q", r.RateQ, "that of the layers that read the codes, likewise (`size`)")
	f.Float32Var(&r.EMADecay, "ema-decay", r.EMADecay, "`decay` of an average of the generator, for 'sample --ema'; 0: none")
	f.Float32Var(&r.EMADecayD, "ema-decay-d", r.EMADecayD, "`decay` of an average of the discriminator, for tests; 0: none")
	f.BoolVar(&r.EMAWarmUp, "ema-warm-up", r.EMAWarmUp, "begin both with few steps: no decay above t/(t+9) at step t")
}
