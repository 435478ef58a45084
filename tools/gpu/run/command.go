package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// grace is what a program gets to end after SIGTERM.
const grace = 15 * time.Second

// command is a program that leads a process group of its own, which ends with ctx or with this process.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGTERM) }
	c.WaitDelay = grace
	return c
}

// run runs a program and gives its standard output. The error holds the last of what it said.
func run(ctx context.Context, name string, args ...string) (string, error) {
	c := command(ctx, name, args...)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	err := c.Run()
	reap(c)
	return out.String(), explain(err, said.String())
}

// reap ends what a program left running.
func reap(c *exec.Cmd) {
	if c.Process != nil {
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
}

// explain adds the last lines of what a program said to the error that it ended with.
func explain(err error, said string) error {
	if err == nil {
		return nil
	}
	if text := lastLines(said, 3, 600); text != "" {
		return fmt.Errorf("%w: %s", err, text)
	}
	return err
}

// lastLines joins the last lines of a text that hold something.
func lastLines(text string, lines, bytes int) string {
	var list []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	list = list[max(0, len(list)-lines):]
	joined := strings.Join(list, "; ")
	return joined[max(0, len(joined)-bytes):]
}

// vkgan runs the kit's vkgan on the chosen device.
func (t *turn) vkgan(args ...string) (string, error) {
	if t.device != "" {
		args = append(args, "--device", t.device)
	}
	return run(t.ctx, filepath.Join(t.folder, "vkgan-headless"), args...)
}

// over tells whether the turn's time is over, so that an error says nothing of what was measured.
func (t *turn) over() bool { return t.ctx.Err() != nil }

var errOver = errors.New("the time is over")
