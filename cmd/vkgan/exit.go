package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes, beside 128 + the signal's number after a signal: 130 after Ctrl-C, 143 after SIGTERM.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a command line that makes no sense.
type usageError struct {
	command string // its path, for the hint
	cause   error
}

func (e usageError) Error() string { return e.cause.Error() }
func (e usageError) Unwrap() error { return e.cause }

func wrongUsage(c *cobra.Command, format string, args ...any) error {
	return usageError{c.CommandPath(), fmt.Errorf(format, args...)}
}

// stoppedError is work that a signal ended in good order.
type stoppedError struct{ signal syscall.Signal }

func (e stoppedError) Error() string { return "stopped by " + e.signal.String() }

func (e stoppedError) code() int { return 128 + int(e.signal) }

// run executes a command line and gives the exit code. A failure is one line on s.err; wrong usage has a hint below it.
func run(args []string, s streams) (code int) {
	debugging := os.Getenv("VKGAN_DEBUG") == "1"
	if !debugging {
		debug.SetTraceback("none") // a crash inside a driver cannot be recovered from
	}
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(s.err, "vkgan: internal error: %s: please report it, with what VKGAN_DEBUG=1 prints\n", oneLine(fmt.Sprint(p)))
			if debugging {
				s.err.Write(debug.Stack())
			}
			code = exitFailed
		}
	}()
	signal.Ignore(syscall.SIGXFSZ) // a file above `ulimit -f` is an error, not the end of the process
	root := newRoot(s)
	root.SetArgs(args)
	return report(root.Execute(), s)
}

// report tells a person of an error, and gives the exit code.
func report(err error, s streams) int {
	if err == nil {
		return exitDone
	}
	if stopped, ok := err.(stoppedError); ok { // and nothing else went wrong
		return stopped.code()
	}
	fmt.Fprintf(s.err, "vkgan: %s\n", oneLine(err.Error()))
	if usage := (usageError{}); errors.As(err, &usage) {
		fmt.Fprintf(s.err, "see '%s --help'\n", usage.command)
		return exitUsage
	}
	return exitFailed
}

// oneLine joins the lines of a text, such as errors.Join's.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// flagError puts what pflag says of a wrong flag into words.
func flagError(c *cobra.Command, err error) error {
	if bad := (*pflag.InvalidValueError)(nil); errors.As(err, &bad) {
		why := bad.Unwrap() // our own types' errors are fit for people
		if wanted := map[string]string{
			"int": "a whole number", "uint64": "a whole number from 0 on", "float32": "a number",
			"duration": "a duration such as 90s, 30m or 2h", "bool": "true or false",
		}[bad.GetFlag().Value.Type()]; wanted != "" {
			why = errors.New("want " + wanted)
		}
		return wrongUsage(c, "--%s is %q: %w", bad.GetFlag().Name, bad.GetValue(), why)
	}
	return usageError{c.CommandPath(), err}
}
