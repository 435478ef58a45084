package gan

import (
	"context"
	"errors"
	"math"
	"time"

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
	Use                 *CodeUse // of a clustering, unless it was not measured
	ImagesPerS          float64  // of Evaluate, after the first batch, which compiles kernels; 0: there was no other
}

// clustering evaluates codes that a model found without labels.
func clustering(c Confusion) Evaluation {
	hungarian, nmi, ari := c.HungarianError(), c.NMI(), c.ARI()
	return Evaluation{Confusion: c, Error: c.MajorityError(), Hungarian: &hungarian, NMI: &nmi, ARI: &ari}
}

// classification evaluates codes that are classes.
func classification(c Confusion) Evaluation { return Evaluation{Confusion: c, Error: c.Error()} }

// Evaluate measures a model, such as one that Checkpoint.Restore has filled, on all test images of its data set. Where ctx
// ends it, the error is ctx's.
func Evaluate(ctx context.Context, dev *vk.Device, m Model, mode BatchNormMode) (Evaluation, error) {
	batches := m.TestBatches(mode)
	perS, err := countTested(ctx, dev, m, mode, batches)
	if err != nil {
		return Evaluation{}, err
	}
	e, err := m.Evaluation()
	e.ImagesPerS = perS * float64(e.Confusion.Total()) / float64(batches)
	return e, err
}

// CountTested fills Predictions.Tested from the first of the test images, a share of them rounded up to batches, by calibrated
// statistics. Where ctx ends it, the error is ctx's.
func CountTested(ctx context.Context, dev *vk.Device, m Model, share float64) error {
	batches := math.Ceil(share * float64(m.TestBatches(CalibratedStatistics)))
	_, err := countTested(ctx, dev, m, CalibratedStatistics, int(batches))
	return err
}

// countTested runs so many batches of an evaluation, and tells how many it ran in a second after the first. What the
// parameters alone decide, such as packed weights, is made once.
func countTested(ctx context.Context, dev *vk.Device, m Model, mode BatchNormMode, batches int) (perS float64, err error) {
	test := dev.NewRecorder("test")
	m.Test(test, mode)
	begin := test.Invariant(savedRanges(m.State())...)
	m.BeginTest(begin)
	programs := make([]*vk.Program, 2)
	for i, rec := range []*vk.Recorder{begin, test} {
		if programs[i], err = rec.End(); err != nil {
			return 0, err
		}
		defer programs[i].Free()
	}
	if err := errors.Join(runOnce(dev, programs[0]), runOnce(dev, programs[1])); err != nil {
		return 0, err
	}
	start := time.Now()
	for range batches - 1 {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if _, err := dev.Submit(programs[1], 1); err != nil {
			return 0, err
		}
	}
	err = dev.Idle()
	return float64(batches-1) / time.Since(start).Seconds(), err
}
