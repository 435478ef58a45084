package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"vkgan/gan"
)

// slowWriter takes some time over every 64 KiB.
type slowWriter struct{ to io.Writer }

func (w slowWriter) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		n, err := w.to.Write(p[:min(len(p), 64<<10)])
		written += n
		if err != nil {
			return written, err
		}
		p = p[n:]
		time.Sleep(time.Millisecond)
	}
	return written, nil
}

// process starts this test binary as vkgan.
func process(t *testing.T, mode string, args ...string) *exec.Cmd {
	t.Helper()
	command := []string{os.Args[0]}
	if run := os.Getenv("VKGAN_RUN"); run != "" { // the driver's own loader starts this process
		command = []string{run, os.Args[0]}
	}
	command = append(command, args...)
	c := exec.Command(command[0], command[1:]...)
	c.Env = append(os.Environ(), helper+"="+mode)
	return c
}

// Training processes are killed at random moments, most of them while they write a checkpoint. Whatever the moment, the run
// can be gone on with, and ends as the run that was left alone.
func TestKilledRuns(t *testing.T) {
	kills, inWrite := 6, 1 // at least so many of each model's while a checkpoint is being written
	if os.Getenv("VKGAN_TEST_ALL") == "1" {
		kills, inWrite = 50, 10
	}
	for _, m := range models {
		t.Run(m.command[1], func(t *testing.T) { testKilledRuns(t, m.command, m.folder, kills/len(models), inWrite) })
	}
}

func testKilledRuns(t *testing.T, command []string, folder string, kills, inWrite int) {
	random := rand.New(rand.NewPCG(1, 2))
	command = slices.Concat(command, []string{"--data", digits(t), "--max-steps", "40", "--log-every", "3", "--checkpoint-every", "2"})
	whole := t.TempDir()
	trained(t, append(command, "--out", whole)...)
	want := filepath.Join(whole, folder)

	killed, caught, resumed := 0, 0, 0
	for killed < kills {
		out := t.TempDir()
		dir := filepath.Join(out, folder)
		args := append(command, "--out", out, "--json", "--quiet")
		reached := 0
		for {
			c := process(t, "slow", args...)
			if killed >= kills {
				c = process(t, "plain", args...) // to the end
			}
			stdout, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			c.Stderr = &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			// The moment is counted from a checkpoint's beginning, or in one of six cases from the process' own.
			left := random.IntN(6)
			lines := bufio.NewScanner(stdout)
			for left > 0 && lines.Scan() {
				if strings.Contains(lines.Text(), `"event":"checkpoint"`) {
					left--
				}
			}
			if killed < kills {
				if killed%2 == 0 { // every other one in the write
					for deadline := time.Now().Add(10 * time.Second); !halfWritten(dir, c) && time.Now().Before(deadline); {
						time.Sleep(time.Millisecond)
					}
				}
				time.Sleep(time.Duration(random.Int64N(int64(200 * time.Millisecond))))
				c.Process.Signal(syscall.SIGKILL)
			}
			io.Copy(io.Discard, stdout)
			err = c.Wait()
			if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); err == nil {
				break // it came to its end
			} else if !ok || !status.Signaled() || stderr.Len() > 0 {
				t.Fatalf("%v: %s", err, stderr.String())
			}
			killed++
			if halfWritten(dir, c) {
				caught++
			}
			step := 0
			if c, err := gan.ReadCheckpoint(filepath.Join(dir, "checkpoints", "latest")); err == nil {
				step = c.Position.Step
			} else if !os.IsNotExist(err) {
				t.Fatalf("after kill %d: %v", killed, err)
			}
			if step < reached {
				t.Errorf("kill %d: step %d was saved, now the latest is %d", killed, reached, step)
			}
			if step > 0 {
				resumed++
			}
			reached = step
			args = []string{"train", command[1], "--out", out, "--resume", "latest", "--json", "--quiet"}
		}
		sameTensors(t, "a killed run", latest(t, dir), latest(t, want))
		sameLogs(t, "a killed run", dir, want)
	}
	t.Logf("%d kills, %d of them in a write; %d times a checkpoint was gone on with", killed, caught, resumed)
	if caught < inWrite || resumed == 0 {
		t.Errorf("only %d of %d kills met a checkpoint being written, want %d; %d had one to go on with", caught, killed, inWrite, resumed)
	}
}

// halfWritten says that a process has a checkpoint under way, or left it so.
func halfWritten(dir string, c *exec.Cmd) bool {
	half, err := filepath.Glob(filepath.Join(dir, "checkpoints", fmt.Sprintf("*.%d.tmp", c.Process.Pid)))
	return err == nil && len(half) > 0
}
