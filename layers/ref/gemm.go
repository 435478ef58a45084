package ref

// Gemm is C = op(A) op(B) + E + bias:
//
//	op(A) [M,K], stored [K,M] if TransA
//	op(B) [K,N], stored [N,K] if TransB
//	C, E  [M,N];  bias [N], added to every row
type Gemm struct {
	M, N, K        int
	TransA, TransB bool
}

// Mul returns C. e and bias may be nil.
func (g Gemm) Mul(a, b, e, bias []float64) []float64 {
	check(a, g.M*g.K)
	check(b, g.K*g.N)
	if g.TransA {
		a = transpose(a, g.M)
	}
	if g.TransB {
		b = transpose(b, g.K)
	}
	c := make([]float64, g.M*g.N)
	for i := range g.M {
		row := c[i*g.N:][:g.N]
		if e != nil {
			copy(row, e[i*g.N:][:g.N])
		}
		if bias != nil {
			add(row, bias)
		}
		for k, s := range a[i*g.K:][:g.K] {
			for j, v := range b[k*g.N:][:g.N] {
				row[j] += s * v
			}
		}
	}
	return c
}

// transpose returns xᵀ of x [rows, columns].
func transpose(x []float64, columns int) []float64 {
	y := make([]float64, len(x))
	rows := len(x) / columns
	for i, v := range x {
		y[i%columns*rows+i/columns] = v
	}
	return y
}
