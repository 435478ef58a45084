package gan

import (
	"math"
	"strings"
	"testing"

	"vkgan/internal/mnist"
)

// Every field has its bounds, and the error names its flag.
func TestSSGANRecipe(t *testing.T) {
	if err := SSGANReference().check(); err != nil {
		t.Fatal(err)
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		flag  string
		spoil func(*SSGANRecipe)
	}{
		{"class-labels", func(r *SSGANRecipe) { r.ClassLabels = 0 }},
		{"z-dim", func(r *SSGANRecipe) { r.ZDim = 0 }},
		{"batch-size", func(r *SSGANRecipe) { r.BatchSize = 1 }},
		{"train-images", func(r *SSGANRecipe) { r.TrainImages = 0 }},
		{"weight-labelled", func(r *SSGANRecipe) { r.WeightLabelled = -1 }},
		{"weight-real", func(r *SSGANRecipe) { r.WeightReal = nan }},
		{"weight-fake", func(r *SSGANRecipe) { r.WeightFake = inf }},
		{"weight-balance", func(r *SSGANRecipe) { r.WeightBalance = -1 }},
		{"weight-certainty", func(r *SSGANRecipe) { r.WeightCertainty = nan }},
		{"weight-warp", func(r *SSGANRecipe) { r.WeightWarp = inf }},
		{"warp-spread", func(r *SSGANRecipe) { r.WarpSpread = -0.1 }},
		{"warp-shift", func(r *SSGANRecipe) { r.WarpShift = nan }},
		{"noise-input", func(r *SSGANRecipe) { r.NoiseInput = -0.1 }},
		{"noise-hidden", func(r *SSGANRecipe) { r.NoiseHidden = inf }},
		{"rate", func(r *SSGANRecipe) { r.Rate = 0 }},
		{"beta1", func(r *SSGANRecipe) { r.Beta1 = 1 }},
		{"beta2", func(r *SSGANRecipe) { r.Beta2 = nan }},
		{"eps", func(r *SSGANRecipe) { r.Eps = 0 }},
		{"rate-decay", func(r *SSGANRecipe) { r.RateDecay = nan }},
		{"rate-decay", func(r *SSGANRecipe) { r.RateDecay = 0.5 }},
		{"planned-steps", func(r *SSGANRecipe) { r.PlannedSteps = -1 }},
		{"z-prior", func(r *SSGANRecipe) { r.ZPrior = "" }},
		{"ema-decay", func(r *SSGANRecipe) { r.EMADecay = 1 }},
		{"ema-decay", func(r *SSGANRecipe) { r.EMADecay = nan }},
		{"init-sigma", func(r *SSGANRecipe) { r.InitSigma = -1 }},
		{"init-images", func(r *SSGANRecipe) { r.InitImages = 1 }},
	} {
		r := SSGANReference()
		c.spoil(&r)
		if err := r.check(); err == nil || !strings.Contains(err.Error(), c.flag+" is ") {
			t.Errorf("%s: error %v", c.flag, err)
		}
	}
}

// everyClass is synthetic with training images of every class.
func everyClass(train, test, h, w, classes int) *mnist.Set {
	s := synthetic(train, test, h, w, classes)
	for i := range s.TrainLabels {
		s.TrainLabels[i] = byte(i % classes)
	}
	return s
}

// A recipe and a set that do not fit each other.
func TestCheckSSGAN(t *testing.T) {
	recipe := func(change func(*SSGANRecipe)) SSGANRecipe {
		r := SSGANReference()
		r.BatchSize, r.ClassLabels = 10, 2
		change(&r)
		return r
	}
	same := func(*SSGANRecipe) {}
	fits := everyClass(40, 10, 4, 4, 3)
	if err := CheckSSGAN(recipe(same), fits); err != nil {
		t.Error(err)
	}
	otherTest, noTest, gap := everyClass(40, 10, 4, 4, 3), everyClass(40, 10, 4, 4, 3), everyClass(40, 10, 4, 4, 3)
	otherTest.Test.Height, noTest.Test.Count, gap.Classes = 8, 0, 4
	if err := CheckSSGAN(recipe(same), gap); err != nil {
		t.Errorf("a class without images: %v", err)
	}
	for _, c := range []struct {
		want string
		err  error
	}{
		{"divisible by 4", CheckSSGAN(recipe(same), everyClass(40, 10, 5, 5, 3))},
		{"test images 8×4", CheckSSGAN(recipe(same), otherTest)},
		{"no test images", CheckSSGAN(recipe(same), noTest)},
		{"only 40 training images", CheckSSGAN(recipe(func(r *SSGANRecipe) { r.BatchSize = 41 }), fits)},
		{"only 20 training images", CheckSSGAN(recipe(func(r *SSGANRecipe) { r.BatchSize, r.TrainImages = 21, 20 }), fits)},
		{"init-images is 41, but there are only 40 training images", CheckSSGAN(recipe(func(r *SSGANRecipe) { r.InitImages = 41 }), fits)},
		{"class-labels is 40, but class 0 has only", CheckSSGAN(recipe(func(r *SSGANRecipe) { r.ClassLabels = 40 }), fits)},
		{"z-dim", CheckSSGAN(recipe(func(r *SSGANRecipe) { r.ZDim = 0 }), fits)},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
}
