package main

import (
	"math"
	"testing"

	"vkgan/gan"
)

// Losses at steps that both runs have count, each to its column.
func TestApart(t *testing.T) {
	of := []gan.Curve{
		{Field: "loss_d", Step: []float64{1, 2, 3, 9}, Value: []float64{3, 4, 2, 7}},
		{Field: "loss_g", Step: []float64{2}, Value: []float64{0}},
		{Field: "test_error", Step: []float64{2}, Value: []float64{90}},
	}
	other := []gan.Curve{
		{Field: "loss_d", Step: []float64{1, 3, 4}, Value: []float64{6, 1, 50}},
		{Field: "loss_g", Step: []float64{2}, Value: []float64{4}},
		{Field: "test_error", Step: []float64{2}, Value: []float64{10}},
	}
	got := apart(of, other, []float64{2, 4})
	if want := []float64{5. / 3, 0.5}; len(got) != 2 || math.Abs(got[0]-want[0])+math.Abs(got[1]-want[1]) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
}
