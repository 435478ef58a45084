package gan

import (
	"math"

	"vkgan/internal/philox"
)

// sphere is noise vector number i of a stream: n normal components, scaled to unit length.
func sphere(s philox.Stream, i, n int) []float32 {
	z := make([]float32, n)
	var squares float64
	for j := range z {
		z[j] = s.Normal(0, uint32(i*n+j))
		squares += float64(z[j]) * float64(z[j])
	}
	for j := range z {
		z[j] /= float32(math.Sqrt(squares))
	}
	return z
}
