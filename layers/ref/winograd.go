package ref

// Axis is minimal filtering along an axis (Winograd 1980; Lavin & Gray 2016): m outputs y of a filter w of three taps, from
// m+2 inputs x, are y = Aᵀ [(G w) * (B x)]. Outputs come in tiles of four and one of what is left over; a tile of n > 1
// is Toom and Cook's algorithm at the first n+1 of the points 0, 1, -1, 2, -2, and at infinity.
type Axis struct {
	A, B, G [][]float64 // [points][outputs], [points][inputs], [points][taps]
}

// Minimal is the axis of m outputs.
func Minimal(m int) (a Axis) {
	for first := 0; first < m; first += 4 {
		n := min(4, m-first)
		tile := toomCook(n)
		for q := range tile.A {
			outputs, inputs := make([]float64, m), make([]float64, m+2)
			copy(outputs[first:], tile.A[q])
			copy(inputs[first:], tile.B[q])
			a.A, a.B, a.G = append(a.A, outputs), append(a.B, inputs), append(a.G, tile.G[q])
		}
	}
	return a
}

func toomCook(n int) (a Axis) {
	if n == 1 { // three multiplications are the fewest there are
		return Axis{A: [][]float64{{1}, {1}, {1}}, B: identity(3), G: identity(3)}
	}
	points := []float64{0, 1, -1, 2, -2}[:n+1]
	for q, at := range points {
		norm, others := 1.0, []float64{1} // the product of at - p over the other points p, and of x - p
		for r, p := range points {
			if r != q {
				norm *= at - p
				others = timesRoot(others, p)
			}
		}
		a.A, a.G = append(a.A, powers(at, n)), append(a.G, powers(at, 3))
		for k := range a.G[q] {
			a.G[q][k] /= norm
		}
		a.B = append(a.B, append(others, 0))
	}
	last, all := make([]float64, n), []float64{1}
	last[n-1] = 1
	for _, p := range points {
		all = timesRoot(all, p)
	}
	a.A, a.B, a.G = append(a.A, last), append(a.B, all), append(a.G, []float64{0, 0, 1})
	return a
}

func identity(n int) [][]float64 {
	x := make([][]float64, n)
	for i := range x {
		x[i] = make([]float64, n)
		x[i][i] = 1
	}
	return x
}

func powers(x float64, n int) []float64 {
	y := make([]float64, n)
	y[0] = 1
	for i := 1; i < n; i++ {
		y[i] = y[i-1] * x
	}
	return y
}

// timesRoot is a polynomial, lowest coefficient first, times x - root.
func timesRoot(polynomial []float64, root float64) []float64 {
	y := make([]float64, len(polynomial)+1)
	for i, c := range polynomial {
		y[i+1] += c
		y[i] -= root * c
	}
	return y
}
