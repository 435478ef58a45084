package gan

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/internal/files"
)

// resume goes on with a run in another process' stead, and ends it at once.
func resume(t *testing.T, r *Run, c *Checkpoint) {
	t.Helper()
	again, err := OpenRun(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(again.Resume(c, r.Info), again.Close()); err != nil {
		t.Fatal(err)
	}
}

// Some ways to copy a run folder leave no link to the latest checkpoint, or a file in its place. The folder's name is no pattern.
func TestCopiesOfARun(t *testing.T) {
	file := func(r *Run, step int) []byte {
		t.Helper()
		logs, err1 := r.logBytes()
		metadata, err2 := checkpointMetadata(Position{Step: step}, r.Info, logs)
		var file bytes.Buffer
		if err := errors.Join(err1, err2, writeCheckpoint(&file, metadata, nil)); err != nil {
			t.Fatal(err)
		}
		return file.Bytes()
	}
	for name, leave := range map[string]func(link, path string) error{
		"a link":                    func(link, path string) error { return os.Symlink(filepath.Base(path), link) },
		"no link":                   func(string, string) error { return nil },
		"a link to what is no more": func(link, _ string) error { return os.Symlink(checkpointName(7), link) },
		"a file": func(link, path string) error {
			data, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(link, data, 0o666))
		},
		"a file alone": func(link, path string) error { return os.Rename(path, link) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, filepath.Join(t.TempDir(), "a[b"), "copied")
			folder := filepath.Join(r.Dir, checkpointFolder)
			loss, link := 0.5, filepath.Join(folder, latestName)
			err := r.Metrics(Metrics{Step: 2, LossD: &loss})
			for _, step := range []int{2, 10} {
				err = errors.Join(err, files.Write(r.CheckpointPath(step), file(r, step)))
			}
			err = errors.Join(err, r.Metrics(Metrics{Step: 11, LossD: &loss}), r.Close(), leave(link, r.CheckpointPath(10)))
			if err != nil {
				t.Fatal(err)
			}
			c, err := LatestCheckpoint(r.Dir)
			if err != nil || c == nil || c.Position.Step != 10 {
				t.Fatalf("the latest checkpoint is %+v, %v", c, err)
			}
			resume(t, r, c)
			if target, err := os.Readlink(link); err != nil || target != checkpointName(10) {
				t.Errorf("latest is a link to %q, %v", target, err)
			}
			if text, err := os.ReadFile(filepath.Join(r.Dir, metricsFile)); err != nil || bytes.Count(text, []byte("\n")) != 1 {
				t.Errorf("of the lines up to the checkpoint and behind it %q are left, %v", text, err)
			}
			if c, err := LatestCheckpoint(r.Dir); err != nil || c.Position.Step != 10 {
				t.Errorf("then the latest checkpoint is %+v, %v", c, err)
			}
		})
	}
}

// Where there is a checkpoint no more, the logs of the run's beginning are new ones.
func TestRunFromItsBeginning(t *testing.T) {
	r := newRun(t, filepath.Join(t.TempDir(), "a[b"), "begun")
	loss := 0.5
	if err := errors.Join(r.Metrics(Metrics{Step: 2, LossD: &loss}), r.Close()); err != nil {
		t.Fatal(err)
	}
	if c, err := LatestCheckpoint(r.Dir); c != nil || err != nil {
		t.Fatalf("the latest checkpoint is %+v, %v", c, err)
	}
	resume(t, r, nil)
	entries, err := os.ReadDir(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	events := 0
	for _, e := range entries {
		if matched, _ := filepath.Match(eventsPrefix+"*", e.Name()); matched {
			events++
		}
	}
	if text, err := os.ReadFile(filepath.Join(r.Dir, metricsFile)); err != nil || len(text) > 0 || events != 1 {
		t.Errorf("%q is left, %v, and %d files of events", text, err, events)
	}
}

// A damaged checkpoint is named with the one to take in its place.
func TestDamagedLatest(t *testing.T) {
	r := newRun(t, t.TempDir(), "damaged")
	defer r.Close()
	for step, text := range map[int]string{2: "", 10: "damaged"} {
		if err := files.Write(r.CheckpointPath(step), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Link(checkpointName(10), filepath.Join(r.Dir, checkpointFolder, latestName)); err != nil {
		t.Fatal(err)
	}
	if _, err := LatestCheckpoint(r.Dir); err == nil || !strings.Contains(err.Error(), "there is "+r.CheckpointPath(2)+" too") {
		t.Error(err)
	}
}

// A run whose folder was moved away leaves nothing where it was.
func TestMovedRun(t *testing.T) {
	r := newRun(t, t.TempDir(), "moved")
	if err := os.Rename(r.Dir, r.Dir+"-elsewhere"); err != nil {
		t.Fatal(err)
	}
	if err := r.Samples(1, false, Grid{1, 1, 1, 1, []float32{0}}); err == nil || !strings.Contains(err.Error(), "was moved or removed") {
		t.Error(err)
	}
	if err := r.Finish("failed"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(r.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is there again, %v", r.Dir, err)
	}
}

// A newer run that cannot be read is not passed over.
func TestLatestIsNotAnOlderRun(t *testing.T) {
	out := t.TempDir()
	first, second := newRun(t, out, "first"), newRun(t, out, "second")
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Fatal(err)
	}
	if dir, err := FindRun(out, "latest"); dir != second.Dir || err != nil {
		t.Errorf("%s, %v", dir, err)
	}
	if err := os.WriteFile(filepath.Join(second.Dir, runFile), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if dir, err := FindRun(out, "latest"); err == nil || !strings.Contains(err.Error(), "name a run by its number") {
		t.Errorf("%s, %v", dir, err)
	}
}
