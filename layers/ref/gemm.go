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
	c := make([]float64, g.M*g.N)
	for i := range g.M {
		row := c[i*g.N:][:g.N]
		if e != nil {
			copy(row, e[i*g.N:][:g.N])
		}
		if bias != nil {
			add(row, bias)
		}
		for k := range g.K {
			s := a[g.atA(i, k)]
			for j := range row {
				row[j] += s * b[g.atB(k, j)]
			}
		}
	}
	return c
}

func (g Gemm) atA(i, k int) int {
	if g.TransA {
		return k*g.M + i
	}
	return i*g.K + k
}

func (g Gemm) atB(k, j int) int {
	if g.TransB {
		return j*g.K + k
	}
	return k*g.N + j
}
