package philox

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
)

// The contract written down a second time, in numpy (tools/fixture/philox.py): integers agree exactly, and
// normals but for the last place, where the two languages' logarithms and cosines may differ.
func TestAgreesWithNumpy(t *testing.T) {
	var want struct {
		Seed            uint64
		Stream, Step    uint32
		Element         []uint32
		Word            []uint32
		Uniform, Normal []float32
		Below10         []uint32
		Redrawn         []uint32
		Truncated       []float32
		Permutations    map[string][]uint32
	}
	data, err := os.ReadFile("testdata/numpy.json")
	if err == nil {
		err = json.Unmarshal(data, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, step := Stream{Seed: want.Seed, ID: want.Stream}, want.Step
	near := func(a, b float32) bool { return a == b || a == math.Nextafter32(b, a) }
	for i, e := range want.Element {
		if s.Word(step, e) != want.Word[i] || s.Uniform(step, e) != want.Uniform[i] || s.Below(step, e, 10) != want.Below10[i] {
			t.Errorf("element %d: word %d, uniform %g, below %d; numpy has %d, %g, %d", e,
				s.Word(step, e), s.Uniform(step, e), s.Below(step, e, 10), want.Word[i], want.Uniform[i], want.Below10[i])
		}
		if got := s.Normal(step, e); !near(got, want.Normal[i]) {
			t.Errorf("element %d: normal %g; numpy has %g", e, got, want.Normal[i])
		}
	}
	for i, e := range want.Redrawn {
		if got := s.TruncatedNormal(step, e); !near(got, want.Truncated[i]) {
			t.Errorf("element %d: truncated normal %g; numpy has %g", e, got, want.Truncated[i])
		}
	}
	for size, tail := range want.Permutations { // the last positions of each permutation; step is the epoch
		n, _ := strconv.Atoi(size)
		for i, to := range tail {
			if from := n - len(tail) + i; s.Permute(step, uint32(from), uint32(n)) != to {
				t.Errorf("permutation of %d: position %d; numpy has %d", n, from, to)
			}
		}
	}
}
