package gan

import (
	"math"
	"strings"
	"testing"
)

// Every field has its bounds, and the error names its flag.
func TestInfoGANRecipe(t *testing.T) {
	for name, r := range map[string]InfoGANRecipe{"reference": InfoGANReference(), "best": InfoGANBest()} {
		if err := r.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		flag  string
		spoil func(*InfoGANRecipe)
	}{
		{"labels", func(r *InfoGANRecipe) { r.Labels = 1 }},
		{"continuous", func(r *InfoGANRecipe) { r.Continuous = -1 }},
		{"weight-continuous", func(r *InfoGANRecipe) { r.WeightContinuous = nan }},
		{"weight-balance", func(r *InfoGANRecipe) { r.WeightBalance = -1 }},
		{"weight-certainty", func(r *InfoGANRecipe) { r.WeightCertainty = nan }},
		{"weight-warp", func(r *InfoGANRecipe) { r.WeightWarp = inf }},
		{"warp-spread", func(r *InfoGANRecipe) { r.WarpSpread = -0.1 }},
		{"warp-shift", func(r *InfoGANRecipe) { r.WarpShift = nan }},
		{"q-head", func(r *InfoGANRecipe) { r.QHead = -1 }},
		{"z-dim", func(r *InfoGANRecipe) { r.ZDim = 0 }},
		{"z-prior", func(r *InfoGANRecipe) { r.ZPrior = "" }},
		{"z-scale", func(r *InfoGANRecipe) { r.ZScale = 0 }},
		{"z-scale", func(r *InfoGANRecipe) { r.ZScale = inf }},
		{"batch-size", func(r *InfoGANRecipe) { r.BatchSize = 1 }},
		{"train-images", func(r *InfoGANRecipe) { r.TrainImages = 0 }},
		{"noise-input", func(r *InfoGANRecipe) { r.NoiseInput = -0.1 }},
		{"noise-steps", func(r *InfoGANRecipe) { r.NoiseSteps = -1 }},
		{"noise-steps", func(r *InfoGANRecipe) { r.NoiseSteps = math.MaxInt32 + 1 }},
		{"rate", func(r *InfoGANRecipe) { r.Rate = 0 }},
		{"rate-g", func(r *InfoGANRecipe) { r.RateG = -1 }},
		{"rate-q", func(r *InfoGANRecipe) { r.RateQ = inf }},
		{"rate-decay", func(r *InfoGANRecipe) { r.RateDecay = 0.5 }},
		{"ema-decay", func(r *InfoGANRecipe) { r.EMADecay = 1 }},
		{"ema-decay-d", func(r *InfoGANRecipe) { r.EMADecayD = nan }},
	} {
		r := InfoGANReference()
		c.spoil(&r)
		if err := r.check(); err == nil || !strings.Contains(err.Error(), c.flag+" is ") {
			t.Errorf("%s: error %v", c.flag, err)
		}
	}
}
