package layers

import "vkgan/vk"

// BeginCalibration records zeros for the calibrated statistics of the batch-norms of s, to which Calibrate adds.
func (s *Sequence) BeginCalibration(rec *vk.Recorder) {
	for _, l := range s.layers {
		if n, ok := l.(*batchNormLayer); ok {
			n.beginCalibration(rec)
		}
	}
}

// Calibrate records y = f(x), without noise and by the batch's own statistics, of which it adds the part of one among so
// many batches to the calibrated ones: run once on each, it leaves the means of their means and of their variances for
// Infer. x is one group.
func (s *Sequence) Calibrate(rec *vk.Recorder, x Tensor, batches int) Tensor {
	x = x.InGroups(1)
	for i, l := range s.layers {
		switch l := l.(type) {
		case *batchNormLayer:
			x = l.calibrate(rec, x, 1/float32(batches))
		case *noiseLayer:
		default:
			x = s.forward(rec, i, x)
		}
	}
	return x
}
