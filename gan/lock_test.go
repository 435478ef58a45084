package gan

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lockVariable makes this binary a process that locks the run folder it names until its stdin ends.
const lockVariable = "VKGAN_TEST_LOCK"

func holdLock(dir string) error {
	l, err := lockRun(dir)
	if err != nil {
		return err
	}
	fmt.Println("locked")
	io.Copy(io.Discard, os.Stdin)
	return l.release()
}

// lockElsewhere starts a second process that holds the lock of dir.
func lockElsewhere(t *testing.T, dir string) (c *exec.Cmd, end io.Closer) {
	t.Helper()
	c = exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), lockVariable+"="+dir)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the other process said %q: %v", line, err)
	}
	return c, in
}

func TestLockOfAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	if InUse(dir) {
		t.Error("in use before anybody locked it")
	}
	other, end := lockElsewhere(t, dir)
	if !InUse(dir) {
		t.Error("not in use while another process holds the lock")
	}
	_, err := lockRun(dir)
	if err == nil {
		t.Fatal("two processes hold the lock")
	}
	want := fmt.Sprintf("%s is in use by process %d: wait until that ends, or stop it", dir, other.Process.Pid)
	if err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	end.Close()
	if err := other.Wait(); err != nil {
		t.Fatal(err)
	}
	mustLock(t, dir)
}

func TestLockOfADeadProcessIsFree(t *testing.T) {
	dir := t.TempDir()
	other, _ := lockElsewhere(t, dir)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	other.Wait()
	if InUse(dir) {
		t.Error("in use by a dead process")
	}
	mustLock(t, dir)
}

// mustLock locks and releases, and looks whether InUse and the file tell of it.
func mustLock(t *testing.T, dir string) {
	t.Helper()
	l, err := lockRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, lockName))
	if want := fmt.Sprintf("%d\n", os.Getpid()); err != nil || string(text) != want {
		t.Errorf("the file says %q, want %q: %v", text, want, err)
	}
	if !InUse(dir) {
		t.Error("not in use while this process holds the lock")
	}
	if again, err := lockRun(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("locked twice: %v %v", again, err)
	}
	if err := l.release(); err != nil {
		t.Error(err)
	}
	if InUse(dir) {
		t.Error("in use after release")
	}
}

// InUse holds the lock for a moment; whoever wants to work in that moment waits.
func TestLookingKeepsNobodyFromWork(t *testing.T) {
	dir := t.TempDir()
	looking, err := os.Create(filepath.Join(dir, lockName))
	if err != nil {
		t.Fatal(err)
	}
	if err := flock(looking, syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(lockPatience/4, func() { looking.Close() })
	mustLock(t, dir)
}

func TestLockErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := lockRun(missing); err == nil || !strings.Contains(err.Error(), "cannot write "+missing) {
		t.Error(err)
	}
	if InUse(missing) {
		t.Error("a folder that is not there is in use")
	}
}
