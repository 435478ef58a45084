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
	begin, err1 := newProgram(dev, "begin test", m.BeginTest)
	test, err2 := newProgram(dev, "test", func(rec *vk.Recorder) { m.Test(rec, mode) })
	for _, p := range []*vk.Program{begin, test} {
		if p != nil {
			defer p.Free()
		}
	}
	if err := errors.Join(err1, err2); err != nil {
		return Evaluation{}, err
	}
	if _, err := dev.Submit(begin, 1); err != nil {
		return Evaluation{}, err
	}
	for range m.TestBatches() {
		if err := ctx.Err(); err != nil {
			return Evaluation{}, err
		}
		if _, err := dev.Submit(test, 1); err != nil {
			return Evaluation{}, err
		}
	}
	if err := dev.Idle(); err != nil {
		return Evaluation{}, err
	}
	return m.Evaluation()
}
