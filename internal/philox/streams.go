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

	StreamGenerator     = 16 // + k: initial values of the generator's k-th parameter tensor, in layer order, step 0
	StreamDiscriminator = 64 // + k: likewise for the discriminator
)
