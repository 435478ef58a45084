package shaders_test

import (
	"math"
	"slices"
)

// samples is how many numbers the device's distributions are judged by.
const samples = 1 << 16

// By chance these would be exceeded less than once in 10,000 and 100,000; seeds are fixed, so a pass stays a pass.
const (
	kolmogorovLimit = 2.2
	sigmaLimit      = 4.5
)

// standardNormal judges x by its moments and by Kolmogorov and Smirnov's statistic, which notices a sum of three
// uniforms.
func (r *rig) standardNormal(x []float64) {
	r.Helper()
	if k := kolmogorov(x); k > kolmogorovLimit {
		r.Errorf("Kolmogorov-Smirnov %.2f", k)
	}
	for i, want := range []float64{0, 1, 0, 3} {
		power := float64(i + 1)
		got := moment(x, power)
		sigma := math.Sqrt((moment(x, 2*power) - got*got) / float64(len(x)))
		if math.Abs(got-want) > sigmaLimit*sigma {
			r.Errorf("E[x^%g] = %.5f, want %g ± %.5f", power, got, want, sigma)
		}
	}
	if k := kolmogorov(r.sumsOfThree(draw{step: 1, n: len(x)})); k < 1.2*kolmogorovLimit {
		r.Errorf("a sum of three uniforms passes as normal: %.2f", k)
	}
}

// kolmogorov is the statistic: √n times the largest distance of x's distribution from the standard normal.
func kolmogorov(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	n, worst := float64(len(x)), 0.0
	for i, v := range x {
		p := math.Erfc(-v/math.Sqrt2) / 2
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst * math.Sqrt(n)
}

func moment(x []float64, power float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Pow(v, power)
	}
	return sum / float64(len(x))
}
