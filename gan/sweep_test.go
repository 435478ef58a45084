package gan

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// By hand: 2, 4, 4, 5, 7, 9 (mean 31/6, squares of the differences 30 5/6, over 5) and others.
func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values           []float64
		mean, sd, median float64
	}{
		{[]float64{9, 4, 2, 5, 4, 7}, 31. / 6, math.Sqrt(37. / 6), 4.5},
		{[]float64{3, 1, 2}, 2, 1, 2},
		{[]float64{0.5, 0.5}, 0.5, 0, 0.5},
		{[]float64{1, 2}, 1.5, math.Sqrt(0.5), 1.5},
	} {
		s := newSpread(c.values)
		near := func(a, b float64) bool { return math.Abs(a-b) < 1e-15 }
		if !near(s.Mean, c.mean) || !near(*s.SD, c.sd) || !near(s.Median, c.median) {
			t.Errorf("%v: mean %g, deviation %g, median %g; want %g, %g, %g", c.values, s.Mean, *s.SD, s.Median, c.mean, c.sd, c.median)
		}
	}
	if s := newSpread([]float64{7}); s.Mean != 7 || s.SD != nil || s.Median != 7 {
		t.Errorf("one value: %+v", s)
	}
	if s := newSpread(nil); s != nil {
		t.Errorf("no value: %+v", s)
	}
}

// A failed run counts among none of the measures; what no run has measured is absent.
func TestSummarise(t *testing.T) {
	e := func(v float64) *float64 { return &v }
	s := summarise([]SeedResult{
		{Seed: 1, State: "done", Measured: Measured[float64]{ValidationError: e(0.25)}},
		{Seed: 4, State: "failed", Error: "training diverged"},
		{Seed: 2, State: "done", Measured: Measured[float64]{ValidationError: e(0.75)}},
	})
	want := SweepSummary{Done: 2, Failed: []uint64{4}, Measured: Measured[Spread]{ValidationError: &Spread{0.5, e(math.Sqrt(0.125)), 0.5}}}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v, want %+v", s, want)
	}
}

// seedRun is a run in a sweep that has ended in a state, with a test error.
func seedRun(t *testing.T, s *Sweep, seed uint64, state string, failed float64) {
	t.Helper()
	run, err := NewRun(s.Dir, "ssgan", RunInfo{Model: "ssgan", Seeds: RunSeeds{Seed: seed}})
	if err == nil {
		err = errors.Join(run.Metrics(Metrics{Step: 8, Epoch: 2, TestError: &failed}), run.Finish(state))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestSweepFolder(t *testing.T) {
	out := t.TempDir()
	s, err := NewSweep(out, "sweep-ssgan", SweepInfo{Model: "ssgan", Seeds: []uint64{5, 6, 7}})
	if err != nil {
		t.Fatal(err)
	}
	seedRun(t, s, 5, "done", 0.5)
	seedRun(t, s, 6, "failed", 0.9)
	seedRun(t, s, 7, "stopped", 0.9)
	if r, ok, err := s.Result(5); err != nil || !ok || r.State != "done" || *r.TestError != 0.5 || r.Run != "00001-ssgan" || r.Step != 8 {
		t.Errorf("seed 5: %+v, %v, %v", r, ok, err)
	}
	for _, seed := range []uint64{6, 7, 8} {
		if r, ok, err := s.Result(seed); ok || err != nil {
			t.Errorf("seed %d has not ended: %+v, %v", seed, r, err)
		}
	}
	if r, err := s.Record(6, errors.New("it diverged")); err != nil || r.State != "failed" || r.TestError != nil || r.Error != "it diverged" {
		t.Errorf("seed 6: %+v, %v", r, err)
	}
	table, err := os.ReadFile(s.Table())
	want := "seed\tstate\tstep\tepoch\ttime_s\ttest_error\ttest_error_hungarian\tvalidation_error\tvalidation_error_hungarian\tnmi\tmutual_information\trun\terror\n" +
		"5\tdone\t8\t2\t0\t0.5\t\t\t\t\t\t00001-ssgan\t\n6\tfailed\t8\t2\t0\t\t\t\t\t\t\t00002-ssgan\tit diverged\n"
	if err != nil || string(table) != want {
		t.Errorf("%v, the table is\n%s", err, table)
	}

	if _, err := OpenSweep(s.Dir); err == nil || !strings.Contains(err.Error(), "in use by process") {
		t.Errorf("opened twice: %v", err)
	}
	state := func() string {
		all, err := Sweeps(out)
		if err != nil || len(all) != 1 || all[0].Err != nil || all[0].Info.Summary.Done != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].Info.State
	}
	if state() != "running" {
		t.Errorf("at work, the state is %s", state())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if state() != "killed" {
		t.Errorf("left behind, the state is %s", state())
	}
	again, err := OpenSweep(s.Dir)
	if err == nil {
		err = errors.Join(again.Resume([]uint64{5, 6, 7, 1}), again.Finish("stopped"))
	}
	if err != nil || state() != "stopped" || len(again.Info.Results) != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestFindSweep(t *testing.T) {
	out := t.TempDir()
	var dirs []string
	for range 2 {
		s, err := NewSweep(out, "sweep-ssgan", SweepInfo{Model: "ssgan", Seeds: []uint64{1}})
		if err == nil {
			err = s.Finish("done")
		}
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, s.Dir)
	}
	run := newRun(t, out, "infogan") // number 3 is no sweep
	if err := run.Finish("done"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"latest": dirs[1], "1": dirs[0], filepath.Base(dirs[0]): dirs[0], dirs[0]: dirs[0], dirs[1] + "/": dirs[1], "3": "", run.Dir: "", "": "",
	} {
		dir, err := FindSweep(out, name)
		if dir != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", name, dir, err, want)
		}
	}
	if _, err := FindSweep(filepath.Join(out, "none"), "latest"); err == nil || !strings.Contains(err.Error(), "there is no sweep") {
		t.Error(err)
	}
}
