package gan

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"
)

func newRun(t *testing.T, out, name string) *Run {
	t.Helper()
	r, err := NewRun(out, name, RunInfo{Model: "infogan", Recipe: InfoGANReference(), Seeds: RunSeeds{Seed: 7}, Kernels: KernelHash()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunFolder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a", "runs")
	r := newRun(t, out, "infogan-l10")
	if want := filepath.Join(out, "00001-infogan-l10"); r.Dir != want {
		t.Fatalf("folder %s, want %s", r.Dir, want)
	}
	loss, failed := 1.25, 0.402
	lines := []Metrics{{Step: 50, Epoch: 0.1, TimeS: 2, ImagesPerS: 900, LossD: &loss}, {Step: 100, TestError: &failed}}
	for i, m := range lines {
		if err := r.Metrics(m); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(r.Dir, "metrics.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		written := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if len(written) != i+1 {
			t.Fatalf("after line %d the file is %q", i+1, text)
		}
		var fields map[string]float64
		if err := json.Unmarshal([]byte(written[i]), &fields); err != nil {
			t.Fatal(err)
		}
		if _, measured := fields["test_error"]; measured != (m.TestError != nil) || int(fields["step"]) != m.Step {
			t.Errorf("line %s for %+v", written[i], m)
		}
	}
	var info struct {
		ID      string
		State   string
		Ended   *string
		Recipe  InfoGANRecipe
		Seeds   RunSeeds
		Kernels string `json:"kernel_hash"`
	}
	readJSON(t, filepath.Join(r.Dir, "run.json"), &info)
	if _, err := uuid.Parse(info.ID); err != nil || info.State != "running" || info.Ended != nil ||
		info.Recipe != InfoGANReference() || info.Seeds.Seed != 7 || len(info.Kernels) != 64 {
		t.Errorf("run.json: %+v %v", info, err)
	}
	if err := r.Finish("done"); err != nil {
		t.Fatal(err)
	}
	readJSON(t, filepath.Join(r.Dir, "run.json"), &info)
	if info.State != "done" || info.Ended == nil {
		t.Errorf("run.json at the end: %+v", info)
	}
	if got := r.SamplePath(550, false); got != filepath.Join(r.Dir, "samples", "000550.png") {
		t.Error(got)
	}
	if got := r.SamplePath(550, true); got != filepath.Join(r.Dir, "samples", "final.png") {
		t.Error(got)
	}
}

func TestRunNumbersGrow(t *testing.T) {
	out := t.TempDir()
	for _, other := range []string{"00041-ssgan-c10", "notes", "7", "x-3", ".00042"} { // the last: of a run that was killed
		if err := os.Mkdir(filepath.Join(out, other), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if got := filepath.Base(newRun(t, out, "infogan-l10").Dir); got != "00043-infogan-l10" {
		t.Error(got)
	}
	if got := filepath.Base(newRun(t, out, "infogan-l20").Dir); got != "00044-infogan-l20" {
		t.Error(got)
	}
}

func TestRunsAtOnceGetDifferentNumbers(t *testing.T) {
	out := t.TempDir()
	var wait sync.WaitGroup
	numbers := make([]string, 24)
	for i := range numbers {
		wait.Go(func() {
			r, err := NewRun(out, []string{"a", "b", "c"}[i%3], RunInfo{})
			if err != nil {
				t.Error(err)
				return
			}
			numbers[i] = filepath.Base(r.Dir)[:5]
		})
	}
	wait.Wait()
	slices.Sort(numbers)
	if unique := slices.Compact(slices.Clone(numbers)); len(unique) != len(numbers) {
		t.Errorf("numbers %v", numbers)
	}
	if left, _ := filepath.Glob(filepath.Join(out, ".*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	r := newRun(t, t.TempDir(), "x")
	nan := math.NaN()
	err := r.Metrics(Metrics{Step: 12, LossG: &nan})
	if err == nil || !strings.Contains(err.Error(), "step 12") || !strings.Contains(err.Error(), "diverged") {
		t.Error(err)
	}
}

func TestRunErrorsNameCauseAndRemedy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := NewRun(filepath.Join(file, "runs"), "x", RunInfo{})
	if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "is a file, not a folder") {
		t.Error(err)
	}
	full := newRun(t, t.TempDir(), "x")
	full.metrics.Close()
	if full.metrics, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	}
	if err := full.Metrics(Metrics{}); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Error(err)
	}
}
