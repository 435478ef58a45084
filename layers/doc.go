// Package layers holds the building blocks of a network, each with its forward and its backward pass recorded for the
// device side by side.
//
// # Basics
//
// A [Builder] gives layers their parameters and activations, a [Sequence] chains them. Forward and Backward compute
// nothing: they record dispatches, once; replaying the recording (vk.Device.Submit) runs them.
//
//	b := layers.NewBuilder(dev, "classifier", layers.Batch{Forward: 100, Backward: 100, Groups: 1})
//	net, err := b.Sequence(layers.Shape{H: 28, W: 28, C: 1},
//		layers.Conv2D{Name: "conv1", Out: 64, Kernel: 5, Stride: 2, Act: layers.LeakyReLU},
//		layers.Linear{Name: "linear2", Out: 10, Bias: true})
//	params, err := b.Finish(seed, firstStream)
//
// All parameters of a builder lie in one arena of four flat buffers (value, gradient, Adam's m and v), so an optimiser
// step is one dispatch.
//
// # The longer backward batch
//
// Backward takes a batch that may be longer than the forward one: backward row r differentiates forward row r mod
// forward rows, and parameters get the gradients of the first forward rows only. A GAN's two losses thus share one
// forward pass: the discriminator's gradients of [fake, real] and the generator's of [fake] are one batch of three parts.
//
// # Away from training
//
// [Sequence.Infer] is Forward without noise and with calibrated batch-norm statistics, so that a row has the same answer
// alone and in any batch. [Sequence.Calibrate] takes the statistics from batches; a checkpoint keeps Params.Statistics
// beside the parameters. [Params.With] records with an [EMA]'s average in the parameters' place.
//
// # Caveats
//
// Activations are NHWC, float32. A layer differentiates the Forward recorded last. Recording allocates no device memory; what
// does, beside Finish, says so.
package layers
