package shaders_test

import (
	"math"
	"slices"
)

// What a kernel may be off by: the squared error over the squares of what is right, and the largest error over their
// root mean square.
const (
	squaredError = 1e-10
	largestError = 1e-4
)

// near compares a tensor with the oracle.
func (r *rig) near(what string, t *tensor, want []float64) {
	r.Helper()
	r.nearValues(what, r.result(t), want)
}

func (r *rig) nearValues(what string, got []float32, want []float64) {
	r.Helper()
	if len(got) != len(want) {
		r.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	squares, errors, largest, at := 0.0, 0.0, 0.0, 0
	for i, w := range want {
		e := math.Abs(float64(got[i]) - w)
		if math.IsNaN(e) {
			r.Errorf("%s: element %d is %g (bits %#x), want %g", what, i, got[i], math.Float32bits(got[i]), w)
			return
		}
		squares += w * w
		errors += e * e
		if e > largest {
			largest, at = e, i
		}
	}
	rms := math.Sqrt(squares / float64(len(want)))
	if errors > squaredError*squares || largest > largestError*rms {
		r.Errorf("%s: squared error %.2g, largest error %.2g of the rms %.3g: element %d of %d is %g, want %g",
			what, errors/squares, largest/rms, rms, at, len(want), got[at], want[at])
	}
}

// nearEach compares every element by itself: Vulkan lets exp(x) be off by 3 + 2|x| units in the last place.
func (r *rig) nearEach(what string, t *tensor, want []float64) {
	r.Helper()
	for i, v := range r.result(t) {
		if e := math.Abs(float64(v)/want[i] - 1); !(e <= 2e-5) {
			r.Errorf("%s: element %d is %g, want %g, off by %.2g of it", what, i, v, want[i], e)
			return
		}
	}
}

// same compares a tensor's words exactly.
func (r *rig) same(what string, t *tensor, want []uint32) {
	r.Helper()
	got := r.download(t.Range)
	if slices.Equal(got, want) {
		return
	}
	for i, w := range want {
		if got[i] != w {
			r.Errorf("%s: element %d of %d is %#x, want %#x", what, i, len(want), got[i], w)
			return
		}
	}
	r.Errorf("%s: %d elements, want %d", what, len(got), len(want))
}

// sameFloats compares a tensor's bits; what the kernel leaves alone is wanted as blank.
func (r *rig) sameFloats(what string, t *tensor, want []float32) {
	r.Helper()
	r.same(what, t, mapped(want, math.Float32bits))
}

// untouched checks that nothing was written to t.
func (r *rig) untouched(what string, t *tensor) {
	r.Helper()
	r.same(what, t, slices.Repeat([]uint32{canary}, int(t.Bytes()/4)))
}

// columns cuts columns from .. to out of x, whose rows are width wide.
func columns[E any](x []E, width, from, to int) []E {
	var y []E
	for row := range slices.Chunk(x, width) {
		y = append(y, row[from:to]...)
	}
	return y
}

// swapped is x [rows,width] with its axes swapped.
func swapped[E any](x []E, width int) []E {
	var y []E
	for j := range width {
		y = append(y, columns(x, width, j, j+1)...)
	}
	return y
}
