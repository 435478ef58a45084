package gan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// writeFile writes a file whole or not at all: whoever reads path sees the old content or the new one. The folder is
// made where it is missing.
func writeFile(path string, data []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o777)
	if err == nil {
		err = replace(path, data)
	}
	if err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

func replace(path string, data []byte) error {
	temporary := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	defer os.Remove(temporary) // not there any more when all went well
	if err := os.WriteFile(temporary, data, 0o666); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// remedies tells what to do about the usual reasons for which nothing can be written.
var remedies = []struct {
	is     error
	remedy string
}{
	{syscall.ENOTDIR, "a part of the path is a file, not a folder"},
	{syscall.EISDIR, "it is a folder"},
	{fs.ErrPermission, "choose a folder that you may write to"},
	{syscall.EROFS, "choose a folder that is not read-only"},
	{syscall.ENOSPC, "the disk is full: make room, or choose another folder"},
	{syscall.EDQUOT, "your disk quota is used up: make room, or choose another folder"},
	{syscall.ENAMETOOLONG, "choose a shorter path"},
}

// cannotWrite names the path, the cause and, where it is one of the usual ones, the remedy.
func cannotWrite(path string, err error) error {
	cause := withoutPath(err)
	for _, r := range remedies {
		if errors.Is(cause, r.is) {
			return fmt.Errorf("cannot write %s: %w: %s", path, cause, r.remedy)
		}
	}
	return fmt.Errorf("cannot write %s: %w", path, cause)
}

// cannotRead names the path and the cause.
func cannotRead(path string, err error) error {
	return fmt.Errorf("cannot read %s: %w", path, withoutPath(err))
}

// withoutPath is the cause in an error of package os, whose path may be a temporary one, and is named anyway.
func withoutPath(err error) error {
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		return inner.Err
	}
	if inner := (*os.LinkError)(nil); errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
