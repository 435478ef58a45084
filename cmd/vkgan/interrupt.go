package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interrupt ends a piece of work in good order when Ctrl-C or SIGTERM comes or the terminal goes, and the process when a second
// signal does.
type interrupt struct {
	context.Context // done after the first signal
	cancel          context.CancelFunc
	signals         chan os.Signal
	first           atomic.Int32 // the signal's number, 0: none
}

// onInterrupt begins to listen; release ends it. say tells the person what the first signal does.
func onInterrupt(parent context.Context, say io.Writer) *interrupt {
	i := &interrupt{signals: make(chan os.Signal, 2)}
	i.Context, i.cancel = context.WithCancel(parent)
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(i.signals, syscall.SIGHUP)
	}
	go func() {
		for s := range i.signals {
			number := s.(syscall.Signal) // on this platform every os.Signal is one
			if !i.first.CompareAndSwap(0, int32(number)) {
				if number == syscall.SIGHUP { // the kernel sends one, and the shell another
					continue
				}
				os.Exit(stoppedError{number}.code())
			}
			i.cancel() // first: the one who reads what is said may be gone
			fmt.Fprintln(say, "\nstopping after the work under way; once more ends at once")
		}
	}()
	return i
}

// stopped is the error of work that was ended, nil if no signal came.
func (i *interrupt) stopped() error {
	if n := i.first.Load(); n != 0 {
		return stoppedError{syscall.Signal(n)}
	}
	return nil
}

// ended is the error of work that ended with err, possibly because it was told to.
func (i *interrupt) ended(err error) error {
	if stopped := i.stopped(); stopped != nil {
		return stopped
	}
	return workError(err)
}

func (i *interrupt) release() {
	signal.Stop(i.signals)
	close(i.signals)
	i.cancel()
}
