package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/term"
)

// outlet is stdout or stderr of a run that may last. Once it fails, as a pipe does whose reader has gone or a file on a full disk,
// it swallows what comes: the run is worth more than its report.
type outlet struct {
	to     io.Writer
	failed func() // is called then, once; nil: nothing is

	mutex sync.Mutex
	err   error
}

// newOutlets makes outlets of streams. When stdout fails, stop is called: nobody would learn of what comes.
func newOutlets(s streams, stop func()) (streams, *outlet) {
	signal.Ignore(syscall.SIGPIPE) // the error of the write tells
	out := &outlet{to: s.out, failed: stop}
	return streams{in: s.in, out: out, err: &outlet{to: s.err}}, out
}

func (o *outlet) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.err == nil {
		if _, o.err = o.to.Write(p); o.err != nil && o.failed != nil {
			o.failed()
		}
	}
	return len(p), nil
}

// broken is the error that the outlet failed with, nil if it did not.
func (o *outlet) broken() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return stdoutError(o.err)
}

// stdoutError is what a person is told of a failed write, nil without one.
func stdoutError(err error) error {
	if err != nil {
		return fmt.Errorf("cannot write to stdout: %w", err)
	}
	return nil
}

// terminal is the file of a stream that is a terminal, nil if it is none.
func terminal(out io.Writer) *os.File {
	if o, ok := out.(*outlet); ok {
		out = o.to
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}
