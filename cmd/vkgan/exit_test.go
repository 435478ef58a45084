package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"vkgan/vk"
)

func TestReport(t *testing.T) {
	stopped := stoppedError{syscall.SIGINT}
	for _, test := range []struct {
		name string
		err  error
		code int
		says string
	}{
		{"nothing", nil, 0, ""},
		{"failure", errors.New("no power"), 1, "vkgan: no power\n"},
		{"several", errors.Join(errors.New("a"), errors.New("b")), 1, "vkgan: a; b\n"},
		{"usage", fmt.Errorf("so: %w", usageError{"vkgan x", errors.New("bad")}), 2, "vkgan: so: bad\nsee 'vkgan x --help'\n"},
		{"Ctrl-C", stopped, 130, ""},
		{"SIGTERM", stoppedError{syscall.SIGTERM}, 143, ""},
		{"Ctrl-C, then a failure", errors.Join(stopped, errors.New("validation spoke")), 1, "vkgan: stopped by interrupt; validation spoke\n"},
	} {
		var stderr bytes.Buffer
		if code := report(test.err, streams{err: &stderr}); code != test.code || stderr.String() != test.says {
			t.Errorf("%s: exit code %d, stderr %q", test.name, code, stderr.String())
		}
	}
}

type explosive struct{}

func (explosive) Write([]byte) (int, error) { panic("boom\nat night") }

func TestPanicIsOneLine(t *testing.T) {
	for debugging, lines := range map[string]int{"": 1, "1": 10} {
		t.Setenv("VKGAN_DEBUG", debugging)
		var stderr bytes.Buffer
		code := run([]string{"version"}, streams{out: explosive{}, err: &stderr})
		got := stderr.String()
		if code != exitFailed || !strings.HasPrefix(got, "vkgan: internal error: boom; at night: please report it") {
			t.Errorf("exit code %d, stderr %s", code, got)
		}
		if n := strings.Count(got, "\n"); (lines == 1) != (n == 1) {
			t.Errorf("VKGAN_DEBUG=%q: %d lines", debugging, n)
		}
	}
}

func TestErrorsNameARemedy(t *testing.T) {
	for _, test := range []struct {
		err  error
		says string
	}{
		{deviceError(vk.ErrNoLoader), "apt-get install libvulkan1"},
		{deviceError(vk.ErrNoDevice), "vkgan doctor"},
		{workError(vk.ErrOutOfMemory), "--batch-size"},
		{inferenceError(vk.ErrOutOfMemory), "--device"},
		{inferenceError(vk.ErrDeviceLost), "dmesg"},
		{workError(vk.ErrTimeout), "VKGAN_TIMEOUT"},
		{workError(vk.ErrDeviceLost), "dmesg"},
	} {
		if !strings.Contains(test.err.Error(), test.says) {
			t.Errorf("%v: nothing of %s", test.err, test.says)
		}
	}
	other := errors.New("other")
	if deviceError(other) != other || workError(other) != other || workError(nil) != nil || inferenceError(nil) != nil {
		t.Error("other errors are not left alone")
	}
}
