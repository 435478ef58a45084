package philox

// The streams of a run. One number is never used for two things: a new use takes a new stream.
const (
	StreamZ           = 1 // z of training row r, component j: Normal(step, r*len(z) + j), before normalisation
	StreamCode        = 2 // categorical code of training row r: Below(step, r, codes)
	StreamPermutation = 3 // training image at position p of an epoch: Permute(epoch, p, images)
	StreamSampleZ     = 4 // z of the sample grid, which never changes: step 0

	StreamCalibrationZ      = 5 // z, codes and images that batch-norms are calibrated on, by batch in place of step
	StreamCalibrationCode   = 6
	StreamCalibrationImages = 7

	StreamLabelledSet   = 8 // i-th labelled image of class c: Permute(c, i, images of the class), under the data seed
	StreamLabelledBatch = 9 // labelled image at position p of the endless list: Permute(p/n, p%n, n)

	StreamInitialisation = 10 // images that first scales and biases are made from: Permute(0, p, images)

	StreamFreshZ           = 11 // z and training images of a step in which the generator has a batch of its own, as StreamZ
	StreamFreshPermutation = 12 // and StreamPermutation have them

	StreamContinuous            = 13 // continuous code k of training row r, from -1 to 1: -1 + 2 Uniform(step, r*codes + k)
	StreamCalibrationContinuous = 14 // likewise of those that batch-norms are calibrated on

	StreamDirections = 15 // i-th direction of the noise in which to explore it, component j: Normal(0, i*len(z) + j)

	StreamGenerator     = 16  // + k: initial values of the generator's k-th parameter tensor, in layer order, step 0
	StreamDiscriminator = 64  // + k: likewise for the discriminator
	StreamNoise         = 128 // + k: noise ahead of the discriminator's layer k at row r, feature j: Normal(step, r*features + j)
	StreamFreshNoise    = 144 // + k: likewise where the generator has a batch of its own

	StreamFreshCode        = 160 // codes of such a batch, as StreamCode and StreamContinuous have them
	StreamFreshContinuous  = 161
	StreamSampleContinuous = 162 // continuous code k of noise vector i of samples: -1 + 2 Uniform(0, i*codes + k)
	StreamCodeUse          = 163 // training images that the use of a code is measured on, as StreamPermutation has them

	StreamWarp         = 180 // affine map of training row r, number k of 6: -1 + 2 Uniform(step, r*6 + k)
	StreamLabelledWarp = 181 // likewise of labelled row r

	StreamInitialNoise = 164 // + k: noise as StreamNoise's ahead of layer k, in step 0, while first scales and biases are made
)
