package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

func TestEveryRecipeFieldIsAFlag(t *testing.T) {
	everyFieldIsAFlag(t, newTrainInfoGAN(streams{}), gan.InfoGANBest())
	everyFieldIsAFlag(t, newTrainSSGAN(streams{}), gan.SSGANBest())
}

func everyFieldIsAFlag(t *testing.T, c *cobra.Command, recipe any) {
	t.Helper()
	values := reflect.ValueOf(recipe)
	for _, field := range reflect.VisibleFields(values.Type()) {
		if field.Anonymous {
			continue // its fields come by themselves
		}
		name := strings.ReplaceAll(field.Tag.Get("json"), "_", "-")
		f := c.Flags().Lookup(name)
		if f == nil {
			t.Errorf("no flag --%s", name)
			continue
		}
		if value := fmt.Sprint(values.FieldByIndex(field.Index).Interface()); f.DefValue != value {
			t.Errorf("--%s is %s by default, the recipe says %s", name, f.DefValue, value)
		}
	}
}

func small(t *testing.T, out string, more ...string) []string {
	return append([]string{"train", "infogan", "--recipe", "reference", "--data", digits(t), "--out", out, "-l", "3", "--batch-size", "20", "--z-dim", "4", "--calibrate-on", "40"}, more...)
}

// fields reads lines of JSON objects.
func fields(t *testing.T, text string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(text) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		lines = append(lines, object)
	}
	return lines
}

func TestTrainInfoGAN(t *testing.T) {
	out := filepath.Join(t.TempDir(), "runs")
	code, stdout, stderr := vkgan(small(t, out, "--max-steps", "8", "--eval-every", "3", "--sample-every", "4", "--log-every", "2", "--json", "--quiet")...)
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	dir := filepath.Join(out, "00001-infogan-l3")
	metrics, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := fields(t, string(metrics))
	last := lines[len(lines)-1]
	if last["step"] != 8.0 {
		t.Errorf("last line %v", last)
	}
	for _, name := range []string{"test_error", "test_error_hungarian", "nmi", "epoch", "time_s"} {
		if _, ok := last[name]; !ok {
			t.Errorf("the last line has no %s: %v", name, last)
		}
	}
	var measured []string
	events := map[string]int{}
	for line := range strings.Lines(stdout) {
		object := fields(t, line)[0]
		if event, ok := object["event"].(string); ok {
			events[event]++
		} else {
			measured = append(measured, line)
		}
	}
	if strings.Join(measured, "") != string(metrics) {
		t.Errorf("metrics on stdout differ from metrics.jsonl:\n%s", stdout)
	}
	if events["begin"] != 1 || events["end"] != 1 || events["sample"] < 4 {
		t.Errorf("events %v", events)
	}
	for _, name := range []string{"000000.png", "000004.png", "000008.png", "final.png"} {
		file, err := os.Open(filepath.Join(dir, "samples", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if im, err := png.Decode(file); err != nil || im.Bounds().Dx() != 2+10*10 || im.Bounds().Dy() != 2+3*10 {
			t.Errorf("%s: %v", name, err)
		}
		file.Close()
	}
	text, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	info := fields(t, string(bytes.ReplaceAll(text, []byte("\n"), nil)))[0]
	recipe := info["recipe"].(map[string]any)
	options := info["options"].(map[string]any)
	if info["state"] != "done" || info["model"] != "infogan" || recipe["labels"] != 3.0 || options["eval_every"] != 3.0 || options["max_steps"] != 8.0 {
		t.Errorf("run.json: %s", text)
	}
	if !strings.HasPrefix(stderr, "trained 8 steps") || strings.Count(stderr, "\n") != 5 || !strings.Contains(stderr, "final.png") {
		t.Errorf("quiet, stderr has not the summary alone: %s", stderr)
	}
}

func TestDryRunTrainsNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "runs")
	code, stdout, stderr := vkgan(small(t, out, "--dry-run", "--json")...)
	if code != exitDone || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	plan := fields(t, stdout)[0]
	for _, name := range []string{"parameters_g", "parameters_d", "memory_bytes", "dispatches_per_step", "gflop_step", "steps_per_epoch"} {
		if v, ok := plan[name].(float64); !ok || v <= 0 {
			t.Errorf("%s is %v", name, plan[name])
		}
	}
	if plan["device"] == "" || plan["steps_per_epoch"] != 3.0 {
		t.Errorf("plan %v", plan)
	}
	if _, text, _ := vkgan(small(t, out, "--dry-run")...); !strings.Contains(text, "dispatches") || !strings.Contains(text, "device") {
		t.Errorf("plan %s", text)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a dry run leaves a folder")
	}
}

func TestOutUnderAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := vkgan(small(t, filepath.Join(file, "runs"), "--max-steps", "1", "--quiet")...)
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "is a file, not a folder") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
}

// trigger calls then once, when text has been written.
type trigger struct {
	bytes.Buffer
	text string
	then func()
	once sync.Once
}

func (w *trigger) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.text) {
		w.once.Do(w.then)
	}
	return n, err
}

// shared may be written by several goroutines.
type shared struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(p)
}

func TestCtrlCEndsTrainingInGoodOrder(t *testing.T) {
	out := t.TempDir()
	stdout := &trigger{text: `"step":2`, then: func() { syscall.Kill(os.Getpid(), syscall.SIGINT) }}
	var stderr shared
	args := small(t, out, "--epochs", "1000000", "--log-every", "1", "--json")
	if code := run(args, streams{out: stdout, err: &stderr}); code != 130 {
		t.Errorf("exit code %d, stderr %s", code, stderr.String())
	}
	dir := filepath.Join(out, "00001-infogan-l3")
	if _, err := os.Stat(filepath.Join(dir, "samples", "final.png")); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil || !strings.Contains(string(text), `"state": "stopped"`) {
		t.Errorf("run.json: %v %s", err, text)
	}
	if !strings.Contains(stderr.String(), "stopped after") || !strings.Contains(stderr.String(), "--resume "+dir) {
		t.Errorf("no summary that says how to go on: %s", stderr.String())
	}
	step, err := strconv.Atoi(latest(t, dir).Metadata["step"])
	if err != nil || step < 2 {
		t.Errorf("step %d was saved, %v", step, err)
	}
	trained(t, "train", "infogan", "--resume", dir, "--max-steps", strconv.Itoa(step+1))
}
