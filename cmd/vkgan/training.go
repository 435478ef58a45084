package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/internal/mnist"
	"vkgan/internal/preview"
	"vkgan/vk"
)

// checkpointsThrough, if set, is what the bytes of checkpoints pass through: tests slow them down, or let them fail.
var checkpointsThrough func(io.Writer) io.Writer

// optionsJSON is `options` of run.json: the flags that are no part of the recipe, resolved, by their names.
type optionsJSON struct {
	Epochs          int    `json:"epochs"`
	MaxSteps        int    `json:"max_steps"`
	MaxTime         string `json:"max_time"`
	EvalEvery       int    `json:"eval_every"`
	SampleEvery     int    `json:"sample_every"`
	LogEvery        int    `json:"log_every"`
	CheckpointEvery string `json:"checkpoint_every"`
	CalibrateOn     int    `json:"calibrate_on"`
	Data            string `json:"data"`
	Validate        bool   `json:"validate"`
	Device          string `json:"device"`
	Deterministic   bool   `json:"deterministic"`
	Precision       string `json:"precision,omitempty"` // "": fp32
}

// train runs `vkgan train MODEL`: it begins a run or goes on with one.
func (t *trainFlags) train(c *cobra.Command, s streams, m trainable) (err error) {
	if !t.preview || t.dryRun {
		return t.trainIn(c, s, m, nil)
	}
	preview.Main(func() { err = t.trainIn(c, s, m, &showing{say: s.err}) })
	return err
}

// trainIn is train with a window; nil for none.
func (t *trainFlags) trainIn(c *cobra.Command, s streams, m trainable, window *showing) (err error) {
	before, err := t.recall(c, m)
	if err != nil {
		return err
	}
	defer func() { err = before.closing(err) }()
	if err := t.check(c); err != nil {
		return err
	}
	data, err := t.load()
	if err != nil {
		return err
	}
	if err := t.planDecay(c, m, data.set); err != nil {
		return err
	}
	j, err := m.job(t.seed, data.set)
	if err != nil {
		return usageError{c.CommandPath(), err}
	}
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	ctx, stop := context.WithCancel(signals)
	defer stop()
	s, out := newOutlets(s, stop)
	w := newWatcher(s, t.quiet || t.dryRun, t.json)
	if window != nil {
		window.stop, w.window = stop, window
		window.open(j.title)
	}
	result, err := t.work(ctx, j, data.digest, before, w, func(session *session, plan plan, info gan.RunInfo) (*gan.Run, error) {
		if t.dryRun {
			return nil, plan.print(s.out, t.json)
		}
		for _, line := range plan.lines() {
			w.view.say("%s", line)
		}
		return t.openRun(before, session, j, info, w)
	})
	if errors.Is(err, context.Canceled) { // before the run began
		return cmp.Or(out.broken(), signals.ended(err))
	}
	switch {
	case err != nil:
		return err
	case t.dryRun:
		return out.broken()
	}
	if err := w.end(result); err != nil {
		return err
	}
	return cmp.Or(signals.stopped(), out.broken())
}

// loaded is a data set as it is trained on, and the digest of the whole of it.
type loaded struct {
	set    *mnist.Set
	digest string
}

func (t *trainFlags) load() (loaded, error) {
	whole, err := mnist.Load(t.data)
	if err != nil {
		return loaded{}, err
	}
	data := loaded{whole, gan.DataDigest(whole)}
	if t.validate {
		data.set = whole.HoldOut()
	}
	return data, nil
}

// opening gives the run that a session is to train, nil for none. info is for its run.json.
type opening func(s *session, p plan, info gan.RunInfo) (*gan.Run, error)

// work sets a job up on a device and trains in the run that open then gives, on a data set of this digest. A run that goes on
// with one before keeps that one's kernels.
func (t *trainFlags) work(ctx context.Context, j job, digest string, before *past, w *watcher, open opening) (result gan.Result, err error) {
	table := t.firstTable(ctx, w)
	if before != nil {
		table = recordedTable(before.run.Info.Tuning)
	}
	session, err := openModel(vk.Options{Device: t.device, Window: w.window.vulkan()}, t.precision, j, table, w.streams.err)
	if err != nil {
		w.window.close(nil)
		return result, err
	}
	defer func() { err = closing(session, err) }()
	defer func() { w.window.close(session.dev) }()
	options := t.options()
	options.Spectator = w.window.watch(session, w)
	err = session.prepare(options, w)
	w.view.clear()
	if err != nil {
		return result, err
	}
	info, err := t.runInfo(j, session, digest)
	if err != nil {
		return result, err
	}
	run, err := open(session, newPlan(j, session, info), info)
	if err != nil || run == nil {
		return result, err
	}
	run.Through = checkpointsThrough
	w.memory = func() int64 { return session.dev.Usage().Allocated }
	return watch(ctx, session, w, run)
}

// runInfo is what run.json says of a run that these flags ask for, on a data set of this digest.
func (t *trainFlags) runInfo(j job, s *session, digest string) (gan.RunInfo, error) {
	device, driver := gan.Hardware(s.dev)
	epoch := s.model.StepsPerEpoch()
	orEpoch := func(every int) int {
		if every == 0 {
			return epoch
		}
		return every
	}
	data := t.data
	if data != "" {
		var err error
		if data, err = filepath.Abs(data); err != nil {
			return gan.RunInfo{}, err
		}
	}
	test, validation := s.data.Test.Count, 0
	if t.validate {
		test, validation = validation, test
	}
	return gan.RunInfo{
		Model: j.model, Recipe: j.recipe, Version: versionText(), Command: os.Args,
		Options: optionsJSON{
			Epochs: t.epochs, MaxSteps: t.maxSteps, MaxTime: t.maxTime.String(),
			EvalEvery: orEpoch(t.evalEvery), SampleEvery: orEpoch(t.sampleEvery), LogEvery: t.logEvery, CheckpointEvery: t.checkpointEvery.String(), CalibrateOn: t.calibrateOn,
			Data: data, Validate: t.validate, Device: t.device, Deterministic: t.deterministic, Precision: string(cmp.Or(t.precision, fp32)),
		},
		Seeds: gan.RunSeeds{Seed: t.seed},
		Data: gan.RunData{
			Origin: j.set.Origin, Train: s.data.Train.Count, Test: test, Validation: validation, Classes: j.set.Classes, Absent: j.set.Absent(),
			Height: j.set.Train.Height, Width: j.set.Train.Width, SHA256: digest,
		},
		Device: device, Driver: driver, Precision: gan.Precision(s.dev), Kernels: gan.KernelHash(), Tuning: s.dev.Tuning(),
	}, nil
}

// openRun begins a run, or goes on with the one before, whose model the session takes over.
func (t *trainFlags) openRun(before *past, s *session, j job, info gan.RunInfo, w *watcher) (*gan.Run, error) {
	if before == nil {
		return gan.NewRun(t.out, j.folder, info)
	}
	run, checkpoint := before.run, before.checkpoint
	if was := run.Info.Data; was.SHA256 != info.Data.SHA256 {
		return nil, fmt.Errorf("%s was begun on another data set (%s): give that one with --data", run.Dir, was.Origin)
	}
	switch {
	case checkpoint == nil && run.Info.Import != nil:
		return nil, fmt.Errorf("%s has lost the weights that it was begun with: import them again", run.Dir)
	case checkpoint == nil:
		w.view.say("resuming    from the beginning: %s was ended before its first checkpoint", run.Dir)
	default:
		start := time.Now()
		if err := s.trainer.Restore(checkpoint); err != nil {
			return nil, err
		}
		took := before.took + time.Since(start)
		w.view.say("resuming    at step %s, with %s (read and restored in %.1f s)", count(checkpoint.Position.Step), checkpoint.Path, took.Seconds())
		for _, difference := range info.DiffersFrom(checkpoint) {
			fmt.Fprintf(w.streams.err, "vkgan: from here on the run is no longer bit-exact: another %s\n", difference)
		}
	}
	run = before.take()
	if err := run.Resume(checkpoint, info); err != nil {
		return nil, errors.Join(err, run.Close())
	}
	w.window.recall(run)
	for _, log := range run.Gaps {
		fmt.Fprintf(w.streams.err, "vkgan: %s is gone or was cut since the checkpoint was written: lines are missing there\n", log)
	}
	return run, nil
}

// watch trains in a run folder until the run's bound is met or ctx is done.
func watch(ctx context.Context, s *session, w *watcher, run *gan.Run) (gan.Result, error) {
	if err := w.begin(run); err != nil {
		return gan.Result{}, errors.Join(err, run.Finish("failed"))
	}
	result, err := s.trainer.Run(ctx)
	state := runState(result)
	if err != nil {
		state = "failed"
	}
	w.view.clear()
	return result, errors.Join(workError(err), run.Finish(state))
}

// runState is the state of a run that ended in good order.
func runState(r gan.Result) string {
	if r.Stopped {
		return "stopped"
	}
	return "done"
}
