package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vkgan/gan"
	"vkgan/layers"
	"vkgan/vk"
)

// tuningOn lets runs of this test tune, briefly, into a cache of its own.
func tuningOn(t *testing.T, brief time.Duration) (cache string) {
	cache = t.TempDir()
	t.Setenv(tuningVariable, "")
	t.Setenv("XDG_CACHE_HOME", cache)
	usual := briefTuning
	briefTuning = brief
	t.Cleanup(func() { briefTuning = usual })
	return cache
}

// trainTiny trains on a few digits, and gives what it said and the run's table.
func trainTiny(t *testing.T, out string, flags ...string) (said string, table vk.Tuning) {
	t.Helper()
	args := append([]string{"train", "ssgan", "--data", digits(t), "--out", out, "--batch-size", "20", "--max-steps", "1", "--calibrate-on", "20"}, byReference(flags)...)
	code, said, stderr := vkgan(args...)
	if code != exitDone {
		t.Fatalf("%v: exit code %d, %s", flags, code, stderr)
	}
	dir, err := gan.FindRun(out, "latest")
	if err != nil {
		t.Fatal(err)
	}
	info, err := gan.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	return said + stderr, info.Tuning
}

// A first run tunes, the next takes what was found, and a run keeps its table for life.
func TestFirstRunTunes(t *testing.T) {
	cache, out := tuningOn(t, 300*time.Millisecond), t.TempDir()
	said, first := trainTiny(t, out)
	if !strings.Contains(said, "tuning      kernels for this device") || len(first) < 10 {
		t.Fatalf("the first: %v\n%s", first, said)
	}
	files, err := filepath.Glob(filepath.Join(cache, "vkgan", "tuning", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	said, second := trainTiny(t, out)
	if strings.Contains(said, "tuning") || !maps.Equal(first, second) {
		t.Errorf("the second: %v, want %v\n%s", second, first, said)
	}
	if said, none := trainTiny(t, out, "--deterministic"); strings.Contains(said, "tuning") || none != nil {
		t.Errorf("deterministic: %v\n%s", none, said)
	}

	// Without the cache a run like the first has the first's table, but for --deterministic; the second goes on with its own. None tunes again.
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if said, again := trainTiny(t, t.TempDir(), "--config", filepath.Join(out, "00001-ssgan-n10")); strings.Contains(said, "tuning") || !maps.Equal(again, first) {
		t.Errorf("begun again: %v\n%s", again, said)
	}
	if _, none := trainTiny(t, t.TempDir(), "--config", filepath.Join(out, "00001-ssgan-n10"), "--deterministic"); none != nil {
		t.Errorf("begun again, deterministic: %v", none)
	}
	said, _ = trainTiny(t, out, "--resume", "2", "--max-steps", "2")
	info, err := gan.ReadRun(filepath.Join(out, "00002-ssgan-n10"))
	if err != nil || strings.Contains(said, "tuning") || !maps.Equal(info.Tuning, first) || info.State != "done" {
		t.Errorf("gone on with: %v, %v\n%s", err, info.Tuning, said)
	}
	if left, err := os.ReadDir(filepath.Dir(files[0])); err != nil || len(left) != 0 {
		t.Errorf("a run that had begun left %v in the cache, %v", left, err)
	}
}

// A table that cannot be read or written stops no run, but `vkgan tune`, whose purpose it is.
func TestTuningWithoutACache(t *testing.T) {
	cache, out := tuningOn(t, 0), t.TempDir()
	if err := os.WriteFile(filepath.Join(cache, "vkgan"), nil, 0o666); err != nil { // where a folder should be
		t.Fatal(err)
	}
	if said, table := trainTiny(t, out); !strings.Contains(said, "the tuning serves this run alone") || len(table) < 10 {
		t.Errorf("%v\n%s", table, said)
	}
	code, said, stderr := vkgan("tune", "--model", "ssgan", "--max-time", "100ms")
	if code != exitFailed || !strings.Contains(stderr, "cannot write "+filepath.Join(cache, "vkgan")) || strings.Contains(said, "kept in") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, said)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if code, _, stderr := vkgan("tune"); code != exitFailed || !strings.Contains(stderr, "set HOME or XDG_CACHE_HOME") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestTune(t *testing.T) {
	cache := tuningOn(t, 0)
	code, out, stderr := vkgan("tune", "--model", "ssgan", "--max-time", "400ms")
	files, err := filepath.Glob(filepath.Join(cache, "vkgan", "tuning", "*.json"))
	if code != exitDone || err != nil || len(files) != 1 || !strings.Contains(out, files[0]) || !strings.Contains(out, "product ") || !strings.Contains(out, "not measured") {
		t.Errorf("exit code %d, %v, %v, %s\n%s", code, files, err, stderr, out)
	}
}

func TestPrintTuned(t *testing.T) {
	ms := time.Millisecond
	var out bytes.Buffer
	for _, x := range []layers.Tuned{
		{Operation: "product 2x3x4 NN", BuiltIn: "lanes 2x1x4", Best: "lanes 2x1x4", Before: 3 * ms, After: 3 * ms, Tried: 7},
		{Operation: "product 2x3x5 NN", BuiltIn: "lanes 2x1x5", Best: "lanes 2x2x5 mirrored", Before: 3 * ms, After: 2 * ms, Tried: 9,
			Dropped: []layers.Dropped{{Variant: "lanes 2x1x8", Reason: "a wrong result: row 0 of 2 sums up to 1, not to 2"}}},
		{Operation: "product 9x9x9 NN", BuiltIn: "lanes 6x2x9", Best: "lanes 6x2x9"},
	} {
		for _, asJSON := range []bool{false, true} {
			if err := printTuned(&out, x, asJSON); err != nil {
				t.Error(err)
			}
		}
	}
	golden(t, "tune.txt", out.String())
}
