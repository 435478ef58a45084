package gan

import (
	"context"
	"errors"
	"runtime"
	"syscall"
	"time"
)

// Measurement is what Measure found.
type Measurement struct {
	Times   []time.Duration // wall time of each step; steps that were submitted together count alike
	Gaps    []time.Duration // between submissions, by the device's clock, as vk.Device.Gaps tells; nil where it has none
	Host    time.Duration   // processor time of the thread that submits and reads figures, for all the steps
	Process time.Duration   // processor time of the whole process, the driver's threads included; on a CPU driver they compute
}

// Measure trains for warmup steps, at least one, whose first compile kernels, then for steps more as Run does it, and measures
// these; their times are what the pace that Run shows is taken from. It runs instead of Run, without evaluations or samples, and
// ends early when ctx is done.
func (t *Trainer) Measure(ctx context.Context, warmup, steps int) (Measurement, error) {
	t.start, t.savedAt = time.Now(), time.Now()
	if err := t.advance(ctx, max(warmup, 1)); err != nil {
		return Measurement{}, err
	}
	m := Measurement{Times: make([]time.Duration, 0, steps)}
	t.landed = func(n int, each time.Duration) {
		for range n {
			m.Times = append(m.Times, each)
		}
	}
	defer func() { t.landed = nil }()
	stamped := t.dev.Info().Limits.TimestampBits > 0
	if stamped {
		if err := t.dev.StampSubmissions(); err != nil {
			return Measurement{}, err
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	host, process := processorTime(syscall.RUSAGE_THREAD), processorTime(syscall.RUSAGE_SELF)
	err := t.advance(ctx, t.done+steps)
	m.Host, m.Process = processorTime(syscall.RUSAGE_THREAD)-host, processorTime(syscall.RUSAGE_SELF)-process
	if stamped {
		gaps, failed := t.dev.Gaps()
		for _, ns := range gaps {
			m.Gaps = append(m.Gaps, time.Duration(ns))
		}
		err = errors.Join(err, failed)
	}
	return m, err
}

// processorTime is what a thread or process has used so far, in user and kernel.
func processorTime(of int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(of, &u); err != nil {
		panic(err) // only for another `of`
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
