package gan

import (
	"context"
	"errors"

	"vkgan/vk"
)

// BatchNormMode says by which statistics batch-norms normalise in an evaluation.
type BatchNormMode string

const (
	CalibratedStatistics BatchNormMode = "calibrated" // layers.Sequence.Infer: the same answer for an image alone and in any batch
	BatchStatistics      BatchNormMode = "batch"      // of 100 images in file order, as kcobbe/gans_mnist evaluates
)

// Evaluation is what a model makes of the images that it is tested on.
type Evaluation struct {
	Confusion           Confusion
	Error               float64  // fraction of the images that get a wrong class; of a clustering the MajorityError
	Hungarian, NMI, ARI *float64 // of a clustering; nil where codes are classes
}

// clustering evaluates codes that a model found without labels.
func clustering(c Confusion) Evaluation {
	hungarian, nmi, ari := c.HungarianError(), c.NMI(), c.ARI()
	return Evaluation{c, c.MajorityError(), &hungarian, &nmi, &ari}
}

// classification evaluates codes that are classes.
func classification(c Confusion) Evaluation { return Evaluation{Confusion: c, Error: c.Error()} }

// Evaluate measures a model, such as one that Checkpoint.Restore has filled, on all test images of its data set. Where ctx
// ends it, the error is ctx's.
func Evaluate(ctx context.Context, dev *vk.Device, m Model, mode BatchNormMode) (Evaluation, error) {
	if err := countTested(ctx, dev, m, mode, m.TestBatches()); err != nil {
		return Evaluation{}, err
	}
	return m.Evaluation()
}

// CountTested fills Predictions.Tested from the first test images, so many or a few more, by calibrated statistics. Where ctx
// ends it, the error is ctx's.
func CountTested(ctx context.Context, dev *vk.Device, m Model, images int) error {
	return countTested(ctx, dev, m, CalibratedStatistics, min((images+testRows-1)/testRows, m.TestBatches()))
}

// countTested runs so many batches of an evaluation.
func countTested(ctx context.Context, dev *vk.Device, m Model, mode BatchNormMode, batches int) error {
	begin, err1 := newProgram(dev, "begin test", m.BeginTest)
	test, err2 := newProgram(dev, "test", func(rec *vk.Recorder) { m.Test(rec, mode) })
	for _, p := range []*vk.Program{begin, test} {
		if p != nil {
			defer p.Free()
		}
	}
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if _, err := dev.Submit(begin, 1); err != nil {
		return err
	}
	for range batches {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, dev.Idle())
		}
		if _, err := dev.Submit(test, 1); err != nil {
			return err
		}
	}
	return dev.Idle()
}
