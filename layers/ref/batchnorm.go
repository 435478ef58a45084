package ref

import "math"

// BatchNorm normalises each column over the rows of a group (Ioffe and Szegedy, arXiv:1502.03167, algorithm 1):
//
//	y = gamma·x̂ + beta,   x̂ = (x - mean) / √(variance + Eps)
//
//	x, y [Rows,C], gamma, beta [C], mean, variance [Groups,C]
//
// The rows are cut into Groups equal parts, each with statistics of its own (fake and real images in one batch).
// The variance is the biased one, divided by the number of rows. A row is a pixel where x is an image.
type BatchNorm struct {
	Rows, C, Groups int
	Eps             float64
}

func (b BatchNorm) groupRows() int { return b.Rows / b.Groups }

// Forward returns y by x's own statistics.
func (b BatchNorm) Forward(x, gamma, beta []float64) (y, mean, variance []float64) {
	mean, variance = b.Statistics(x)
	return b.Apply(x, mean, variance, gamma, beta), mean, variance
}

// Statistics returns mean and variance of each group and column.
func (b BatchNorm) Statistics(x []float64) (mean, variance []float64) {
	check(x, b.Rows*b.C)
	mean, variance = make([]float64, b.Groups*b.C), make([]float64, b.Groups*b.C)
	n := float64(b.groupRows())
	for i, v := range x {
		mean[b.statistic(i)] += v / n
	}
	for i, v := range x {
		d := v - mean[b.statistic(i)]
		variance[b.statistic(i)] += d * d / n
	}
	return mean, variance
}

// Apply returns y by the statistics given.
func (b BatchNorm) Apply(x, mean, variance, gamma, beta []float64) []float64 {
	check(x, b.Rows*b.C)
	y := make([]float64, len(x))
	for i := range x {
		y[i] = gamma[i%b.C]*b.normalised(x, mean, variance, i) + beta[i%b.C]
	}
	return y
}

// Backward differentiates Forward, the statistics included:
//
//	dx = gamma/√(variance + Eps) · (dy - average(dy) - x̂·average(dy·x̂)),   averages over the group's rows
//	dgamma = Σ dy·x̂,  dbeta = Σ dy
//
// dy may have more groups than x: its row r belongs to row r mod Rows of x (a second gradient through the same
// forward pass, as the generator's through the discriminator's fake half). dx has dy's rows; dgamma and dbeta
// sum the first Rows of them only.
func (b BatchNorm) Backward(dy, x, gamma []float64) (dx, dgamma, dbeta []float64) {
	mean, variance := b.Statistics(x)
	dx, dgamma, dbeta = make([]float64, len(dy)), make([]float64, b.C), make([]float64, b.C)
	size := b.groupRows() * b.C
	check(dy, len(dy)/size*size)
	for start := 0; start < len(dy); start += size {
		sum, dot := make([]float64, b.C), make([]float64, b.C)
		for i := start; i < start+size; i++ {
			sum[i%b.C] += dy[i]
			dot[i%b.C] += dy[i] * b.normalised(x, mean, variance, i%len(x))
		}
		n := float64(b.groupRows())
		for i := start; i < start+size; i++ {
			j, c := i%len(x), i%b.C
			scale := gamma[c] / math.Sqrt(variance[b.statistic(j)]+b.Eps)
			dx[i] = scale * (dy[i] - sum[c]/n - b.normalised(x, mean, variance, j)*dot[c]/n)
		}
		if start < len(x) {
			add(dgamma, dot)
			add(dbeta, sum)
		}
	}
	return dx, dgamma, dbeta
}

// normalised is x̂ of element i.
func (b BatchNorm) normalised(x, mean, variance []float64, i int) float64 {
	s := b.statistic(i)
	return (x[i] - mean[s]) / math.Sqrt(variance[s]+b.Eps)
}

// statistic is the index, in mean and variance, of element i of x.
func (b BatchNorm) statistic(i int) int { return i/(b.groupRows()*b.C)*b.C + i%b.C }
