package ref

// Argmax is the column of each row's largest element, the first of equals, of x [rows, columns].
func Argmax(x []float64, columns int) []int {
	best := make([]int, len(x)/columns)
	for r := range best {
		row := x[r*columns:][:columns]
		for j, v := range row {
			if v > row[best[r]] {
				best[r] = j
			}
		}
	}
	return best
}
