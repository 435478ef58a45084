package gan

import (
	"vkgan/layers"
	"vkgan/vk"
)

// Model is what a Trainer trains. The first group records device work; the second reads what
// it left.
type Model interface {
	Step(rec *vk.Recorder)                                   // one training step
	BeginEpoch(rec *vk.Recorder)                             // forgets the predictions made while training
	BeginTest(rec *vk.Recorder)                              // forgets the last evaluation
	Test(rec *vk.Recorder, mode BatchNormMode) layers.Tensor // the next batch of an evaluation; the logits that it goes by
	Sample(rec *vk.Recorder) layers.Tensor                   // the sample grid's images
	// Explore is the images of latents x, laid out as Latents says; batch-norms normalise by the statistics of a Sample
	// recorded before, so that the sample grid's latents make the same images alone.
	Explore(rec *vk.Recorder, x layers.Tensor) layers.Tensor

	Figures(step int) ([]float64, error) // of a finished step that is not long ago
	Losses(figures []float64, line *Metrics)
	TrainErrors(line *Metrics) error // of the predictions made since BeginEpoch
	Evaluation() (Evaluation, error) // since BeginTest
	Grid(pixels []float32) Grid      // arranges Sample's images
	Latents() Latents                // what the generator makes images from
	Predictions() Predictions        // where the device counts what the discriminator takes images for
	State() []Saved                  // what a checkpoint holds

	Describe(g *layers.Graph, part Part)                  // adds a network, as it is away from training, to a graph
	Flattened() (image layers.Shape, axes map[string]int) // the tensors with an axis that is the features of an image, and which

	BeginCalibration(rec *vk.Recorder)
	Calibrate(rec *vk.Recorder, batches int) // one of so many batches of the batch-norms' calibration

	BatchSize() int
	StepsPerEpoch() int
	TestBatches(mode BatchNormMode) int // of Test, for all test images
	Networks() (g, d *layers.Params)
	Free()
}
