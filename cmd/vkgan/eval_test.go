package main

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vkgan/gan"
)

func smallSSGAN(t *testing.T, out string, more ...string) []string {
	return append([]string{"train", "ssgan", "--recipe", "reference", "--data", digits(t), "--out", out, "--class-labels", "2", "--batch-size", "20", "--z-dim", "4", "--calibrate-on", "40"}, more...)
}

const ssgan = "00001-ssgan-n2"

// evaluated is what `vkgan eval --json` prints.
func evaluated(t *testing.T, args ...string) map[string]any {
	t.Helper()
	code, stdout, stderr := vkgan(append([]string{"eval", "--json"}, args...)...)
	if code != exitDone || stderr != "" || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("%q: exit code %d, stderr %s, stdout %s", args, code, stderr, stdout)
	}
	return fields(t, stdout)[0]
}

// lastLine is the last line of a run's metrics.jsonl.
func lastLine(t *testing.T, dir string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := fields(t, string(text))
	return lines[len(lines)-1]
}

// folderState tells everything of a folder that a change would change.
func folderState(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		files = append(files, fmt.Sprint(path, info.Mode(), info.Size(), info.ModTime()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// byClass sums the columns of a confusion.
func byClass(confusion any) []float64 {
	rows := confusion.([]any)
	sums := make([]float64, len(rows[0].([]any)))
	for _, row := range rows {
		for class, n := range row.([]any) {
			sums[class] += n.(float64)
		}
	}
	return sums
}

// By the batches' statistics a run's last checkpoint has exactly the errors that training told at its end. Another process
// may work on the run, and finds it as it was.
func TestEval(t *testing.T) {
	out := t.TempDir()
	for _, c := range []struct {
		folder, model string
		args          []string
		measured      []string
	}{
		{infogan, "infogan", small(t, out, "--max-steps", "7"), []string{"test_error", "test_error_hungarian", "nmi"}},
		{"00002-ssgan-n2", "ssgan", smallSSGAN(t, out, "--max-steps", "7"), []string{"test_error"}},
	} {
		trained(t, c.args...)
		dir := filepath.Join(out, c.folder)
		run, err := gan.OpenRun(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		before := folderState(t, dir)
		batch, last := evaluated(t, "latest", "--dir", out, "--bn", "batch"), lastLine(t, dir)
		for _, field := range c.measured {
			if e, ok := batch[field].(float64); !ok || e != last[field] {
				t.Errorf("%s: %s is %v, and was %v at the end of training", c.model, field, batch[field], last[field])
			}
		}
		file := filepath.Join(dir, "checkpoints", "000007.safetensors")
		if batch["model"] != c.model || batch["step"] != 7.0 || batch["run"] != dir || batch["file"] != file || batch["bn"] != "batch" || batch["images"] != 25.0 {
			t.Errorf("%v", batch)
		}
		calibrated := evaluated(t, filepath.Join(dir, "checkpoints", "latest"))
		if classes := byClass(calibrated["confusion"]); !slices.Equal(classes, []float64{9, 8, 8}) || calibrated["bn"] != "calibrated" || calibrated["run"] != nil {
			t.Errorf("images by class %v: %v", classes, calibrated)
		}
		if ari, clustering := calibrated["ari"]; clustering != (c.model == "infogan") || clustering && !(math.Abs(ari.(float64)) <= 1) {
			t.Errorf("%v", calibrated)
		}
		if after := folderState(t, dir); !slices.Equal(before, after) {
			t.Errorf("the folder was\n%s\nand is\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
	}
	// Another data set of the same sizes, whose training images would not do to train on; a file that is far from its run.
	file := filepath.Join(t.TempDir(), "mine.safetensors")
	whole, err := os.ReadFile(filepath.Join(out, "00002-ssgan-n2", "checkpoints", "000007.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, whole, 0o666); err != nil {
		t.Fatal(err)
	}
	if e := evaluated(t, file, "--data", stripes(t, 8, 8, 0, 0, 0, 2)); !slices.Equal(byClass(e["confusion"]), []float64{19, 0, 6}) {
		t.Errorf("%v", e)
	}
}

func TestEvalErrors(t *testing.T) {
	out, data := t.TempDir(), digits(t)
	trained(t, append(small(t, out), "--max-steps", "2", "--data", data)...)
	file := filepath.Join(out, infogan, "checkpoints", "000002.safetensors")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rewritten := func(old, new string) func() []byte {
		return func() []byte { return []byte(strings.Replace(string(whole), old, new, 1)) }
	}
	young, err := gan.NewRun(out, "infogan-l3", gan.RunInfo{Model: "infogan"})
	if err != nil {
		t.Fatal(err)
	}
	defer young.Close()
	for _, c := range []struct {
		name, args string
		damage     func() []byte // of the checkpoint; nil: none
		code       int
		want       string
	}{
		{"nothing", "", nil, exitUsage, "wants one run"},
		{"two", "1 2", nil, exitUsage, "wants one run"},
		{"statistics", "1 --bn moving", nil, exitUsage, `--bn is "moving": want calibrated or batch`},
		{"no run", "7", nil, exitFailed, "there is no run 7"},
		{"no file", "mine.safetensors", nil, exitFailed, "mine.safetensors"},
		{"another file", filepath.Join(out, infogan, "run.json"), nil, exitFailed, "run.json"},
		{"no checkpoint yet", "2", nil, exitFailed, "has no checkpoint yet"},
		{"classes", "1 --data " + stripes(t, 8, 8, 0, 1), nil, exitFailed,
			"images of 8×8 in 3 classes, but the data set has images of 8×8 in 2: choose another data set"},
		{"size", "1 --data " + stripes(t, 12, 8, 0, 1, 2), nil, exitFailed, "images of 8×8 in 3 classes, but the data set has images of 12×8 in 3"},
		{"no data", "1 --data " + filepath.Join(out, "nowhere"), nil, exitFailed, "there is no such folder"},
		{"truncated", "1", func() []byte { return whole[:len(whole)/2] }, exitFailed, "missing"},
		{"a later model", "1", rewritten(`\"model\":\"infogan\"`, `\"model\":\"infogam\"`), exitFailed, `of model "infogam", which this version`},
		{"a later recipe", "1", rewritten(`\"z_dim\"`, `\"zzzzz\"`), exitFailed, `unknown field "zzzzz"`},
		{"an odd recipe", "1", rewritten(`\"z_dim\":4`, `\"z_dim\":0`), exitFailed, "z-dim is 0"},
		{"another recipe", "1", rewritten(`\"z_dim\":4`, `\"z_dim\":5`), exitFailed, "G.linear1.weight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.damage != nil {
				damaged := c.damage()
				if reflect.DeepEqual(damaged, whole) {
					t.Fatal("the damage does nothing")
				}
				if err := os.WriteFile(file, damaged, 0o666); err != nil {
					t.Fatal(err)
				}
				defer os.WriteFile(file, whole, 0o666)
			}
			code, stdout, stderr := vkgan(append([]string{"eval", "--dir", out}, strings.Fields(c.args)...)...)
			line, rest, _ := strings.Cut(stderr, "\n")
			if code != c.code || stdout != "" || !strings.Contains(line, c.want) || code == exitFailed && rest != "" {
				t.Errorf("exit code %d, want %d, and one line with %q:\n%s", code, c.code, c.want, stderr)
			}
		})
	}
	put(t, data, "t10k-labels-idx1-ubyte", append(header(0x801, 25), make([]byte, 25)...))
	if code, _, stderr := vkgan("eval", "--dir", out, "1"); code != exitFailed || !strings.Contains(stderr, "another data set than what "+data+" holds now") {
		t.Errorf("a data set that has changed: exit code %d, stderr %s", code, stderr)
	}
	remove(t, data, "t10k-labels-idx1-ubyte")
	if code, _, stderr := vkgan("eval", "--dir", out, "1"); code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "was trained on: "+data) {
		t.Errorf("a data set that is gone: exit code %d, stderr %s", code, stderr)
	}
}

func TestEvalReport(t *testing.T) {
	clusters := gan.Evaluation{
		Error: 0.398, Hungarian: of(0.4419), NMI: of(0.5544), ARI: of(0.25),
		Confusion: gan.Confusion{Codes: 4, Classes: 3, Counts: []uint32{1234, 0, 5, 0, 0, 0, 7, 900, 0, 0, 1, 77}},
	}
	classes := gan.Evaluation{Error: 0.012, ImagesPerS: 27130.4, Confusion: gan.Confusion{Codes: 3, Classes: 3, Counts: []uint32{980, 0, 5, 0, 0, 0, 20, 0, 1100}}}
	for _, c := range []struct {
		model      string
		mode       gan.BatchNormMode
		e          gan.Evaluation
		validation bool
	}{{"infogan", gan.CalibratedStatistics, clusters, false}, {"infogan", gan.BatchStatistics, clusters, true}, {"ssgan", gan.CalibratedStatistics, classes, false}} {
		name := "eval/" + c.model
		if c.validation {
			name += "_validation"
		}
		saved := &gan.Checkpoint{Path: "runs/00003/checkpoints/016500.safetensors", Info: gan.RunInfo{Model: c.model}, Position: gan.Position{Step: 16500}}
		golden(t, name+".txt", newEvalReport("", saved, &gan.Set{Origin: "MNIST, embedded"}, c.mode, c.e, c.validation).text())
	}
}
