package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endedBy waits for a signal to end the work, with its exit code.
func endedBy(t *testing.T, i *interrupt, signal syscall.Signal, code int) {
	t.Helper()
	select {
	case <-i.Done():
	case <-time.After(10 * time.Second):
		t.Fatalf("%v did not end the work", signal)
	}
	if stopped, ok := i.stopped().(stoppedError); !ok || stopped.code() != code {
		t.Errorf("%v gives %v", signal, i.stopped())
	}
}

func TestFirstSignalEndsTheWork(t *testing.T) {
	heeded := make(chan os.Signal, 1)
	signal.Notify(heeded, syscall.SIGHUP) // also where the tests run under nohup
	signal.Stop(heeded)
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		i := onInterrupt(context.Background(), io.Discard)
		if i.stopped() != nil || i.Err() != nil {
			t.Fatal("stopped before a signal")
		}
		if err := syscall.Kill(os.Getpid(), signal); err != nil {
			t.Fatal(err)
		}
		endedBy(t, i, signal, code)
		i.release()
	}
}

// Under nohup the end of the terminal ends nothing.
func TestNohup(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	i := onInterrupt(context.Background(), io.Discard)
	defer i.release()
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM} {
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	endedBy(t, i, syscall.SIGTERM, 143)
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), helper+"=stubborn")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(20*time.Second, func() { c.Process.Kill() }).Stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if text := lines.Text(); text == "ready" || strings.HasPrefix(text, "stopping") {
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d", code)
	}
}
