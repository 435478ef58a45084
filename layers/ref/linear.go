package ref

// Linear is the fully connected layer y = x w + b:
//
//	x [Rows,In], w [In,Out], b [Out] or nil, y [Rows,Out]
type Linear struct{ Rows, In, Out int }

// Forward returns y.
func (l Linear) Forward(x, w, b []float64) []float64 {
	return Gemm{M: l.Rows, N: l.Out, K: l.In}.Mul(x, w, nil, b)
}

// BackwardData returns dx = dy wᵀ.
func (l Linear) BackwardData(dy, w []float64) []float64 {
	return Gemm{M: l.Rows, N: l.In, K: l.Out, TransB: true}.Mul(dy, w, nil, nil)
}

// BackwardWeight returns dw = xᵀ dy.
func (l Linear) BackwardWeight(x, dy []float64) []float64 {
	return Gemm{M: l.In, N: l.Out, K: l.Rows, TransA: true}.Mul(x, dy, nil, nil)
}

// BackwardBias returns db, the sums of dy's columns.
func (l Linear) BackwardBias(dy []float64) []float64 {
	check(dy, l.Rows*l.Out)
	return ColumnSums(dy, l.Out)
}
