package main

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/gan"
)

// aRun makes a run folder with a line of metrics, if there is one.
func aRun(t *testing.T, out, metrics string) string {
	t.Helper()
	run, err := gan.NewRun(out, "infogan-l10", gan.RunInfo{Model: "infogan"})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Finish("done"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run.Dir, "metrics.jsonl"), []byte(metrics), 0o666); err != nil {
		t.Fatal(err)
	}
	return run.Dir
}

func TestPlot(t *testing.T) {
	t.Chdir(t.TempDir())
	const line = `{"step":50,"epoch":0.5,"loss_d":1,"test_error":0.4}` + "\n"
	aRun(t, "runs", line)
	aRun(t, "runs", line)
	aRun(t, "runs", "")
	other := aRun(t, "elsewhere", line)
	for args, file := range map[string]string{
		"plot 1":                             "curves.png",
		"plot latest --dir elsewhere":        "curves.png",
		"plot 1 --against steps --out b.png": "b.png",
		"plot 2 00001-infogan-l10 --out new/all.PNG " + other: "new/all.PNG",
	} {
		os.Remove(file)
		code, out, stderr := vkgan(strings.Fields(args)...)
		if code != exitDone || stderr != "" || out != "wrote "+file+"\n" {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, out, stderr)
		}
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.DecodeConfig(f); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		f.Close()
	}
	const metrics = "vkgan: runs/00003-infogan-l10 has no metrics yet: a run has them from its first --log-every steps on\n"
	for args, says := range map[string]string{
		"plot 1 3":                       metrics,
		"plot latest":                    metrics,
		"plot 9":                         "vkgan: there is no run 9; `vkgan runs runs` lists those there are\n",
		"plot 1 --out new/all.PNG/a.png": "vkgan: cannot write new/all.PNG/a.png: not a directory: a part of the path is a file, not a folder\n",
	} {
		if code, out, stderr := vkgan(strings.Fields(args)...); code != exitFailed || out != "" || stderr != says {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", args, code, out, stderr)
		}
	}
}

// Runs of one name are told apart.
func TestNamesInAChart(t *testing.T) {
	out := t.TempDir()
	const line = `{"step":50,"epoch":0.5,"loss_d":1}` + "\n"
	a, b := aRun(t, filepath.Join(out, "a"), line), aRun(t, filepath.Join(out, "b"), line)
	c := aRun(t, filepath.Join(out, "b"), line)
	runs, err := chartRuns("", []string{a, b, c})
	if err != nil || len(runs) != 3 || runs[0].Name != a || runs[1].Name != b || runs[2].Name != "00002-infogan-l10" {
		t.Errorf("%+v %v", runs, err)
	}
}
