package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/safetensors"
)

// trained runs a training command that must succeed.
func trained(t *testing.T, args ...string) {
	t.Helper()
	if code, _, stderr := vkgan(append(args, "--quiet")...); code != exitDone {
		t.Fatalf("%q: exit code %d: %s", args, code, stderr)
	}
}

// latest is the checkpoint that a run's `latest` names.
func latest(t *testing.T, dir string) *safetensors.File {
	t.Helper()
	f, err := safetensors.Read(filepath.Join(dir, "checkpoints", "latest"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sameTensors compares two checkpoints bit for bit.
func sameTensors(t *testing.T, what string, got, want *safetensors.File) {
	t.Helper()
	if got.Metadata["step"] != want.Metadata["step"] || len(got.Tensors) != len(want.Tensors) {
		t.Errorf("%s: step %s with %d tensors, want step %s with %d", what, got.Metadata["step"], len(got.Tensors), want.Metadata["step"], len(want.Tensors))
		return
	}
	for i, w := range want.Tensors {
		if g := got.Tensors[i]; g.Name != w.Name || !slices.Equal(g.Data, w.Data) {
			t.Errorf("%s: tensor %s differs from %s", what, g.Name, w.Name)
		}
	}
}

// logs are the lines of metrics.jsonl without what depends on the clock.
func logs(t *testing.T, dir string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range fields(t, string(text)) {
		delete(line, "time_s")
		delete(line, "images_per_s")
		again, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(again))
	}
	return lines
}

// sameLogs compares what two runs have logged, and their grids.
func sameLogs(t *testing.T, what, got, want string) {
	t.Helper()
	if g, w := logs(t, got), logs(t, want); !slices.Equal(g, w) {
		t.Errorf("%s: metrics.jsonl is\n%s\nwant\n%s", what, strings.Join(g, "\n"), strings.Join(w, "\n"))
	}
	if g, w := eventSteps(t, got), eventSteps(t, want); !slices.Equal(g, w) {
		t.Errorf("%s: events of steps %d, want %d", what, g, w)
	}
	samples := func(dir string) map[string]string {
		files, err := filepath.Glob(filepath.Join(dir, "samples", "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		all := map[string]string{}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Base(f)] = string(data)
		}
		return all
	}
	if g, w := samples(got), samples(want); !maps.Equal(g, w) {
		t.Errorf("%s: the samples differ: %v and %v", what, slices.Sorted(maps.Keys(g)), slices.Sorted(maps.Keys(w)))
	}
}

// eventSteps are the steps of a run's events, in the order of the file.
func eventSteps(t *testing.T, dir string) []uint64 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("event files %q, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	var steps []uint64
	for len(data) > 0 {
		n := int(data[0]) | int(data[1])<<8 | int(data[2])<<16 | int(data[3])<<24
		event := data[12 : 12+n] // wall time (field 1, 9 bytes), then step (field 2, a varint)
		step, shift := uint64(0), 0
		if event[9] == 2<<3 {
			for _, b := range event[10:] {
				step |= uint64(b&0x7f) << shift
				shift += 7
				if b < 0x80 {
					break
				}
			}
		}
		steps = append(steps, step)
		data = data[12+n+4:]
	}
	return steps
}

const infogan = "00001-infogan-l3"

// models are training commands on the images of digits, and the run folders that they make.
var models = []struct {
	command []string
	folder  string
}{
	{[]string{"train", "infogan", "--recipe", "reference", "-l", "3", "--batch-size", "20", "--z-dim", "4", "--calibrate-on", "40"}, infogan},
	{[]string{"train", "ssgan", "--recipe", "reference", "--class-labels", "3", "--batch-size", "20", "--z-dim", "4", "--calibrate-on", "40"}, "00001-ssgan-n3"},
}

// N steps, then M more in another process' stead, are N + M steps: the same parameters bit for bit, the same logs, wherever
// the stop falls and however often checkpoints are written.
func TestResume(t *testing.T) {
	for _, m := range models {
		t.Run(m.command[1], func(t *testing.T) { testResume(t, m.command, m.folder) })
	}
}

func testResume(t *testing.T, command []string, folder string) {
	data := digits(t)
	begin := func(out string, more ...string) []string {
		return slices.Concat(command, []string{"--data", data, "--out", out, "--log-every", "2"}, more)
	}
	resume := func(out, run string, more ...string) []string {
		return slices.Concat(command[:2], []string{"--out", out, "--resume", run}, more)
	}
	whole := t.TempDir()
	trained(t, begin(whole, "--max-steps", "9")...)
	want := filepath.Join(whole, folder)
	for _, stop := range []int{1, 3, 4} { // an epoch has 3 steps
		out := t.TempDir()
		trained(t, begin(out, "--max-steps", fmt.Sprint(stop), "--checkpoint-every", "2")...)
		trained(t, resume(out, "latest", "--max-steps", "9", "--checkpoint-every", "1")...)
		got := filepath.Join(out, folder)
		sameTensors(t, fmt.Sprintf("stopped after %d", stop), latest(t, got), latest(t, want))
		sameLogs(t, fmt.Sprintf("stopped after %d", stop), got, want)
		if names, err := filepath.Glob(filepath.Join(got, "checkpoints", "*")); err != nil || len(names) != 4 {
			t.Errorf("the last three checkpoints and `latest` should be there: %q, %v", names, err)
		}
	}

	sparse := t.TempDir()
	trained(t, begin(sparse, "--max-steps", "4", "--log-every", "3", "--eval-every", "2", "--sample-every", "5")...)
	trained(t, resume(sparse, "1", "--max-steps", "9", "--log-every", "1", "--eval-every", "4")...)
	sameTensors(t, "other cadences", latest(t, filepath.Join(sparse, folder)), latest(t, want))

	// A run that is done is gone on with from its end; its last lines are written again, not doubled.
	before := logs(t, want)
	trained(t, resume(whole, want)...)
	if after := logs(t, want); !slices.Equal(before, after) {
		t.Errorf("resumed at its end, the logs were\n%s\nand are\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}

	// An earlier checkpoint by its file: the logs behind it are cut.
	out := t.TempDir()
	trained(t, begin(out, "--max-steps", "4", "--checkpoint-every", "2")...)
	trained(t, resume(out, filepath.Join(out, folder, "checkpoints", "000002.safetensors"), "--max-steps", "9")...)
	sameTensors(t, "an earlier checkpoint", latest(t, filepath.Join(out, folder)), latest(t, want))
	sameLogs(t, "an earlier checkpoint", filepath.Join(out, folder), want)
}

// With an average and an initialisation from images, which a resume and an evaluation have from the checkpoint.
func TestResumeOfAnAverage(t *testing.T) {
	data, whole, cut := digits(t), t.TempDir(), t.TempDir()
	begin := func(out string, more ...string) []string {
		return slices.Concat(models[1].command, []string{"--data", data, "--out", out, "--ema-decay", "0.9", "--init-images", "50", "--eval-every", "2"}, more)
	}
	trained(t, begin(whole, "--max-steps", "6")...)
	trained(t, begin(cut, "--max-steps", "3")...)
	trained(t, "train", "ssgan", "--out", cut, "--resume", "latest", "--max-steps", "6")
	got, want := filepath.Join(cut, models[1].folder), filepath.Join(whole, models[1].folder)
	sameTensors(t, "resumed", latest(t, got), latest(t, want))
	sameLogs(t, "resumed", got, want)
	for name, shape := range map[string][]int{"ema.G.linear2.weight": {500, 500}, "ema.D.linear2.weight": {500, 1000}, "ema.D.linear6.scale": {3}, "D.linear2.scale": {500}} {
		if tensor, found := latest(t, got).Tensor(name); !found || !slices.Equal(tensor.Shape, shape) {
			t.Errorf("%s is %d, want %d", name, tensor.Shape, shape)
		}
	}
	lines := logs(t, got)
	code, stdout, stderr := vkgan("eval", got, "--json")
	if e := fields(t, stdout)[0]["test_error"]; code != exitDone || e != fields(t, lines[len(lines)-1])[0]["test_error"] {
		t.Errorf("exit code %d, an evaluation says %v, training said %s; %s", code, e, lines[len(lines)-1], stderr)
	}
}

func TestConfigRepeatsARun(t *testing.T) {
	first, second, third := t.TempDir(), t.TempDir(), t.TempDir()
	trained(t, small(t, first, "--max-steps", "4", "--seed", "18446744073709551615", "--rate", "3e-4", "--log-every", "2")...)
	config := filepath.Join(first, infogan, "run.json")
	trained(t, "train", "infogan", "--out", second, "--config", config)
	sameTensors(t, "repeated", latest(t, filepath.Join(second, infogan)), latest(t, filepath.Join(first, infogan)))
	sameLogs(t, "repeated", filepath.Join(second, infogan), filepath.Join(first, infogan))
	trained(t, "train", "infogan", "--out", third, "--config", filepath.Dir(config), "-l", "2", "--max-steps", "1")
	if step := latest(t, filepath.Join(third, "00001-infogan-l2")).Metadata["step"]; step != "1" {
		t.Errorf("a flag beside --config did not count: step %s", step)
	}
}

func TestResumeErrors(t *testing.T) {
	out := t.TempDir()
	trained(t, small(t, out, "--max-steps", "2")...)
	trained(t, small(t, out, "--max-steps", "2", "--seed", "2")...)
	trained(t, slices.Concat(models[1].command, []string{"--data", digits(t), "--out", out, "--max-steps", "1"})...)
	dir := filepath.Join(out, infogan)
	checkpoint := filepath.Join(dir, "checkpoints", "000002.safetensors")
	whole, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	metrics := logs(t, dir)
	resume := []string{"train", "infogan", "--out", out, "--resume", "1", "--max-steps", "4"}
	for _, c := range []struct {
		name   string
		args   []string
		damage func() []byte // of the checkpoint; nil: none
		code   int
		want   string
	}{
		{"another recipe", []string{"--rate", "1"}, nil, exitUsage, "--rate is 1, but the run was begun with 0.0002"},
		{"another seed", []string{"--seed", "5"}, nil, exitUsage, "--seed is 5"},
		{"another data set", []string{"--data", stripes(t, 8, 8, 0, 1)}, nil, exitFailed, "another data set"},
		{"truncated", nil, func() []byte { return whole[:len(whole)/2] }, exitFailed, "missing"},
		{"no header", nil, func() []byte { return whole[:5] }, exitFailed, "000002.safetensors"},
		{"a bit flipped", nil, func() []byte { b := slices.Clone(whole); b[len(b)-1000] ^= 4; return b }, exitFailed, "checksum"},
		{"empty", nil, func() []byte { return nil }, exitFailed, "000002.safetensors"},
		{"no run", []string{"--resume", "7"}, nil, exitFailed, "there is no run 7"},
		{"another run's", nil, func() []byte {
			b, err := os.ReadFile(filepath.Join(out, "00002-infogan-l3", "checkpoints", "000002.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}, exitFailed, "checkpoint of another run"},
		{"another model", []string{"--resume", "3"}, nil, exitUsage, "`vkgan train ssgan` goes on with it"},
		{"another folder", []string{"--resume", dir, "--out", t.TempDir()}, nil, exitUsage, "a run is gone on with where it is, in " + out + ":"},
		{"both", []string{"--config", filepath.Join(dir, "run.json")}, nil, exitUsage, "want one of them"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.damage != nil {
				if err := os.WriteFile(checkpoint, c.damage(), 0o666); err != nil {
					t.Fatal(err)
				}
				defer os.WriteFile(checkpoint, whole, 0o666)
			}
			code, _, stderr := vkgan(append(slices.Clone(resume), c.args...)...)
			if line, _, _ := strings.Cut(stderr, "\n"); code != c.code || !strings.Contains(line, c.want) || c.code == exitFailed && strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit code %d, want %d, and one line with %q:\n%s", code, c.code, c.want, stderr)
			}
			if !slices.Equal(logs(t, dir), metrics) {
				t.Error("metrics.jsonl has changed")
			}
		})
	}
	trained(t, resume...) // after all that, the run is as good as ever
}

// A checkpoint is all that a run needs: logs that are lost are said to be, and begin again.
func TestResumeWithoutLogs(t *testing.T) {
	out := t.TempDir()
	args := append(slices.Clone(models[1].command), "--data", digits(t), "--out", out, "--log-every", "1")
	trained(t, append(args, "--max-steps", "2")...)
	dir := filepath.Join(out, models[1].folder)
	events, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	metrics := filepath.Join(dir, "metrics.jsonl")
	if err := errors.Join(os.Remove(events[0]), os.Remove(metrics)); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := vkgan("train", "ssgan", "--resume", dir, "--max-steps", "4", "--quiet")
	for _, lost := range []string{metrics, events[0]} {
		if code != exitDone || strings.Count(stderr, "\n") != 2 || !strings.Contains(stderr, "vkgan: "+lost+" is gone or was cut") {
			t.Errorf("exit code %d, %s", code, stderr)
		}
	}
	if lines := logs(t, dir); len(lines) < 2 || !strings.Contains(lines[0], `"step":3`) {
		t.Errorf("metrics.jsonl is\n%s", strings.Join(lines, "\n"))
	}
	if steps := eventSteps(t, dir); !slices.Contains(steps, 4) {
		t.Errorf("events of steps %d", steps)
	}
	code, _, stderr = vkgan("train", "ssgan", "--resume", dir, "--max-steps", "5", "--quiet")
	if code != exitDone || stderr != "" {
		t.Errorf("and again: exit code %d, %s", code, stderr)
	}
}

// A checkpoint's file is found by any name of it, and stands for the run that it lies in.
func TestResumeOfAFile(t *testing.T) {
	out := t.TempDir()
	args := append(slices.Clone(models[1].command), "--data", digits(t), "--out", out)
	trained(t, append(args, "--max-steps", "2")...)
	checkpoints := filepath.Join(out, models[1].folder, "checkpoints")
	elsewhere := t.TempDir()
	copied := filepath.Join(elsewhere, "000002.safetensors")
	whole, err := os.ReadFile(filepath.Join(checkpoints, "000002.safetensors"))
	if err := errors.Join(err, os.WriteFile(copied, whole, 0o666)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(checkpoints)
	trained(t, "train", "ssgan", "--resume", "latest", "--max-steps", "2")
	for name, want := range map[string]string{
		copied: copied + " does not lie in the folder checkpoints of a run",
		filepath.Join(elsewhere, "1.safetensors"): "no such file",
	} {
		code, _, stderr := vkgan("train", "ssgan", "--resume", name, "--max-steps", "3")
		if code != exitFailed || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s", name, code, stderr)
		}
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// What a checkpoint says of itself: PyTorch's names and layouts.
func TestCheckpointLayout(t *testing.T) {
	out := t.TempDir()
	trained(t, small(t, out, "--max-steps", "1")...)
	f := latest(t, filepath.Join(out, infogan))
	for name, want := range map[string][]int{
		"G.linear1.weight": {512, 7}, "G.bn1.weight": {512}, "G.deconv1.weight": {128, 128, 5, 5}, "G.deconv2.weight": {128, 1, 5, 5},
		"D.conv1.weight": {64, 1, 5, 5}, "D.conv2.weight": {128, 64, 5, 5}, "adam.m.D.code.weight": {3, 1024}, "adam.v.G.bn1.bias": {512},
		"seen": {3, 3}, "step": {1},
	} {
		if tensor, found := f.Tensor(name); !found || !slices.Equal(tensor.Shape, want) {
			t.Errorf("%s is %d, want %d", name, tensor.Shape, want)
		}
	}
	for _, key := range []string{"rng", "position", "run", "logs", "layout", "crc32c"} {
		if f.Metadata[key] == "" {
			t.Errorf("the metadata has no %s", key)
		}
	}
}
