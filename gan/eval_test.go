package gan

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// bestByForce is the largest sum of a one-to-one pairing, by trying all.
func bestByForce(values [][]uint32) int {
	columns := 0
	if len(values) > 0 {
		columns = len(values[0])
	}
	taken := make([]bool, columns)
	var from func(row int) int
	from = func(row int) int {
		if row == len(values) {
			return 0
		}
		best := from(row + 1) // the row stays alone
		for c := range taken {
			if !taken[c] {
				taken[c] = true
				best = max(best, int(values[row][c])+from(row+1))
				taken[c] = false
			}
		}
		return best
	}
	return from(0)
}

func TestAssignAgainstBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		rows, columns := 1+random.IntN(6), 1+random.IntN(6)
		top := []uint32{1, 3, 1000, math.MaxUint32}[random.IntN(4)]
		values := make([][]uint32, rows)
		for r := range values {
			values[r] = make([]uint32, columns)
			for c := range values[r] {
				values[r][c] = random.Uint32N(top)
			}
		}
		got, pairs := 0, 0
		seen := map[int]bool{}
		for r, c := range assign(values) {
			if c < 0 {
				continue
			}
			if seen[c] {
				t.Fatalf("%v: column %d twice", values, c)
			}
			seen[c] = true
			pairs++
			got += int(values[r][c])
		}
		if want := bestByForce(values); got != want || pairs != min(rows, columns) {
			t.Fatalf("%v: sum %d of %d pairs, the best is %d", values, got, pairs, want)
		}
	}
	if len(assign(nil)) != 0 {
		t.Error("pairs where there are no rows")
	}
}

// The NMI and ARI wanted here are scikit-learn's definitions evaluated by hand or, where a comment says so, its
// documentation's own examples.
func TestConfusion(t *testing.T) {
	tests := []struct {
		name                          string
		codes, classes                int
		counts                        []uint32
		majority, hungarian, nmi, ari float64
	}{
		{"empty", 3, 2, make([]uint32, 6), 0, 0, 1, 1},
		{"no codes", 0, 0, nil, 0, 0, 1, 1},
		{"one image", 2, 2, []uint32{0, 1, 0, 0}, 0, 0, 1, 1},
		{"one code, one class", 1, 1, []uint32{7}, 0, 0, 1, 1},
		{"one code", 1, 2, []uint32{3, 1}, 0.25, 0.25, 0, 0},
		{"one code of two in use", 2, 2, []uint32{2, 2, 0, 0}, 0.5, 0.5, 0, 0},
		{"perfect, permuted", 3, 3, []uint32{0, 5, 0, 0, 0, 6, 7, 0, 0}, 0, 0, 1, 1},
		{"independent", 2, 2, []uint32{1, 1, 1, 1}, 0.5, 0.5, 0, -0.5}, // documented minimum: [0,0,1,1] and [0,1,0,1]
		{"split class", 4, 2, []uint32{2, 0, 2, 0, 0, 3, 0, 1}, 0, 3. / 8, 2 * math.Ln2 / (math.Ln2 + entropyOf(2, 2, 3, 1)), 40. / 89},
		{"both codes want class 0", 2, 2, []uint32{5, 4, 6, 0}, 4. / 15, 5. / 15, nmiOf(5, 4, 6, 0), ariOf(5, 4, 6, 0)},
		{"fewer codes than classes", 2, 3, []uint32{4, 0, 1, 0, 3, 2}, 0.3, 0.3, nmi23, ari23},
		{"documented ARI", 3, 2, []uint32{2, 0, 0, 1, 0, 1}, 0, 0.25, 2 * math.Ln2 / (math.Ln2 + entropyOf(2, 1, 1)), 4. / 7}, // [0,0,1,2], [0,0,1,1]: 0.57
	}
	for _, test := range tests {
		c := Confusion{test.codes, test.classes, test.counts}
		for _, v := range []struct {
			name      string
			got, want float64
		}{
			{"majority", c.MajorityError(), test.majority}, {"one-to-one", c.HungarianError(), test.hungarian},
			{"NMI", c.NMI(), test.nmi}, {"ARI", c.ARI(), test.ari},
		} {
			if !(math.Abs(v.got-v.want) < 1e-12) {
				t.Errorf("%s: %s is %v, want %v", test.name, v.name, v.got, v.want)
			}
		}
	}
}

func entropyOf(counts ...float64) float64 {
	h, n := 0.0, sum(counts)
	for _, c := range counts {
		h -= c / n * math.Log(c/n)
	}
	return h
}

// nmiOf is I(X;Y) = H(X) + H(Y) - H(X,Y) of the table a b / c d.
func nmiOf(a, b, c, d float64) float64 {
	joint := 0.0
	for _, v := range []float64{a, b, c, d} {
		if v > 0 {
			n := a + b + c + d
			joint -= v / n * math.Log(v/n)
		}
	}
	x, y := entropyOf(a+b, c+d), entropyOf(a+c, b+d)
	return (x + y - joint) / ((x + y) / 2)
}

// ariOf counts the pairs of images of the table a b / c d one by one.
func ariOf(cells ...int) float64 {
	var codes, classes []int
	for cell, n := range cells {
		for range n {
			codes, classes = append(codes, cell/2), append(classes, cell%2)
		}
	}
	return ariByPairs(codes, classes)
}

// ariByPairs is scikit-learn's formula from the pair confusion matrix: 2(tp·tn - fn·fp) over
// (tp+fn)(fn+tn) + (tp+fp)(fp+tn).
func ariByPairs(codes, classes []int) float64 {
	var tp, tn, fp, fn float64
	for i := range codes {
		for j := range i {
			switch a, b := codes[i] == codes[j], classes[i] == classes[j]; {
			case a && b:
				tp++
			case a:
				fp++
			case b:
				fn++
			default:
				tn++
			}
		}
	}
	return 2 * (tp*tn - fn*fp) / ((tp+fn)*(fn+tn) + (tp+fp)*(fp+tn))
}

var (
	nmi23 = func() float64 {
		x, y, joint := entropyOf(5, 5), entropyOf(4, 3, 3), entropyOf(4, 1, 3, 2)
		return (x + y - joint) / ((x + y) / 2)
	}()
	ari23 = ariByPairs([]int{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, []int{0, 0, 0, 0, 2, 1, 1, 1, 2, 2})
)

func TestMajority(t *testing.T) {
	c := Confusion{4, 3, []uint32{0, 2, 2, 0, 0, 0, 1, 2, 3, 9, 0, 9}}
	if got := c.Majority(); !slices.Equal(got, []int{1, 0, 2, 0}) {
		t.Errorf("majority %v", got)
	}
	if c.Total() != 28 || len(c.Rows()) != 4 || c.Rows()[2][1] != 2 {
		t.Errorf("total %d, rows %v", c.Total(), c.Rows())
	}
}

func TestNMIAndARIAreSymmetric(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		c, d := NewConfusion(5, 3), NewConfusion(3, 5)
		for i := range c.Counts {
			n := random.Uint32N(50)
			c.Counts[i], d.Counts[i%3*5+i/3] = n, n
		}
		if math.Abs(c.NMI()-d.NMI()) > 1e-12 || math.Abs(c.ARI()-d.ARI()) > 1e-12 || c.HungarianError() != d.HungarianError() {
			t.Fatalf("%v: transposed, it differs", c)
		}
		if c.MajorityError() > c.HungarianError() {
			t.Fatalf("%v: one-to-one is better than majority", c)
		}
	}
}

func TestClassErrors(t *testing.T) {
	c := Confusion{Codes: 3, Classes: 3, Counts: []uint32{3, 0, 0, 1, 0, 4, 0, 0, 4}}
	if e := c.ClassErrors(); e[0] != 0.25 || !math.IsNaN(e[1]) || e[2] != 0.5 {
		t.Errorf("%v, want 0.25, NaN, 0.5", e)
	}
}
