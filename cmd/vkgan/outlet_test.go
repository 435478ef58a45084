package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"vkgan/gan"
)

// A plan that cannot be printed is an error.
func TestDryRunOnAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, format := range []string{"--json", "--quiet"} {
		var stderr strings.Builder
		code := run(small(t, t.TempDir(), "--dry-run", format), streams{out: full, err: &stderr})
		if code != exitFailed || !strings.Contains(stderr.String(), "cannot write to stdout: ") {
			t.Errorf("%s: exit code %d, %s", format, code, stderr.String())
		}
	}
}

// A run whose reader goes, and with Ctrl-C, which ends the reader too, is saved.
func TestReaderGoes(t *testing.T) {
	for name, interrupted := range map[string]bool{"stdout's": false, "both streams', by Ctrl-C": true} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			c := process(t, "plain", small(t, out, "--epochs", "1000000", "--log-every", "1", "--json")...)
			var stderr strings.Builder
			c.Stdout, c.Stderr = write, &stderr
			if interrupted {
				c.Stderr = write
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			write.Close()
			defer time.AfterFunc(time.Minute, func() { c.Process.Kill() }).Stop()
			for lines := bufio.NewScanner(read); lines.Scan() && !strings.Contains(lines.Text(), `"step":2,`); {
			}
			read.Close()
			want := exitFailed
			if interrupted {
				want = 130
				c.Process.Signal(os.Interrupt)
			}
			c.Wait()
			if code := c.ProcessState.ExitCode(); code != want || !interrupted && !strings.Contains(stderr.String(), "vkgan: cannot write to stdout: ") {
				t.Errorf("%v, stderr %q; want exit code %d", c.ProcessState, stderr.String(), want)
			}
			dir := filepath.Join(out, infogan)
			info, err := gan.ReadRun(dir)
			if err != nil || info.State != "stopped" {
				t.Errorf("the run is %q, %v", info.State, err)
			}
			if step, err := strconv.Atoi(latest(t, dir).Metadata["step"]); err != nil || step < 2 {
				t.Errorf("step %d was saved, %v", step, err)
			}
		})
	}
}
