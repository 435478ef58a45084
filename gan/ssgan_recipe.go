package gan

import "fmt"

// SSGANRecipe is every hyper-parameter of a semi-supervised run. The JSON names are those of run.json and of the flags.
type SSGANRecipe struct {
	ClassLabels    int     `json:"class_labels"` // labelled images of each class
	DataSeed       uint64  `json:"data_seed"`    // draws the labelled images; 0: the first of each class
	ZDim           int     `json:"z_dim"`        // noise components
	ZPrior         Prior   `json:"z_prior"`      // and how they are drawn
	BatchSize      int     `json:"batch_size"`   // images of each kind, fake, labelled and unlabelled, per step
	TrainImages    int     `json:"train_images"` // the last so many of the training set; a smaller set is used whole
	WeightLabelled float32 `json:"weight_labelled"`
	WeightReal     float32 `json:"weight_real"`
	WeightFake     float32 `json:"weight_fake"`
	Information            // about unlabelled images
	WarpLabelled   bool    `json:"warp_labelled"` // labelled images are warped too, afresh in every step
	NoiseInput     float32 `json:"noise_input"`   // standard deviation of the noise on the discriminator's input
	NoiseHidden    float32 `json:"noise_hidden"`  // and ahead of its other layers
	DFirst         bool    `json:"d_first"`       // D is updated first, then G against the new D, by noise and unlabelled images of its own
	GShiftOnly     bool    `json:"g_shift_only"`  // G's batch-norms shift, and do not scale
	GOutputNorm    bool    `json:"g_output_norm"` // G's last layer is weight-normalised, its scale trained
	Optimiser              // of both networks
	EMADecay       float32 `json:"ema_decay"`   // of both networks' averaged parameters: evaluations go by D's, samples may by G's; 0: none
	EMAWarmUp      bool    `json:"ema_warm_up"` // no decay above t/(t+9) at step t
	InitSigma      float32 `json:"init_sigma"`  // standard deviation of the discriminator's first weights, normal numbers; 0: Xavier's
	InitImages     int     `json:"init_images"` // training images that the discriminator's first scales and biases are made from; 0: none
}

// SSGANReference is kcobbe/gans_mnist's recipe. TensorFlow's reader kept the first 5,000 training images for
// validation, so it trains on the last 55,000, labelled ones included.
func SSGANReference() SSGANRecipe {
	return SSGANRecipe{
		ClassLabels: 10, ZDim: 100, ZPrior: Sphere, BatchSize: 100, TrainImages: 55000,
		WeightLabelled: 0.5, WeightReal: 1, WeightFake: 1, NoiseInput: 0.3, NoiseHidden: 0.5,
		Optimiser: Optimiser{Rate: 3e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8},
	}
}

// SSGANBest is openai/improved-gan's recipe for MNIST (Salimans et al. 2016) at a third of its rate, which led to collapse
// as long as nothing was learnt from unlabelled images (docs/quality.md); the rate falls at the end, as in Bad GAN (Dai et
// al. 2017, "Good Semi-supervised Learning That Requires a Bad GAN"), and the classes of unlabelled images are learnt as in
// IMSAT (Hu et al. 2017).
func SSGANBest() SSGANRecipe {
	return SSGANRecipe{
		ClassLabels: 10, DataSeed: 1, ZDim: 100, ZPrior: Uniform, BatchSize: 100, TrainImages: 60000,
		WeightLabelled: 1, WeightReal: 0.5, WeightFake: 0.5, NoiseInput: 0.3, NoiseHidden: 0.5,
		Information: Information{WeightBalance: 1, WeightCertainty: 0.25, WeightWarp: 1, WarpSpread: 0.25, WarpShift: 2},
		DFirst:      true, GShiftOnly: true, GOutputNorm: true,
		Optimiser: Optimiser{Rate: 1e-3, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8, EpsInside: true, RateDecay: 0.3},
		EMADecay:  0.9999, EMAWarmUp: true, InitSigma: 0.1, InitImages: 500,
	}
}

// check rejects values that no run can have.
func (r SSGANRecipe) check() error {
	if r.ClassLabels < 1 {
		return fmt.Errorf("class-labels is %d: at least 1 labelled image of each class is needed", r.ClassLabels)
	}
	if err := checkNotNegative(setting{"weight-labelled", r.WeightLabelled}, setting{"weight-real", r.WeightReal}, setting{"weight-fake", r.WeightFake},
		setting{"noise-input", r.NoiseInput}, setting{"noise-hidden", r.NoiseHidden}, setting{"init-sigma", r.InitSigma}); err != nil {
		return err
	}
	if r.InitImages < 0 || r.InitImages == 1 {
		return fmt.Errorf("init-images is %d: want 2 or more, or 0 for none", r.InitImages)
	}
	if err := r.Information.check(); err != nil {
		return err
	}
	return checkTraining(r.ZDim, r.ZPrior, r.BatchSize, r.TrainImages, r.Optimiser, r.EMADecay)
}

// kinds are the batches that D reads in a step: fake, labelled, unlabelled and, if there are any, unlabelled ones warped.
func (r SSGANRecipe) kinds() int { return r.batches(3) }

// space is what the generator makes images from.
func (r SSGANRecipe) space() Space { return Space{Noise: Noise{r.ZDim, r.ZPrior, 1}} }
