package layers

import "math"

// Initializer gives element i of a parameter its first value. Several goroutines call it.
type Initializer func(s Stream, i uint32) float32

// Constant is c everywhere.
func Constant(c float32) Initializer { return func(Stream, uint32) float32 { return c } }

// Normal is a normal distribution of standard deviation sigma, TensorFlow's random_normal_initializer.
func Normal(sigma float64) Initializer {
	return func(s Stream, i uint32) float32 { return float32(sigma * float64(s.Normal(0, i))) }
}

// TruncatedNormal redraws what lies outside two standard deviations, as TensorFlow's truncated_normal_initializer.
// The standard deviation that is left is 0.88 sigma.
func TruncatedNormal(sigma float64) Initializer {
	return func(s Stream, i uint32) float32 { return float32(sigma * float64(s.TruncatedNormal(0, i))) }
}

// Xavier is tf.contrib.layers.xavier_initializer(uniform=False): truncated normal, sigma = sqrt(2.6/(in+out))
// (Glorot & Bengio 2010; the factor 1.3 makes up for the truncation).
func Xavier(in, out int) Initializer { return TruncatedNormal(math.Sqrt(2.6 / float64(in+out))) }
