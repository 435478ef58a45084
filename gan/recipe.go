package gan

import "fmt"

// InfoGANRecipe is every hyper-parameter of an InfoGAN run. The JSON names are those of run.json and of the flags.
type InfoGANRecipe struct {
	Labels      int     `json:"labels"`       // values of the categorical code
	ZDim        int     `json:"z_dim"`        // noise components
	ZPrior      Prior   `json:"z_prior"`      // and how they are drawn
	BatchSize   int     `json:"batch_size"`   // images of each kind, fake and real, per step
	TrainImages int     `json:"train_images"` // the last so many of the training set; a smaller set is used whole
	Optimiser           // of both networks
	EMADecay    float32 `json:"ema_decay"` // of the generator's averaged parameters, for samples; 0: none
}

// InfoGANReference is kcobbe/gans_mnist's recipe. TensorFlow's reader kept the first 5,000 training images for
// validation, so it trains on the last 55,000.
func InfoGANReference() InfoGANRecipe {
	return InfoGANRecipe{
		Labels: 10, ZDim: 50, ZPrior: Sphere, BatchSize: 100, TrainImages: 55000,
		Optimiser: Optimiser{Rate: 2e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8},
	}
}

// check rejects values that no run can have.
func (r InfoGANRecipe) check() error {
	if r.Labels < 2 {
		return fmt.Errorf("labels is %d: a categorical code has at least 2 values", r.Labels)
	}
	return checkTraining(r.ZDim, r.ZPrior, r.BatchSize, r.TrainImages, r.Optimiser, r.EMADecay)
}

// checkTraining rejects values that no run of any model can have.
func checkTraining(zDim int, zPrior Prior, batchSize, trainImages int, o Optimiser, emaDecay float32) error {
	switch {
	case zDim < 1:
		return fmt.Errorf("z-dim is %d: the generator needs at least 1 noise component", zDim)
	case batchSize < 2:
		return fmt.Errorf("batch-size is %d: batch-norm needs at least 2 images", batchSize)
	case trainImages < 1:
		return fmt.Errorf("train-images is %d: at least one batch is needed", trainImages)
	case !(emaDecay >= 0 && emaDecay < 1):
		return fmt.Errorf("ema-decay is %g: want a number in (0,1), or 0 for no average", emaDecay)
	}
	if err := zPrior.check(); err != nil {
		return err
	}
	return o.check()
}
