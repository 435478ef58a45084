// Package files writes files and folders whole or not at all, and says why where it cannot.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Write writes a file whole or not at all, as WriteWith does.
func Write(path string, data []byte) error {
	return WriteWith(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteWith writes a file whole or not at all: whoever reads path sees the old content or the new one, also after the
// machine lost its power. The folder is made where it is missing.
func WriteWith(path string, write func(w io.Writer) error) error {
	err := makeFolder(filepath.Dir(path))
	if err == nil {
		err = replace(path, write)
	}
	if err != nil {
		return CannotWrite(path, err)
	}
	return nil
}

// makeFolder is MakeFolder with the error as it comes.
func makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// MakeFolder makes a folder, its name durable, where it is missing.
func MakeFolder(path string) error {
	if err := makeFolder(path); err != nil {
		return CannotWrite(path, err)
	}
	return nil
}

// temporary is what a file is called until it is whole.
func temporary(path string) string { return fmt.Sprintf("%s.%d%s", path, os.Getpid(), TemporarySuffix) }

// TemporarySuffix is what the name of a file ends with that is not whole yet.
const TemporarySuffix = ".tmp"

func replace(path string, write func(w io.Writer) error) error {
	file, err := os.OpenFile(temporary(path), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // not there any more when all went well
	if err := errors.Join(write(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// WriteFolder makes a folder and fills it, whole or not at all. There may be an empty one already.
func WriteFolder(path string, fill func(dir string) error) error {
	path = filepath.Clean(path)
	if there, err := os.ReadDir(path); len(there) > 0 {
		return fmt.Errorf("cannot write %s: it is not empty: choose another folder, or empty it", path)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return CannotWrite(path, err)
	}
	if err := placeFolder(path, fill); err != nil {
		return CannotWrite(path, err)
	}
	return nil
}

func placeFolder(path string, fill func(dir string) error) error {
	half := temporary(path)
	if err := errors.Join(os.RemoveAll(half), makeFolder(half)); err != nil { // an earlier process of the same number may have been killed here
		return err
	}
	defer os.RemoveAll(half) // not there any more when all went well
	if err := fill(half); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Link makes path a symbolic link to target, in one step also where there is one already.
func Link(target, path string) error {
	link := temporary(path)
	os.Remove(link) // an earlier process of the same number may have been killed here
	err := os.Symlink(target, link)
	if err == nil {
		err = os.Rename(link, path)
	}
	if err == nil {
		err = SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return CannotWrite(path, err)
	}
	return nil
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) { // a file system that cannot
		err = nil
	}
	return errors.Join(err, d.Close())
}

// remedies tells what to do about the usual reasons for which nothing can be written.
var remedies = []struct {
	is     error
	remedy string
}{
	{syscall.ENOTDIR, "a part of the path is a file, not a folder"},
	{syscall.EISDIR, "it is a folder"},
	{syscall.EEXIST, "it is a folder"}, // os.Rename's
	{fs.ErrPermission, "choose a folder that you may write to"},
	{syscall.EROFS, "choose a folder that is not read-only"},
	{syscall.ENOSPC, "the disk is full: make room, or choose another folder"},
	{syscall.EDQUOT, "your disk quota is used up: make room, or choose another folder"},
	{syscall.EFBIG, "it would be larger than this process may write: see `ulimit -f`"},
	{syscall.ENAMETOOLONG, "choose a shorter path"},
}

// CannotWrite names the path, the cause and, where it is one of the usual ones, the remedy.
func CannotWrite(path string, err error) error {
	cause := Cause(err)
	for _, r := range remedies {
		if errors.Is(cause, r.is) {
			return fmt.Errorf("cannot write %s: %w: %s", path, cause, r.remedy)
		}
	}
	return fmt.Errorf("cannot write %s: %w", path, cause)
}

// CannotRead names the path and the cause.
func CannotRead(path string, err error) error {
	return fmt.Errorf("cannot read %s: %w", path, Cause(err))
}

// Cause is the cause in an error of package os, whose path may be a temporary one, and is named anyway.
func Cause(err error) error {
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		return inner.Err
	}
	if inner := (*os.LinkError)(nil); errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
