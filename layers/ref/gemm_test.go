package ref

import "testing"

func TestGemm(t *testing.T) {
	const m, n, k = 3, 5, 7
	a, b, e, bias := random(1, m*k), random(2, k*n), random(3, m*n), random(4, n)
	at, bt := transpose(a, k), transpose(b, n)
	want := make([]float64, m*n)
	for i := range m {
		for j := range n {
			want[i*n+j] = e[i*n+j] + bias[j] + dot(a[i*k:][:k], bt[j*k:][:k])
		}
	}
	same(t, "AB", Gemm{M: m, N: n, K: k}.Mul(a, b, e, bias), want)
	same(t, "AᵀB", Gemm{M: m, N: n, K: k, TransA: true}.Mul(at, b, e, bias), want)
	same(t, "ABᵀ", Gemm{M: m, N: n, K: k, TransB: true}.Mul(a, bt, e, bias), want)
	same(t, "AᵀBᵀ", Gemm{M: m, N: n, K: k, TransA: true, TransB: true}.Mul(at, bt, e, bias), want)
	same(t, "transpose", transpose([]float64{1, 2, 3, 4, 5, 6}, 3), []float64{1, 4, 2, 5, 3, 6})
	same(t, "by hand", Gemm{M: 1, N: 2, K: 2}.Mul([]float64{1, 2}, []float64{3, 4, 5, 6}, nil, nil), []float64{13, 16})
}

func TestLinear(t *testing.T) {
	l := Linear{Rows: 4, In: 5, Out: 3}
	x, w, b, dy := random(1, 20), random(2, 15), random(3, 3), random(4, 12)
	loss := func() float64 { return dot(dy, l.Forward(x, w, b)) }
	gradient(t, "dx", x, l.BackwardData(dy, w), loss)
	gradient(t, "dw", w, l.BackwardWeight(x, dy), loss)
	gradient(t, "db", b, l.BackwardBias(dy), loss)
	same(t, "by hand", Linear{Rows: 1, In: 2, Out: 1}.Forward([]float64{2, 3}, []float64{5, 7}, []float64{1}), []float64{32})
}
