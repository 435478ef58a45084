package philox

import (
	"fmt"
	"testing"
)

func permutation(s Stream, epoch, n uint32) []uint32 {
	p := make([]uint32, n)
	for i := range p {
		p[i] = s.Permute(epoch, uint32(i), n)
	}
	return p
}

func TestPermuteIsABijection(t *testing.T) {
	for _, n := range []uint32{1, 2, 3, 4, 5, 10, 16, 17, 63, 100, 1000, 1 << 12, 55000, 60000, 1 << 16, 1<<16 + 1} {
		for epoch := range uint32(3) {
			seen := make([]bool, n)
			for i, to := range permutation(stream, epoch, n) {
				if to >= n || seen[to] {
					t.Fatalf("n %d, epoch %d: %d goes to %d, out of range or taken", n, epoch, i, to)
				}
				seen[to] = true
			}
		}
	}
	if last := stream.Permute(0, 1<<32-1, 1<<32-1); last == 1<<32-1 {
		t.Error("the largest n leaves its range")
	}
}

// Two unrelated permutations agree at one position on average, whatever n.
func TestPermuteDiffers(t *testing.T) {
	base := permutation(stream, 0, 55000)
	for name, other := range map[string][]uint32{
		"identity": permutationIdentity(55000),
		"epoch":    permutation(stream, 1, 55000),
		"seed":     permutation(Stream{Seed: stream.Seed + 1, ID: stream.ID}, 0, 55000),
		"stream":   permutation(Stream{Seed: stream.Seed, ID: stream.ID + 1}, 0, 55000),
	} {
		same := 0
		for i := range base {
			if base[i] == other[i] {
				same++
			}
		}
		if same > 8 { // Poisson of mean 1: once in a million
			t.Errorf("another %s: %d of %d positions agree", name, same, len(base))
		}
	}
}

func permutationIdentity(n uint32) []uint32 {
	p := make([]uint32, n)
	for i := range p {
		p[i] = uint32(i)
	}
	return p
}

// Over epochs every order of three, and every place of each of ten, is equally likely.
func TestPermuteIsFair(t *testing.T) {
	const epochs = 20000
	orders := map[string]float64{}
	places := make([]float64, 100)
	for epoch := range uint32(epochs) {
		orders[fmt.Sprint(permutation(stream, epoch, 3))]++
		for i, to := range permutation(stream, epoch, 10) {
			places[i*10+int(to)]++
		}
	}
	counts := make([]float64, 0, 6)
	for _, c := range orders {
		counts = append(counts, c)
	}
	if z := chiSquare(counts, epochs/6.); len(counts) != 6 || z > sigmaLimit {
		t.Errorf("orders of three: %v: %.2f σ", orders, z)
	}
	if z := chiSquare(places, epochs/10.); z > sigmaLimit {
		t.Errorf("places of ten: %.0f: %.2f σ", places, z)
	}
}

// Within one epoch, neighbours in file order do not stay neighbours.
func TestPermuteScatters(t *testing.T) {
	const n = 55000
	p := permutation(stream, 0, n)
	x, y, here := make([]float64, n-1), make([]float64, n-1), make([]float64, n-1)
	for i := range n - 1 {
		x[i], y[i], here[i] = float64(p[i]), float64(p[i+1]), float64(i)
	}
	if c := correlation(x, y); c > sigmaLimit || c < -sigmaLimit {
		t.Errorf("neighbours correlate: %.2f σ", c)
	}
	if c := correlation(x, here); c > sigmaLimit || c < -sigmaLimit {
		t.Errorf("places correlate with file order: %.2f σ", c)
	}
}
