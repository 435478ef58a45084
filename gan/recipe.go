package gan

import (
	"fmt"
	"math"
)

// checkTraining rejects values that no run of any model can have.
func checkTraining(zDim int, zPrior Prior, batchSize, trainImages int, o Optimiser, emaDecay float32) error {
	switch {
	case zDim < 1:
		return fmt.Errorf("z-dim is %d: the generator needs at least 1 noise component", zDim)
	case batchSize < 2:
		return fmt.Errorf("batch-size is %d: batch-norm needs at least 2 images", batchSize)
	case trainImages < 1:
		return fmt.Errorf("train-images is %d: at least one batch is needed", trainImages)
	}
	if err := zPrior.check(); err != nil {
		return err
	}
	if err := checkDecay("ema-decay", emaDecay); err != nil {
		return err
	}
	return o.check()
}

func checkDecay(name string, value float32) error {
	if !(value >= 0 && value < 1) {
		return fmt.Errorf("%s is %g: want a number in (0,1), or 0 for no average", name, value)
	}
	return nil
}

// setting is a field of a recipe by its flag's name.
type setting struct {
	name  string
	value float32
}

// checkNotNegative rejects what is negative or not finite.
func checkNotNegative(settings ...setting) error {
	for _, s := range settings {
		if !(s.value >= 0 && s.value <= math.MaxFloat32) {
			return fmt.Errorf("%s is %g: want 0 or a positive number", s.name, s.value)
		}
	}
	return nil
}
