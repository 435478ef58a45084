package ref

import (
	"slices"
	"testing"
)

func TestGather(t *testing.T) {
	same(t, "gather", Gather([]byte{0, 255, 51, 102}, 2, []int{1, 0, 1}), []float64{0.2, 0.4, 0, 1, 0.2, 0.4})
}

func TestOneHot(t *testing.T) {
	same(t, "one-hot", OneHot([]int{2, 0}, 3), []float64{0, 0, 1, 1, 0, 0})
}

func TestZNorm(t *testing.T) {
	same(t, "znorm", ZNorm([]float64{3, 4, 0, -2}, 2), []float64{0.6, 0.8, 0, -1})
}

func TestArgmax(t *testing.T) {
	if got := Argmax([]float64{1, 3, 3, -1, -2, -1}, 3); !slices.Equal(got, []int{1, 0}) {
		t.Errorf("argmax %v, want the first of equals", got)
	}
}

func TestReduce(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6}
	same(t, "sum", []float64{Sum(x)}, []float64{21})
	same(t, "columns", ColumnSums(x, 3), []float64{5, 7, 9})
}

func TestWrongSizePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a slice of the wrong length is accepted")
		}
	}()
	Linear{Rows: 2, In: 2, Out: 2}.Forward(make([]float64, 5), make([]float64, 4), nil)
}
