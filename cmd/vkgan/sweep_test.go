package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"vkgan/gan"
)

// smallSweep is a sweep of SSGAN of 6 steps, two epochs, for each seed.
func smallSweep(data, out string, more ...string) []string {
	return append([]string{"sweep", "train", "ssgan", "--data", data, "--out", out, "--class-labels", "2", "--batch-size", "20", "--z-dim", "4",
		"--calibrate-on", "40", "--max-steps", "6"}, byReference(more)...)
}

const ssganSweep = "00001-sweep-ssgan-n2"

// readResults reads sweep.json, but for what the clock decides.
func readResults(t *testing.T, dir string) gan.SweepInfo {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "sweep.json"))
	if err != nil {
		t.Fatal(err)
	}
	var info gan.SweepInfo
	if err := json.Unmarshal(text, &info); err != nil {
		t.Fatal(err)
	}
	for i := range info.Results {
		info.Results[i].TimeS = 0
	}
	return info
}

func sameResults(t *testing.T, got, want gan.SweepInfo) {
	t.Helper()
	g, err1 := json.Marshal(got.Results)
	w, err2 := json.Marshal(want.Results)
	if err1 != nil || err2 != nil || !bytes.Equal(g, w) {
		t.Errorf("results %s, want %s", g, w)
	}
}

// interrupter sends this process a signal when text has been written so many times, and lets the writer wait until that is
// heard.
type interrupter struct {
	bytes.Buffer
	text   string
	times  int
	heard  *shared
	signal syscall.Signal
}

func (w *interrupter) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if w.times > 0 && strings.Count(w.String(), w.text) == w.times {
		w.times = 0
		syscall.Kill(os.Getpid(), w.signal)
		for range 1000 {
			w.heard.mu.Lock()
			heard := strings.Contains(w.heard.String(), "stopping")
			w.heard.mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			if heard {
				break
			}
		}
	}
	return n, err
}

// A sweep that is stopped in its second seed and gone on with is the sweep that was left alone, and both are the runs that
// training makes of these seeds.
func TestSweep(t *testing.T) {
	data, whole, cut := digits(t), t.TempDir(), t.TempDir()
	code, stdout, stderr := vkgan(smallSweep(data, whole, "--seeds", "3,1", "--json", "--quiet")...)
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	want := readResults(t, filepath.Join(whole, ssganSweep))
	if lines := fields(t, stdout); len(lines) != 3 || lines[0]["seed"] != 3.0 || lines[1]["seed"] != 1.0 || lines[2]["event"] != "summary" || lines[2]["done"] != 2.0 {
		t.Errorf("stdout:\n%s", stdout)
	}
	if want.State != "done" || len(want.Results) != 2 || want.Summary.TestError.SD == nil || strings.Count(stderr, "\n") != 7 || !strings.Contains(stderr, "mean ± sd") {
		t.Errorf("%+v, stderr:\n%s", want, stderr)
	}

	var errs shared
	out := &interrupter{text: "step 2 ", times: 2, heard: &errs, signal: syscall.SIGTERM}
	if code := run(smallSweep(data, cut, "--seeds", "3,1", "--eval-every", "2"), streams{out: out, err: &errs}); code != 143 {
		t.Fatalf("exit code %d, %s", code, errs.String())
	}
	dir := filepath.Join(cut, ssganSweep)
	stopped := readResults(t, dir)
	if stopped.State != "stopped" || len(stopped.Results) != 1 || !strings.Contains(out.String(), "go on with  vkgan sweep train ssgan --resume "+dir) {
		t.Errorf("state %s with %d results, stdout:\n%s", stopped.State, len(stopped.Results), out.String())
	}
	if second, err := gan.ReadRun(filepath.Join(dir, "00002-ssgan-n2-seed1")); err != nil || second.State != "stopped" {
		t.Errorf("the second run is %s, %v", second.State, err)
	}
	trained(t, smallSweep(data, cut, "--seeds", "3,1", "--resume", "latest", "--eval-every", "0")...)
	sameResults(t, readResults(t, dir), want)
	for _, name := range []string{"00001-ssgan-n2-seed3", "00002-ssgan-n2-seed1"} {
		sameTensors(t, name, latest(t, filepath.Join(dir, name)), latest(t, filepath.Join(whole, ssganSweep, name)))
	}

	alone := t.TempDir()
	trained(t, smallSweep(data, alone, "--seed", "1")[1:]...)
	sameTensors(t, "trained alone", latest(t, filepath.Join(alone, "00001-ssgan-n2")), latest(t, filepath.Join(dir, "00002-ssgan-n2-seed1")))

	// What has ended is not run again, also where it ended unseen; a further seed is.
	second := filepath.Join(dir, "00002-ssgan-n2-seed1", "run.json")
	before, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	unseen := readResults(t, dir)
	unseen.State, unseen.Results = "running", unseen.Results[:1]
	text, err := json.Marshal(unseen)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "sweep.json", text)
	code, stdout, stderr = vkgan("sweep", "train", "ssgan", "--out", cut, "--resume", "1", "--seeds", "1..3", "--quiet")
	if code != exitDone || strings.Count(stdout, "\n") != 8 {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	after, err := os.ReadFile(second)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("a seed that had ended was run again: %v %s", err, after)
	}
	got := readResults(t, dir)
	if !slices.Equal(got.Seeds, []uint64{3, 1, 2}) || len(got.Results) != 3 || got.Results[2].Seed != 2 {
		t.Errorf("seeds %d, results %+v", got.Seeds, got.Results)
	}
	got.Results = got.Results[:2]
	sameResults(t, got, want)
}

// On images that are held out, results are of these.
func TestSweepValidates(t *testing.T) {
	out := t.TempDir()
	code, stdout, stderr := vkgan(smallSweep(digits(t), out, "--seeds", "7", "--validate", "--max-steps", "1", "--quiet")...)
	info := readResults(t, filepath.Join(out, ssganSweep))
	if code != exitDone || info.Results[0].ValidationError == nil || info.Results[0].TestError != nil || info.Summary.ValidationError.SD != nil || !strings.Contains(stdout, "validation error") {
		t.Errorf("exit code %d, %+v\n%s%s", code, info.Results, stdout, stderr)
	}
	if code, _, stderr := vkgan("sweep", "train", "ssgan", "--out", out, "--resume", "1", "--validate=false"); code != exitUsage || !strings.Contains(stderr, "--validate is false, but the sweep") {
		t.Errorf("measured on other images: exit code %d, %s", code, stderr)
	}
}

// A seed that diverges is a failed result, the others are run all the same, and all that failed are named at the end.
func TestSweepOfDivergingRuns(t *testing.T) {
	out := t.TempDir()
	args := append([]string{"sweep"}, small(t, out, "--seeds", "1..2", "--max-steps", "30", "--rate", "3e7", "--quiet")...)
	code, stdout, stderr := vkgan(args...)
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "seed 1: training diverged") || !strings.Contains(stderr, "seed 2: training diverged") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
	if strings.Count(stdout, "failed: training diverged in step ") != 2 || strings.Contains(stdout, "mean") {
		t.Errorf("stdout:\n%s", stdout)
	}
	dir := filepath.Join(out, "00001-sweep-infogan-l3")
	info := readResults(t, dir)
	if info.State != "failed" || len(info.Results) != 2 || info.Results[0].State != "failed" || info.Results[0].TestError != nil || !slices.Equal(info.Summary.Failed, []uint64{1, 2}) {
		t.Errorf("%+v", info)
	}
	first, err := os.ReadFile(filepath.Join(dir, "00001-infogan-l3-seed1", "run.json"))
	if err != nil || !bytes.Contains(first, []byte(`"state": "failed"`)) {
		t.Errorf("%v, %s", err, first)
	}
	if code, _, stderr := vkgan("sweep", "train", "infogan", "--out", out, "--resume", "latest", "--quiet"); code != exitFailed || !strings.Contains(stderr, "seed 2: training diverged") {
		t.Errorf("gone on with: exit code %d, stderr %s", code, stderr)
	}
}

func TestSweepErrors(t *testing.T) {
	data, out := digits(t), t.TempDir()
	holder, err := gan.NewSweep(out, "sweep-ssgan-n2", gan.SweepInfo{
		Model: "ssgan", Seeds: []uint64{1, 2}, Recipe: gan.SSGANReference(), Options: optionsJSON{MaxSteps: 6, MaxTime: "0s", CheckpointEvery: "5m", LogEvery: 50, CalibrateOn: 40},
	})
	if err != nil {
		t.Fatal(err)
	}
	resume := []string{"sweep", "train", "ssgan", "--data", data, "--out", out, "--resume", "latest"}
	if code, _, stderr := vkgan(resume...); code != exitFailed || !strings.Contains(stderr, "in use by process") {
		t.Errorf("in use: exit code %d, %s", code, stderr)
	}
	if err := holder.Finish("stopped"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"another recipe", append(resume, "--rate", "1"), exitUsage, "--rate is 1, but the sweep was begun with 0.0003"},
		{"another bound", append(resume, "--max-steps", "7"), exitUsage, "--max-steps is 7, but the sweep was begun with 6"},
		{"a seed less", append(resume, "--seeds", "2..4"), exitUsage, "the sweep has seed 1 too"},
		{"another data set", resume, exitFailed, "another data set"},
		{"another model", []string{"sweep", "train", "infogan", "--out", out, "--resume", "1"}, exitUsage, "`vkgan sweep train ssgan` goes on with it"},
		{"no sweep", []string{"sweep", "train", "ssgan", "--out", out, "--resume", "2"}, exitFailed, `there is no sweep "2"`},
		{"both", append(resume, "--config", "run.json"), exitFailed, "run.json"},
	} {
		code, stdout, stderr := vkgan(c.args...)
		if line, _, _ := strings.Cut(stderr, "\n"); code != c.code || stdout != "" || !strings.Contains(line, c.want) {
			t.Errorf("%s: exit code %d, want %d and %q; stdout %s, stderr %s", c.name, code, c.code, c.want, stdout, stderr)
		}
	}
	if info := readResults(t, holder.Dir); info.State != "stopped" || len(info.Seeds) != 2 {
		t.Errorf("it has changed: %+v", info)
	}
}

// Seeds whose time is over before their first step are measured as they are.
func TestSweepWithoutTime(t *testing.T) {
	code, stdout, stderr := vkgan(smallSweep(digits(t), t.TempDir(), "--seeds", "1,2", "--max-time", "1ns")...)
	if code != exitDone || !strings.Contains(stdout, "median") || strings.Contains(stdout, "–") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}

func TestSweepDryRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "runs")
	code, stdout, stderr := vkgan(smallSweep(digits(t), out, "--seeds", "4..5", "--dry-run", "--json")...)
	if lines := fields(t, stdout); code != exitDone || len(lines) != 2 || lines[0]["seed"] != 4.0 || len(lines[1]["seeds"].([]any)) != 2 {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a dry run leaves a folder")
	}
}

// A sweep and the runs in it, as `vkgan runs` lists them.
func TestRunsListsSweeps(t *testing.T) {
	local := time.Local
	defer func() { time.Local = local }()
	time.Local = time.UTC
	mean, sd := 0.123456, 0.01
	started := time.Date(2026, 11, 23, 17, 4, 45, 0, time.UTC)
	var out strings.Builder
	err := printSweeps(&out, []gan.SweepRecord{
		{Dir: "runs/00001-sweep-ssgan-n10", Info: gan.SweepInfo{
			Model: "ssgan", State: "killed", Started: started, Seeds: []uint64{1, 2, 3}, Results: make([]gan.SeedResult, 2),
			Summary: gan.SweepSummary{Done: 2, Measured: gan.Measured[gan.Spread]{TestError: &gan.Spread{Mean: mean, SD: &sd, Median: mean}}},
		}},
		{Dir: "runs/00002-sweep-infogan-l10", Info: gan.SweepInfo{Model: "infogan", State: "running", Started: started, Seeds: []uint64{1}}},
		{Dir: "runs/00003-sweep-infogan-l10", Err: os.ErrPermission},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "sweeps.txt", out.String())
}

// Labelled images by each run's own seed, also after a resume.
func TestSweepOfDataSeeds(t *testing.T) {
	data, out := digits(t), t.TempDir()
	trained(t, smallSweep(data, out, "--seeds", "3", "--own-labels")...)
	trained(t, smallSweep(data, out, "--seeds", "3,5", "--resume", "latest")...)
	dir := filepath.Join(out, ssganSweep)
	for name, seed := range map[string]string{"00001-ssgan-n2-seed3": "3", "00002-ssgan-n2-seed5": "5"} {
		if recipe := recipeOf(t, filepath.Join(dir, name)); recipe["data_seed"] != json.Number(seed) {
			t.Errorf("%s has data seed %v", name, recipe["data_seed"])
		}
	}
	alone := t.TempDir()
	trained(t, smallSweep(data, alone, "--seed", "5", "--data-seed", "5")[1:]...)
	sameTensors(t, "trained alone", latest(t, filepath.Join(alone, "00001-ssgan-n2")), latest(t, filepath.Join(dir, "00002-ssgan-n2-seed5")))

	code, _, stderr := vkgan(smallSweep(data, out, "--seeds", "1", "--own-labels", "--data-seed", "4")...)
	if code != exitUsage || !strings.Contains(stderr, "give one of them") {
		t.Errorf("with a data seed too: exit code %d, %s", code, stderr)
	}
}
