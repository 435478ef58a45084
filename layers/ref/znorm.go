package ref

import "math"

// ZNorm divides each row of z [rows,dim] by its Euclidean length.
func ZNorm(z []float64, dim int) []float64 {
	y := make([]float64, len(z))
	for i := range z {
		square := 0.0
		for _, v := range z[i/dim*dim:][:dim] {
			square += v * v
		}
		y[i] = z[i] / math.Sqrt(square)
	}
	return y
}
