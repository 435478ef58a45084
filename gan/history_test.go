package gan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// place writes a run folder's files: run.json and metrics.jsonl, if they are not "-".
func place(t *testing.T, dir, run, metrics string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{runFile: run, metricsFile: metrics} {
		if text == "-" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func runText(state string, day int) string {
	return fmt.Sprintf(`{"model":"infogan","state":%q,"started":"2026-11-%02dT12:00:00Z","options":{"epochs":300,"max_steps":2200},`+
		`"recipe":{"batch_size":100},"data":{"train":55000}}`, state, day)
}

func TestHistory(t *testing.T) {
	out := t.TempDir()
	const line = `{"step":550,"epoch":1,"test_error":0.4}` + "\n"
	place(t, filepath.Join(out, "00010-infogan-l10"), runText("running", 3), line)
	place(t, filepath.Join(out, "100000-infogan-l10"), runText("failed", 3), line)
	place(t, filepath.Join(out, "00002-infogan-l20"), runText("done", 2), line)
	place(t, filepath.Join(out, "00001-infogan-l10"), runText("running", 1), "-")
	place(t, filepath.Join(out, "best"), runText("stopped", 1), line)
	place(t, filepath.Join(out, "00003-torn"), runText("done", 1)[:50], line)
	place(t, filepath.Join(out, "00004-empty"), "{}", line)
	place(t, filepath.Join(out, "00005-lost"), "-", line)
	place(t, filepath.Join(out, "00006-odd"), runText("done", 1), "-")
	for _, dir := range []string{"00006-odd/metrics.jsonl", "00042-no-run", "notes"} {
		if err := os.Mkdir(filepath.Join(out, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	place(t, filepath.Join(out, ".00011"), runText("running", 1), "-") // a run that is about to begin
	place(t, out, "-", "-")
	lock, err := lockRun(filepath.Join(out, "00010-infogan-l10"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.release()

	runs, err := History(out)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		name   string
		number int
		state  string
		step   int
		damage string
	}{
		{"best", 0, "stopped", 550, ""},
		{"00001-infogan-l10", 1, "killed", 0, ""},
		{"00002-infogan-l20", 2, "done", 550, ""},
		{"00003-torn", 3, "", 0, "00003-torn/run.json: unexpected end of JSON input"},
		{"00004-empty", 4, "", 0, "00004-empty/run.json tells no model or no state"},
		{"00005-lost", 5, "", 0, "00005-lost/run.json: no such file or directory"},
		{"00006-odd", 6, "done", 0, "00006-odd/metrics.jsonl: is a directory"},
		{"00010-infogan-l10", 10, "running", 550, ""},
		{"100000-infogan-l10", 100000, "failed", 550, ""},
	}
	if len(runs) != len(want) {
		t.Fatalf("%d runs, want %d: %+v", len(runs), len(want), runs)
	}
	for i, w := range want {
		r := runs[i]
		if r.Dir != filepath.Join(out, w.name) || r.Number != w.number || r.State != w.state || r.Last.Step != w.step {
			t.Errorf("%+v, want %+v", r, w)
		}
		if (r.Err == nil) != (w.damage == "") || r.Err != nil && !strings.HasSuffix(r.Err.Error(), w.damage) {
			t.Errorf("%s: %v, want %s", w.name, r.Err, w.damage)
		}
	}
	if r := runs[2]; r.Info.Model != "infogan" || *r.Last.TestError != 0.4 || r.Info.Steps() != 2200 || r.Info.Started.Day() != 2 {
		t.Errorf("%+v", r)
	}
	if _, err := History(filepath.Join(out, "missing")); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "cannot read "+out) {
		t.Error(err)
	}
}

// What NewRun writes, ReadRun reads.
func TestReadRun(t *testing.T) {
	wrote := newRun(t, t.TempDir(), "x")
	if err := wrote.Finish("done"); err != nil {
		t.Fatal(err)
	}
	read, err := ReadRun(wrote.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if read.ID != wrote.Info.ID || read.State != "done" || read.Seeds != wrote.Info.Seeds || !read.Started.Equal(wrote.Info.Started) ||
		!read.Ended.Equal(*wrote.Info.Ended) || read.Kernels != wrote.Info.Kernels {
		t.Errorf("%+v, want %+v", read, wrote.Info)
	}
	var recipe InfoGANRecipe
	if !convert(read.Recipe, &recipe) || recipe != InfoGANReference() {
		t.Errorf("recipe %+v", read.Recipe)
	}
}

func TestRunSteps(t *testing.T) {
	type object = map[string]any
	for _, test := range []struct {
		options, recipe any
		want            int
	}{
		{object{"epochs": 300.0, "max_steps": 0.0}, object{"batch_size": 100.0}, 300 * 550},
		{object{"epochs": 300.0, "max_steps": 700.0}, object{"batch_size": 100.0}, 700},
		{object{"epochs": 1.0, "max_steps": 700.0}, object{"batch_size": 100.0}, 550},
		{object{"epochs": 0.0, "max_steps": 700.0}, InfoGANReference(), 700},
		{object{"max_time_s": 60.0}, object{"batch_size": 100.0}, 0},
		{object{"epochs": 2.0}, object{"batch_size": 0.0}, 0},
		{object{"epochs": "two"}, object{"batch_size": 100.0}, 0},
		{"nothing", object{"batch_size": 100.0}, 0},
		{object{"epochs": 2.0}, nil, 0},
	} {
		info := RunInfo{Options: test.options, Recipe: test.recipe, Data: RunData{Train: 55000}}
		if got := info.Steps(); got != test.want {
			t.Errorf("%v %v: %d steps, want %d", test.options, test.recipe, got, test.want)
		}
	}
}

func TestLastMetrics(t *testing.T) {
	const tested = `{"step":550,"loss_d":2,"test_error":0.5,"nmi":0.25}` + "\n"
	const line = `{"step":600,"time_s":7,"loss_d":1}` + "\n"
	of := func(v float64) *float64 { return &v }
	last := Metrics{Step: 600, TimeS: 7, LossD: of(1), TestError: of(0.5), NMI: of(0.25)}
	for name, test := range map[string]struct {
		text string
		want Metrics
	}{
		"missing":             {"-", Metrics{}},
		"empty":               {"", Metrics{}},
		"two lines":           {tested + line, last},
		"no newline":          {tested + strings.TrimSuffix(line, "\n"), last},
		"half a line":         {tested + line + `{"step":650,"loss_d":`, last},
		"only half a line":    {`{"step":50,`, Metrics{}},
		"lines that are none": {tested + "\x00\x00\x00\n\n7\nNaN\n[]\n" + line + "{\"step\":650,\"loss_d\":NaN}\n", last},
		"far from the end":    {tested + strings.Repeat(line, 3000), last},
		"validation": {strings.Replace(tested, "test", "validation", 1) + strings.Repeat(line, 3000),
			Metrics{Step: 600, TimeS: 7, LossD: of(1), ValidationError: of(0.5), NMI: of(0.25)}},
		"not further than the last validation error": {`{"step":1,"acc_real":0.5}` + "\n" + strings.Repeat(line, 3000) + strings.Replace(tested, "test", "validation", 1) + line,
			Metrics{Step: 600, TimeS: 7, LossD: of(1), ValidationError: of(0.5), NMI: of(0.25)}},
		"not further than the last test error": {`{"step":1,"acc_real":0.5}` + "\n" + strings.Repeat(line, 3000) + tested + line, last},
	} {
		dir := place(t, filepath.Join(t.TempDir(), "00001-x"), "-", test.text)
		got, err := lastMetrics(dir)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v %v, want %+v", name, got, err, test.want)
		}
	}
	for pad := range 2 * len(line) { // wherever in a line the part that is read first begins
		dir := place(t, filepath.Join(t.TempDir(), "00001-x"), "-", tested+strings.Repeat(" ", pad)+strings.Repeat(line, 2*metricsTail/len(line)))
		if got, err := lastMetrics(dir); err != nil || !reflect.DeepEqual(got, last) {
			t.Errorf("padding of %d: %+v %v", pad, got, err)
		}
	}
}

func TestFindRun(t *testing.T) {
	out, elsewhere := t.TempDir(), t.TempDir()
	second := place(t, filepath.Join(out, "00002-infogan-l20"), runText("done", 4), "-")
	first := place(t, filepath.Join(out, "00001-infogan-l10"), runText("stopped", 1), "-")
	third := place(t, filepath.Join(out, "00003-infogan-l10"), runText("done", 3), "-")
	place(t, filepath.Join(out, "00005-a"), runText("done", 1), "-")
	place(t, filepath.Join(out, "00005-b"), runText("done", 1), "-")
	other := place(t, filepath.Join(elsewhere, "7"), runText("done", 9), "-")
	if err := os.Mkdir(filepath.Join(out, "00042-no-run"), 0o777); err != nil {
		t.Fatal(err)
	}
	if got, err := FindRun(out, "latest"); err != nil || got != second {
		t.Errorf("the latest is %s, want %s: %v", got, second, err)
	}
	torn := place(t, filepath.Join(out, "00004-torn"), "{", "-")
	for name, want := range map[string]string{
		"1": first, "00003": third, "00003-infogan-l10": third, first + "/": first, other: other,
		"4": torn, // whoever reads it learns what is wrong
	} {
		if got, err := FindRun(out, name); err != nil || got != want {
			t.Errorf("%q is %s, want %s: %v", name, got, want, err)
		}
	}
	lists := fmt.Sprintf("`vkgan runs %s` lists those there are", out)
	nothing := filepath.Join(elsewhere, "missing")
	trains := fmt.Sprintf("there are none in %s: give a run's folder, or train one by `vkgan train`", nothing)
	for _, test := range []struct{ out, name, says string }{
		{out, "6", "there is no run 6; " + lists},
		{out, "0", "there is no run 0; " + lists},
		{out, "42", "there is no run 42; " + lists},
		{out, "-1", "there is no run -1; " + lists},
		{out, "5", fmt.Sprintf("run 5 may be %s/00005-a or %s/00005-b: give the folder", out, out)},
		{out, "", `there is no run ""; ` + lists},
		{out, "nonsense", `there is no run "nonsense"; ` + lists},
		{out, elsewhere, elsewhere + " is no run folder: it has no run.json; " + lists},
		{nothing, "latest", "there is no latest run; " + trains},
		{nothing, "3", "there is no run 3; " + trains},
		{nothing, "x", `there is no run "x"; ` + trains},
	} {
		if got, err := FindRun(test.out, test.name); err == nil || err.Error() != test.says {
			t.Errorf("%q: %q %v, want %s", test.name, got, err, test.says)
		}
	}
}

func TestRunStateWhileItRuns(t *testing.T) {
	dir := place(t, filepath.Join(t.TempDir(), "00001-x"), runText("running", 1), "-")
	other, _ := lockElsewhere(t, dir)
	if got := readRecord(dir); got.State != "running" || got.Info.Started != time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) {
		t.Errorf("%+v", got)
	}
	other.Process.Kill()
	other.Wait()
	if got := readRecord(dir); got.State != "killed" {
		t.Errorf("%+v", got)
	}
}
