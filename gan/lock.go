package gan

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vkgan/internal/files"
)

// lockName is the file in a run's or a sweep's folder that is locked while a process works on it. It stays when that ends:
// removing a file that another process has just opened would let two of them hold the lock.
const lockName = "lock"

// lockPatience is how long lockRun waits for a lock to become free, since InUse holds it for a moment to look.
const lockPatience = 200 * time.Millisecond

// runLock is an exclusive flock(2). The system frees it when its process ends, however that ends.
type runLock struct{ file *os.File }

// lockRun makes this process the only one that works on a run's or a sweep's folder. Where another does, the error names
// it.
func lockRun(dir string) (*runLock, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, files.CannotWrite(path, err)
	}
	err = flock(f, syscall.LOCK_EX)
	for deadline := time.Now().Add(lockPatience); errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(deadline); {
		time.Sleep(lockPatience / 20)
		err = flock(f, syscall.LOCK_EX)
	}
	if err == nil {
		err = writeHolder(f)
	} else if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%s is in use by %s: wait until that ends, or stop it", dir, holder(f))
	} else {
		err = fmt.Errorf("cannot lock %s: %w: choose a folder on a file system that can lock", path, err)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &runLock{f}, nil
}

// release lets others work on the run.
func (l *runLock) release() error { return l.file.Close() }

// InUse says whether a process, this one or another, works on a run's or a sweep's folder.
func InUse(dir string) bool {
	f, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return false // nobody ever did, or nobody can tell
	}
	defer f.Close()
	return errors.Is(flock(f, syscall.LOCK_SH), syscall.EWOULDBLOCK)
}

// flock takes a lock at once or fails with EWOULDBLOCK.
func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err != syscall.EINTR {
			return err
		}
	}
}

// writeHolder writes the process id, for people and for holder.
func writeHolder(f *os.File) error {
	err := f.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if err != nil {
		return files.CannotWrite(f.Name(), err)
	}
	return nil
}

// holder names the process that holds a lock.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return "process " + pid
	}
	return "another process" // which has not yet written its id
}
