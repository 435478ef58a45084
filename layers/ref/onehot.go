package ref

// OneHot is y[r,j] = 1 where j is code[r], else 0: y [len(code),n].
func OneHot(code []int, n int) []float64 {
	y := make([]float64, len(code)*n)
	for r, c := range code {
		y[r*n+c] = 1
	}
	return y
}
