package gan

import "math"

// assign pairs rows with columns one-to-one so that the sum of their values is the largest (Kuhn 1955, "the Hungarian
// method", in the form with potentials of Jonker & Volgenant 1987). It gives each row's column, -1 for the rows left over
// where there are more rows than columns. It takes O(n³) for the longer side n.
func assign(values [][]uint32) []int {
	rows := len(values)
	if rows == 0 {
		return nil
	}
	columns := len(values[0])
	n := max(rows, columns)
	cost := func(r, c int) int64 { // of the square matrix that zeros fill up
		if r < rows && c < columns {
			return -int64(values[r][c])
		}
		return 0
	}
	// Rows and columns count from 1; column 0 holds the row that is being placed. Potentials u and v keep
	// cost-u-v ≥ 0 everywhere and 0 on pairs.
	u, v := make([]int64, n+1), make([]int64, n+1)
	rowOf := make([]int, n+1)    // column → row, 0: free
	previous := make([]int, n+1) // column → the one before it on the shortest path
	for row := 1; row <= n; row++ {
		rowOf[0] = row
		at := 0
		least := make([]int64, n+1) // the shortest path to each column, less the way so far
		for c := range least {
			least[c] = math.MaxInt64
		}
		done := make([]bool, n+1)
		for rowOf[at] != 0 {
			done[at] = true
			r, next, delta := rowOf[at], 0, int64(math.MaxInt64)
			for c := 1; c <= n; c++ {
				if done[c] {
					continue
				}
				if slack := cost(r-1, c-1) - u[r] - v[c]; slack < least[c] {
					least[c], previous[c] = slack, at
				}
				if least[c] < delta {
					next, delta = c, least[c]
				}
			}
			for c := range n + 1 {
				if done[c] {
					u[rowOf[c]] += delta
					v[c] -= delta
				} else if c > 0 {
					least[c] -= delta
				}
			}
			at = next
		}
		for at != 0 { // every column on the path takes the row of the one before it
			rowOf[at] = rowOf[previous[at]]
			at = previous[at]
		}
	}
	columnOf := make([]int, rows)
	for i := range columnOf {
		columnOf[i] = -1
	}
	for c := 1; c <= columns; c++ {
		if r := rowOf[c] - 1; r < rows {
			columnOf[r] = c - 1
		}
	}
	return columnOf
}
