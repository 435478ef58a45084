package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/gan"
)

// The counts of a generator's images are those of the same images, written and classified, and by code as by class.
func TestCoverage(t *testing.T) {
	const images = 210 // more than a batch
	out := twoModels(t)
	covered := func(run string, more ...string) (c gan.Coverage) {
		t.Helper()
		code, stdout, stderr := vkgan(slices.Concat([]string{"coverage", run, "--dir", out, "--count", "210", "--json"}, more)...)
		if err := json.Unmarshal([]byte(stdout), &c); code != exitDone || stderr != "" || err != nil {
			t.Fatalf("exit code %d, %s%s", code, stdout, stderr)
		}
		sum, bits := 0, 0.0
		for _, n := range c.Classes {
			sum += n
			if n > 0 {
				bits -= float64(n) / images * math.Log2(float64(n)/images)
			}
		}
		if sum != images || c.Images != images || len(c.Classes) != 3 || math.Abs(bits-c.Entropy) > 1e-9 || !(c.Confidence >= 1.0/3 && c.Confidence <= 1) {
			t.Errorf("run %s: %+v", run, c)
		}
		return c
	}
	own := covered("2")
	if own.Codes != nil {
		t.Errorf("codes of a model without: %v", own.Codes)
	}
	if again := covered(filepath.Join(out, "00002-ssgan-n2"), "--by", "2"); !slices.Equal(again.Classes, own.Classes) || again.Confidence != own.Confidence {
		t.Errorf("%+v, and by itself %+v", again, own)
	}
	coded := covered("1", "--by", "2", "--ema", "--seed", "5")
	for code, of := range coded.Codes {
		if sum := of[0] + of[1] + of[2]; sum != images/3 {
			t.Errorf("code %d has %d images", code, sum)
		}
		for class, n := range of {
			coded.Classes[class] -= n
		}
	}
	if len(coded.Codes) != 3 || !slices.Equal(coded.Classes, make([]int, 3)) {
		t.Errorf("the codes do not add up: %+v", coded)
	}

	code, stdout, stderr := vkgan("coverage", "1", "--by", "2", "--dir", out, "--count", "30")
	if code != exitDone || stderr != "" || strings.Count(stdout, "\n") != 5 || !strings.Contains(stdout, "of 1.585 bits, mean confidence ") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	for says, args := range map[string][]string{
		"which knows no digits: name an SSGAN with --by": {"1"},
		"--count is 0: want 1 to 100000":                 {"2", "--count", "0"},
	} {
		code, _, stderr := vkgan(slices.Concat([]string{"coverage", "--dir", out}, args)...)
		if code != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
}
