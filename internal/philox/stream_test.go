package philox

import (
	"math"
	"slices"
	"testing"
)

const samples = 1 << 18

// The largest statistics that a test accepts. Seeds are fixed, so a pass stays a pass; by chance they
// would be exceeded less than once in 10,000 (ks), 100,000 (deviations).
const (
	ksLimit    = 2.2
	sigmaLimit = 4.5
)

func draw(f func(i uint32) float64) []float64 {
	x := make([]float64, samples)
	for i := range x {
		x[i] = f(uint32(i))
	}
	return x
}

func uniformCDF(x float64) float64 { return min(max(x, 0), 1) }
func normalCDF(x float64) float64  { return math.Erfc(-x/math.Sqrt2) / 2 }
func truncatedCDF(x float64) float64 {
	return uniformCDF((normalCDF(x) - normalCDF(-2)) / (normalCDF(2) - normalCDF(-2)))
}

// kolmogorov is the Kolmogorov-Smirnov statistic: sqrt(n) times the largest distance between
// the empirical distribution of x and cdf.
func kolmogorov(x []float64, cdf func(float64) float64) float64 {
	x = slices.Sorted(slices.Values(x))
	n, worst := float64(len(x)), 0.0
	for i, v := range x {
		p := cdf(v)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst * math.Sqrt(n)
}

// correlation of x and y, in standard deviations from none.
func correlation(x, y []float64) float64 {
	var sx, sy, sxx, syy, sxy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
		sxx, syy, sxy = sxx+x[i]*x[i], syy+y[i]*y[i], sxy+x[i]*y[i]
	}
	n := float64(len(x))
	return (sxy - sx*sy/n) / math.Sqrt((sxx-sx*sx/n)*(syy-sy*sy/n)) * math.Sqrt(n)
}

func moment(x []float64, power float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Pow(v, power)
	}
	return sum / float64(len(x))
}

var stream = Stream{Seed: 0x1234567890, ID: 7}

var distributions = []struct {
	name    string
	draw    func(s Stream, step, i uint32) float64
	cdf     func(float64) float64
	moments [4]float64 // E[x], E[x²], E[x³], E[x⁴]
}{
	{"uniform", func(s Stream, step, i uint32) float64 { return float64(s.Uniform(step, i)) }, uniformCDF, [4]float64{1. / 2, 1. / 3, 1. / 4, 1. / 5}},
	{"normal", func(s Stream, step, i uint32) float64 { return float64(s.Normal(step, i)) }, normalCDF, [4]float64{0, 1, 0, 3}},
	{"truncated", func(s Stream, step, i uint32) float64 { return float64(s.TruncatedNormal(step, i)) }, truncatedCDF, [4]float64{0, 0.7737413, 0, 1.4161891}},
}

func TestDistributions(t *testing.T) {
	for _, d := range distributions {
		x := draw(func(i uint32) float64 { return d.draw(stream, 3, i) })
		if k := kolmogorov(x, d.cdf); k > ksLimit {
			t.Errorf("%s: Kolmogorov-Smirnov %.2f", d.name, k)
		}
		for i, want := range d.moments {
			got, power := moment(x, float64(i+1)), float64(i+1)
			sigma := math.Sqrt((moment(x, 2*power) - got*got) / samples)
			if math.Abs(got-want) > sigmaLimit*sigma {
				t.Errorf("%s: E[x^%d] = %.5f, want %.5f ± %.5f", d.name, i+1, got, want, sigma)
			}
		}
	}
}

// The tests above must be able to fail.
func TestKnownBadGeneratorsFail(t *testing.T) {
	lcg := uint32(1)
	lowBits := draw(func(uint32) float64 { lcg = lcg*1103515245 + 12345; return float64(lcg&0x3f) / 64 })
	if k := kolmogorov(lowBits, uniformCDF); k < 1.5*ksLimit {
		t.Errorf("low bits of a linear congruential generator pass as uniform: %.2f", k)
	}
	sumOfFour := draw(func(i uint32) float64 {
		sum := -2.0
		for j := range uint32(4) {
			sum += float64(stream.Uniform(j, i))
		}
		return sum * math.Sqrt(3)
	})
	if k := kolmogorov(sumOfFour, normalCDF); k < 1.5*ksLimit {
		t.Errorf("the sum of four uniforms passes as normal: %.2f", k)
	}
	if k := kolmogorov(draw(func(i uint32) float64 { return float64(stream.Normal(0, i)) }), truncatedCDF); k < 1.5*ksLimit {
		t.Errorf("a normal passes as truncated: %.2f", k)
	}
	weyl := func(step, i uint32) float64 { return float64(i*weyl0+step) * 0x1p-32 }
	x, y := draw(func(i uint32) float64 { return weyl(0, i) }), draw(func(i uint32) float64 { return weyl(1, i) })
	if c := correlation(x, y); math.Abs(c) < 1.5*sigmaLimit {
		t.Errorf("a Weyl sequence's neighbouring steps pass as uncorrelated: %.2f", c)
	}
}

func TestNeighboursAreUncorrelated(t *testing.T) {
	other := func(seed uint64, id uint32) Stream { return Stream{Seed: seed, ID: id} }
	for _, d := range distributions {
		x := draw(func(i uint32) float64 { return d.draw(stream, 3, i) })
		for name, f := range map[string]func(i uint32) float64{
			"next element":         func(i uint32) float64 { return d.draw(stream, 3, i+1) },
			"element after next":   func(i uint32) float64 { return d.draw(stream, 3, i+2) },
			"next block":           func(i uint32) float64 { return d.draw(stream, 3, i+4) },
			"next step":            func(i uint32) float64 { return d.draw(stream, 4, i) },
			"next stream":          func(i uint32) float64 { return d.draw(other(stream.Seed, stream.ID+1), 3, i) },
			"next seed":            func(i uint32) float64 { return d.draw(other(stream.Seed+1, stream.ID), 3, i) },
			"seed's high half":     func(i uint32) float64 { return d.draw(other(stream.Seed+1<<32, stream.ID), 3, i) },
			"stream and step swap": func(i uint32) float64 { return d.draw(other(stream.Seed, 3), stream.ID, i) },
		} {
			y := draw(f)
			if c := correlation(x, y); math.Abs(c) > sigmaLimit {
				t.Errorf("%s: %s correlates: %.2f σ", d.name, name, c)
			}
			for i := range x { // the size of x must not tell the size of y either
				y[i] *= y[i]
			}
			squares := draw(func(i uint32) float64 { return x[i] * x[i] })
			if c := correlation(squares, y); math.Abs(c) > sigmaLimit {
				t.Errorf("%s: squares of %s correlate: %.2f σ", d.name, name, c)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	for i := range uint32(samples) {
		if u := stream.Uniform(0, i); u < 0 || u >= 1 {
			t.Fatalf("uniform %g", u)
		}
		if x := stream.Normal(0, i); math.IsNaN(float64(x)) || math.Abs(float64(x)) > 5.8 { // sqrt(-2 ln 2^-24) = 5.77
			t.Fatalf("normal %g", x)
		}
		if x := stream.TruncatedNormal(0, i); x < -2 || x > 2 {
			t.Fatalf("truncated normal %g", x)
		}
	}
}

// A truncated normal is the normal itself wherever that was within bounds.
func TestTruncatedNormalRedrawsOnlyOutside(t *testing.T) {
	redrawn := 0
	for i := range uint32(samples) {
		x, y := stream.Normal(5, i), stream.TruncatedNormal(5, i)
		if math.Abs(float64(x)) > 2 {
			redrawn++
		} else if x != y {
			t.Fatalf("element %d: normal %g became %g", i, x, y)
		}
	}
	if share := float64(redrawn) / samples; math.Abs(share-0.0455) > 0.001 {
		t.Errorf("%.4f redrawn, want 0.0455", share)
	}
}

func TestBelow(t *testing.T) {
	for _, n := range []uint32{1, 2, 3, 10, 1000} {
		counts := make([]float64, n)
		for i := range uint32(samples) {
			counts[stream.Below(9, i, n)]++
		}
		if z := chiSquare(counts, samples/float64(n)); z > sigmaLimit {
			t.Errorf("below %d: χ² is %.2f σ too large", n, z)
		}
	}
}

// chiSquare is Pearson's statistic against equal expected counts, in standard deviations from its mean
// (Wilson and Hilferty's cube root).
func chiSquare(counts []float64, expected float64) float64 {
	if len(counts) < 2 {
		return 0
	}
	sum, free := 0.0, float64(len(counts)-1)
	for _, c := range counts {
		sum += (c - expected) * (c - expected) / expected
	}
	return (math.Cbrt(sum/free) - (1 - 2/(9*free))) / math.Sqrt(2/(9*free))
}

// Many normals at once are those of each element, wherever they begin.
func TestNormals(t *testing.T) {
	s := Stream{Seed: 7, ID: 3}
	for first := range uint32(5) {
		for n := range 10 {
			got := make([]float32, n)
			s.Normals(2, first, got)
			for i, x := range got {
				if want := s.Normal(2, first+uint32(i)); x != want {
					t.Errorf("%d from %d: number %d is %v, want %v", n, first, i, x, want)
				}
			}
		}
	}
}
