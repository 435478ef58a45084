package main

import (
	"math"
	"strings"
	"testing"

	"vkgan/gan"
)

// A variant is compared with best by the seeds that both have.
func TestCompare(t *testing.T) {
	best := result{Name: "best", Errors: map[uint64]float64{1: 0.02, 2: 0.04, 3: 0.03}}
	other := result{Name: "other", Errors: map[uint64]float64{1: 0.03, 2: 0.08, 9: 1}}
	best.compare(best)
	other.compare(best)
	if best.Difference != nil || other.Difference == nil || math.Abs(*other.Difference-0.025) > 1e-12 || math.Abs(*other.StdError-0.015) > 1e-12 {
		t.Errorf("%+v, %+v", best, other)
	}
	none := result{Name: "none", Errors: map[uint64]float64{7: 1}}
	if none.compare(best); none.Difference != nil {
		t.Errorf("compared by no seed: %v", *none.Difference)
	}
}

func TestTable(t *testing.T) {
	e, mean := 0.0123, 0.0123
	info := gan.SweepInfo{Results: []gan.SeedResult{{Seed: 1, Measured: gan.Measured[float64]{ValidationError: &e}}}}
	info.Summary.ValidationError, info.Summary.Failed = &gan.Spread{Mean: mean, Median: mean}, []uint64{2}
	info.Summary.MutualInformation = &gan.Spread{Mean: 2.21}
	r := newResult(variant{"other", []string{"--rate", "3e-4"}}, info)
	lines := strings.Split(study{model: "ssgan", firstSeed: 1, seeds: 3, epochs: 10}.table([]result{r}), "\n")
	if want := "| other | `--rate 3e-4` | 1.23 | 1.23 | – | 2.210 | 1.23 | diverged | – |"; lines[4] != want {
		t.Errorf("%q, want %q", lines[4], want)
	}
	if strings.Count(lines[2], "|") != strings.Count(lines[3], "|") || strings.Count(lines[3], "|") != strings.Count(lines[4], "|") {
		t.Errorf("columns differ:\n%s", strings.Join(lines, "\n"))
	}
}

// Every variant differs from the others, and best comes first.
func TestVariants(t *testing.T) {
	for model, all := range variants {
		seen := map[string]bool{}
		for i, v := range all {
			if flags := strings.Join(v.flags, " "); seen[v.name] || seen[flags] || (i == 0) != (flags == "") {
				t.Errorf("%s: %s %q", model, v.name, flags)
			} else {
				seen[v.name], seen[flags] = true, true
			}
		}
	}
}
