package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What fails to be written whole leaves what was there, and nothing else.
func TestWriteWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "file")
	if err := Write(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	err := WriteWith(path, func(w io.Writer) error {
		_, err := w.Write([]byte("ne"))
		return errors.Join(err, syscall.ENOSPC)
	})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "cannot write "+path) {
		t.Error(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
	if there, err := os.ReadDir(filepath.Dir(path)); err != nil || len(there) != 1 {
		t.Errorf("%v, %v", there, err)
	}
	if err := Write(filepath.Join(path, "below"), nil); err == nil || !strings.Contains(err.Error(), "a part of the path is a file") {
		t.Error(err)
	}
}

func TestCannotWrite(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EACCES: "may write to", syscall.EPERM: "may write to", syscall.EROFS: "read-only", syscall.EDQUOT: "quota", syscall.EIO: "input/output error",
	} {
		got := CannotWrite("runs/x", &fs.PathError{Op: "open", Path: "runs/x.17.tmp", Err: err})
		if text := got.Error(); !strings.HasPrefix(text, "cannot write runs/x: ") || !strings.Contains(text, want) || !errors.Is(got, err) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
