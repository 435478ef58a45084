package gan

import (
	"fmt"
	"math"

	"vkgan/layers"
)

// InfoGANRecipe is every hyper-parameter of an InfoGAN run. The JSON names are those of run.json and of the flags.
type InfoGANRecipe struct {
	Labels           int     `json:"labels"`            // values of the categorical code
	Continuous       int     `json:"continuous"`        // continuous codes, each from -1 to 1
	WeightContinuous float32 `json:"weight_continuous"` // of their loss beside the categorical code's
	Information              // about real images
	QHead            int     `json:"q_head"`       // features of a layer that Q has to itself, ahead of its outputs; 0: none
	ZDim             int     `json:"z_dim"`        // noise components
	ZPrior           Prior   `json:"z_prior"`      // and how they are drawn
	ZScale           float32 `json:"z_scale"`      // what they are multiplied by
	BatchSize        int     `json:"batch_size"`   // images of each kind, fake and real, per step
	TrainImages      int     `json:"train_images"` // the last so many of the training set; a smaller set is used whole
	NoiseInput       float32 `json:"noise_input"`  // standard deviation of the noise on the discriminator's input
	NoiseSteps       int     `json:"noise_steps"`  // over which it falls linearly to 0; 0: it stays
	DFirst           bool    `json:"d_first"`      // D and Q are updated first, then G against them, by noise and codes of its own
	Optimiser                // of both networks
	RateG            float32 `json:"rate_g"`      // the generator's, in place of Rate; 0: the same
	RateQ            float32 `json:"rate_q"`      // that of Q's own layers, likewise
	EMADecay         float32 `json:"ema_decay"`   // of the generator's averaged parameters, for samples; 0: none
	EMADecayD        float32 `json:"ema_decay_d"` // of D's and Q's averaged parameters, by which evaluations go; 0: none
	EMAWarmUp        bool    `json:"ema_warm_up"` // no decay above t/(t+9) at step t
}

// InfoGANReference is kcobbe/gans_mnist's recipe. TensorFlow's reader kept the first 5,000 training images for
// validation, so it trains on the last 55,000.
func InfoGANReference() InfoGANRecipe {
	return InfoGANRecipe{
		Labels: 10, WeightContinuous: 0.1, ZDim: 50, ZPrior: Sphere, ZScale: 1, BatchSize: 100, TrainImages: 55000,
		Optimiser: Optimiser{Rate: 2e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8},
	}
}

// InfoGANBest is after the code of the paper (Chen et al. 2016, appendix C.1: MNIST): two continuous codes, a layer of Q's own,
// noise that is large beside the code, a faster generator that comes after the discriminator. Q learns from real images too, as
// in IMSAT (Hu et al. 2017); evaluations go by averages.
func InfoGANBest() InfoGANRecipe {
	return InfoGANRecipe{
		Labels: 10, Continuous: 2, WeightContinuous: 0.1,
		Information: Information{WeightBalance: 4, WeightCertainty: 1, WeightWarp: 4, WarpSpread: 0.25, WarpShift: 2},
		QHead:       128, ZDim: 62, ZPrior: Symmetric, ZScale: 1, BatchSize: 100, TrainImages: 60000,
		DFirst:    true,
		Optimiser: Optimiser{Rate: 2e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8}, RateG: 1e-3, RateQ: 1e-3,
		EMADecay: 0.999, EMADecayD: 0.999, EMAWarmUp: true,
	}
}

// check rejects values that no run can have.
func (r InfoGANRecipe) check() error {
	switch {
	case r.Labels < 2:
		return fmt.Errorf("labels is %d: a categorical code has at least 2 values", r.Labels)
	case r.Continuous < 0:
		return fmt.Errorf("continuous is %d: want a number of codes, or 0 for none", r.Continuous)
	case r.QHead < 0:
		return fmt.Errorf("q-head is %d: want a number of features, or 0 for none", r.QHead)
	case !(r.ZScale > 0 && r.ZScale <= math.MaxFloat32):
		return fmt.Errorf("z-scale is %g: want a positive number", r.ZScale)
	case r.NoiseSteps < 0 || r.NoiseSteps > math.MaxInt32:
		return fmt.Errorf("noise-steps is %d: want a number of steps up to %d, or 0 for noise that stays", r.NoiseSteps, math.MaxInt32)
	}
	if err := checkNotNegative(setting{"weight-continuous", r.WeightContinuous}, setting{"noise-input", r.NoiseInput},
		setting{"rate-g", r.RateG}, setting{"rate-q", r.RateQ}); err != nil {
		return err
	}
	if err := r.Information.check(); err != nil {
		return err
	}
	if err := checkDecay("ema-decay-d", r.EMADecayD); err != nil {
		return err
	}
	return checkTraining(r.ZDim, r.ZPrior, r.BatchSize, r.TrainImages, r.Optimiser, r.EMADecay)
}

// groups are the batches that D reads in a step: fake, real and, if there are any, real ones warped.
func (r InfoGANRecipe) groups() int { return r.batches(2) }

// space is what the generator makes images from.
func (r InfoGANRecipe) space() Space {
	return Space{Noise: Noise{r.ZDim, r.ZPrior, r.ZScale}, Codes: r.Labels, Continuous: r.Continuous}
}

// adamAt is the optimiser under a rate of its own, unless that is 0.
func (o Optimiser) adamAt(rate float32) layers.Adam {
	adam := o.adam()
	if rate > 0 {
		adam.Rate = rate
	}
	return adam
}
