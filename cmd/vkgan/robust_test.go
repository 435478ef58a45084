package main

import (
	"io"
	"math"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"vkgan/gan"
)

// fullDisk has room for so many bytes.
type fullDisk struct {
	to   io.Writer
	left int
}

func (w *fullDisk) Write(p []byte) (int, error) {
	n, err := w.to.Write(p[:min(len(p), w.left)])
	w.left -= n
	if err == nil && n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

// A disk that fills up in the middle of a checkpoint ends the run with one line; the checkpoint before is whole, and the run
// goes on when there is room.
func TestDiskFullInACheckpoint(t *testing.T) {
	out, written := t.TempDir(), 0
	checkpointsThrough = func(w io.Writer) io.Writer {
		written++
		if written == 3 {
			return &fullDisk{w, 5 << 20}
		}
		return w
	}
	defer func() { checkpointsThrough = nil }()
	code, _, stderr := vkgan(small(t, out, "--max-steps", "40", "--checkpoint-every", "2", "--log-every", "1", "--quiet")...)
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "the disk is full: make room") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
	dir := filepath.Join(out, infogan)
	if f := latest(t, dir); f.Metadata["step"] != "4" {
		t.Errorf("the latest checkpoint is of step %s, want 4", f.Metadata["step"])
	}
	if half, _ := filepath.Glob(filepath.Join(dir, "checkpoints", "*.tmp")); len(half) > 0 {
		t.Errorf("left behind: %q", half)
	}
	if info, err := gan.ReadRun(dir); err != nil || info.State != "failed" {
		t.Errorf("state %q, %v", info.State, err)
	}
	checkpointsThrough = nil
	trained(t, "train", "infogan", "--out", out, "--resume", "latest", "--max-steps", "8")
}

// limited lets no file of this process become larger than 4 MiB from now on. Not from its beginning: lavapipe's memory is
// files too.
func limited(w io.Writer) io.Writer {
	const bytes = 4 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		panic(err)
	}
	return w
}

// The same with a limit of the system's.
func TestFileSizeLimit(t *testing.T) {
	out := t.TempDir()
	c := process(t, "limited", small(t, out, "--max-steps", "3", "--quiet")...)
	var stderr strings.Builder
	c.Stderr = &stderr
	c.Run()
	if code := c.ProcessState.ExitCode(); code != exitFailed || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), "ulimit -f") {
		t.Errorf("exit code %d, stderr %s", code, stderr.String())
	}
	if names, _ := filepath.Glob(filepath.Join(out, infogan, "checkpoints", "*")); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

func TestRunInUse(t *testing.T) {
	out := t.TempDir()
	trained(t, small(t, out, "--max-steps", "1")...)
	holder, err := gan.OpenRun(filepath.Join(out, infogan))
	if err != nil {
		t.Fatal(err)
	}
	code, _, stderr := vkgan("train", "infogan", "--out", out, "--resume", "latest", "--max-steps", "2")
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "in use by process") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	trained(t, "train", "infogan", "--out", out, "--resume", "latest", "--max-steps", "2")
}

// A rate at which training cannot but diverge: the run names the step and the tensor, and no checkpoint has what is not
// finite.
func TestDivergedTraining(t *testing.T) {
	out := t.TempDir()
	code, _, stderr := vkgan(small(t, out, "--max-steps", "30", "--rate", "3e7", "--checkpoint-every", "1", "--quiet")...)
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "training diverged in step ") || !strings.Contains(stderr, "is not finite") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
	dir := filepath.Join(out, infogan)
	if info, err := gan.ReadRun(dir); err != nil || info.State != "failed" {
		t.Errorf("state %q, %v", info.State, err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*.safetensors"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no checkpoint: %v", err)
	}
	for _, tensor := range latest(t, dir).Tensors {
		if tensor.DType != "F32" {
			continue
		}
		for i, v := range unsafe.Slice((*float32)(unsafe.Pointer(&tensor.Data[0])), len(tensor.Data)/4) {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%s[%d] is %g in a checkpoint", tensor.Name, i, v)
			}
		}
	}
}

// What cannot fit is refused before anything is taken, with what it needs and what there is.
func TestMoreMemoryThanThereIs(t *testing.T) {
	code, _, stderr := vkgan(small(t, t.TempDir(), "--z-dim", "1000000000", "--quiet")...)
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, " TiB, and the device has") {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
}
