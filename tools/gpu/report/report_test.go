package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/tools/gpu/facts"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Each folder of testdata holds what a kit stored, and the report of it: a whole one, and one of a lender who took the machine
// away, with parts that failed, were left out, killed or are damaged.
func TestReport(t *testing.T) {
	for _, name := range []string{"whole", "partial"} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join("testdata", name)
			s, err := read(folder)
			if err != nil {
				t.Fatal(err)
			}
			got, path := s.report(), filepath.Join(folder, "report.md")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the report differs from %s; -update rewrites it:\n%s", path, got)
			}
		})
	}
}

func TestNoResults(t *testing.T) {
	if _, err := read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "device.json") {
		t.Errorf("%v", err)
	}
}

func TestGoals(t *testing.T) {
	step := func(engine, model, precision string, ms ...float64) (list []facts.Step) {
		for i, m := range ms {
			list = append(list, facts.Step{Round: i + 1, Engine: engine, Model: model, Mode: "graph", Precision: precision, MedianMS: m})
		}
		return list
	}
	s := stored{}
	s.steps.Runs = append(s.steps.Runs, step("vkgan", "infogan", "fp32", 1, 2, 3)...)
	s.steps.Runs = append(s.steps.Runs, step("torch", "infogan", "fp32", 2.2)...)
	s.steps.Runs = append(s.steps.Runs, step("torch", "infogan", "tf32", 0.5)...)
	for _, test := range []struct {
		row      []string
		measured string
		reached  string
	}{
		{s.ratioGoal("", "infogan", "fp32", "fp32"), "1.10 (vkgan 2.000 ms, PyTorch 2.200 ms: graph fp32)", "yes, not yet 1.3"},
		{s.ratioGoal("", "infogan", "fp32", "tf32", "amp-fp16"), "0.25 (vkgan 2.000 ms, PyTorch 0.500 ms: graph tf32)", "**no**"},
		{s.ratioGoal("", "infogan", "fp16", "tf32"), unknown, "–"},
		{s.ratioGoal("", "infogan", "fp32", "amp-fp16"), "vkgan 2.000 ms, PyTorch not measured", "–"},
		{s.trainingGoal("", "infogan", "", 180), "not measured; 330 s by the step's time alone, recipe reference", "–"},
		{s.dispatchGoal(), unknown, "–"},
	} {
		if test.row[2] != test.measured || test.row[3] != test.reached {
			t.Errorf("%q, want %q, %q", test.row[2:], test.measured, test.reached)
		}
	}
}

func TestMedian(t *testing.T) {
	if a, b := median([]float64{3, 1, 2}), median([]float64{4, 1}); a != 2 || b != 2.5 {
		t.Error(a, b)
	}
}
