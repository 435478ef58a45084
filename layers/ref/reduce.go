package ref

// Sum is the sum of x.
func Sum(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum
}

// ColumnSums is y[j] = Σ_i x[i,j] of x [rows, columns].
func ColumnSums(x []float64, columns int) []float64 {
	y := make([]float64, columns)
	for i := 0; i < len(x); i += columns {
		add(y, x[i:i+columns])
	}
	return y
}

// add is y += x.
func add(y, x []float64) {
	check(x, len(y))
	for i, v := range x {
		y[i] += v
	}
}
