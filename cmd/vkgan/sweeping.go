package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

// sweeping is a sweep under way.
type sweeping struct {
	*sweepFlags
	model   trainable
	streams streams
	text    io.Writer // for people: stdout, with --json stderr
	images  loaded
	folder  *gan.Sweep // nil until the first run begins
}

// sweep runs `vkgan sweep train MODEL`: it begins a sweep or goes on with one.
func (f *sweepFlags) sweep(c *cobra.Command, s streams, m trainable) error {
	w := &sweeping{sweepFlags: f, model: m}
	w.speak(s)
	var err error
	if w.folder, err = f.recall(c, m); err != nil {
		return err
	}
	if err = w.prepare(c); err == nil && f.dryRun {
		err = w.plan()
	}
	if err != nil || f.dryRun {
		if w.folder != nil {
			return errors.Join(err, w.folder.Close())
		}
		return err
	}
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	ctx, stop := context.WithCancel(signals)
	defer stop()
	s, out := newOutlets(s, stop)
	w.speak(s)
	return cmp.Or(w.finish(w.run(ctx), signals), out.broken())
}

// speak lets the sweep use these streams.
func (w *sweeping) speak(s streams) {
	w.streams, w.text = s, s.out
	if w.json {
		w.text = s.err
	}
}

// prepare looks at all that can be wrong before the first run begins.
func (w *sweeping) prepare(c *cobra.Command) (err error) {
	if err := w.check(c); err != nil {
		return err
	}
	if w.images, err = w.load(); err != nil {
		return err
	}
	if w.folder != nil && w.folder.Info.Data.SHA256 != w.images.digest {
		return fmt.Errorf("%s was begun on another data set (%s): give that one with --data", w.folder.Dir, w.folder.Info.Data.Origin)
	}
	if err := w.planDecay(c, w.model, w.images.set); err != nil {
		return err
	}
	if _, err := w.model.job(w.seeds[0], w.images.set); err != nil {
		return usageError{c.CommandPath(), err}
	}
	return nil
}

// plan is --dry-run: the plan of the first seed's run, and the seeds.
func (w *sweeping) plan() error {
	j, run, watcher, err := w.one(w.seeds[0])
	if err != nil {
		return err
	}
	_, err = run.work(context.Background(), j, w.images.digest, nil, watcher, func(_ *session, p plan, _ gan.RunInfo) (*gan.Run, error) {
		return nil, p.print(w.streams.out, w.json)
	})
	if err != nil {
		return err
	}
	if w.json {
		return w.line(map[string][]uint64{"seeds": w.seeds})
	}
	_, err = fmt.Fprintf(w.streams.out, "sweep       of seeds %s, one after the other\n", w.seeds.String())
	return err
}

// one is what the run of one seed needs.
func (w *sweeping) one(seed uint64) (job, trainFlags, *watcher, error) {
	run := w.trainFlags
	run.seed = seed
	if w.ownLabels {
		*w.model.dataSeed = seed
	}
	j, err := w.model.job(seed, w.images.set)
	return j, run, newWatcher(streams{out: w.text, err: w.streams.err}, w.quiet, false), err
}

// run runs what has not ended of each seed, until ctx is done.
func (w *sweeping) run(ctx context.Context) error {
	if w.folder != nil {
		if err := w.folder.Resume(w.seeds); err != nil {
			return err
		}
	}
	for i, seed := range w.seeds {
		if ctx.Err() != nil {
			return nil
		}
		result, ended, err := w.ended(seed)
		if err == nil && !ended {
			result, ended, err = w.seed(ctx, i)
		}
		if err == nil && ended && w.json {
			err = w.line(result)
		}
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return nil
}

// ended is the result of a seed that has ended before.
func (w *sweeping) ended(seed uint64) (gan.SeedResult, bool, error) {
	if w.folder == nil {
		return gan.SeedResult{}, false, nil
	}
	return w.folder.Result(seed)
}

// seed runs seed i to its end, unless ctx is done before. A run that diverges has ended too.
func (w *sweeping) seed(ctx context.Context, i int) (r gan.SeedResult, ended bool, err error) {
	j, run, watcher, err := w.one(w.seeds[i])
	if err != nil {
		return r, false, err
	}
	before, err := w.past(w.seeds[i])
	if err != nil {
		return r, false, err
	}
	defer func() { err = before.closing(err) }()
	first := w.folder == nil
	result, err := run.work(ctx, j, w.images.digest, before, watcher, func(s *session, p plan, info gan.RunInfo) (*gan.Run, error) {
		if first {
			for _, line := range p.lines() {
				watcher.view.say("%s", line)
			}
			if err := w.begin(j, info); err != nil {
				return nil, err
			}
		}
		watcher.view.say("sweep       %s, seed %d of %d", w.folder.Dir, i+1, len(w.seeds))
		run.out = w.folder.Dir
		j.folder += fmt.Sprintf("-seed%d", run.seed)
		return run.openRun(before, s, j, info, watcher)
	})
	var diverged *gan.DivergedError
	if errors.As(err, &diverged) {
		watcher.view.say("failed      %v", diverged)
		r, recorded := w.folder.Record(w.seeds[i], diverged)
		return r, true, errors.Join(besides(err), recorded)
	}
	if err != nil || result.Stopped {
		return r, false, err
	}
	r, err = w.folder.Record(w.seeds[i], nil)
	return r, true, err
}

// besides is what an error tells but that training diverged.
func besides(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var rest []error
		for _, e := range joined.Unwrap() {
			rest = append(rest, besides(e))
		}
		return errors.Join(rest...)
	}
	if diverged := (*gan.DivergedError)(nil); errors.As(err, &diverged) {
		return nil
	}
	return err
}

// begin makes the sweep's folder. job and info are of the first run.
func (w *sweeping) begin(j job, info gan.RunInfo) (err error) {
	w.folder, err = gan.NewSweep(w.out, "sweep-"+j.folder, gan.SweepInfo{
		Model: info.Model, Version: info.Version, Command: info.Command, Seeds: w.seeds, OwnLabels: w.ownLabels, Options: info.Options, Recipe: info.Recipe, Data: info.Data,
	})
	return err
}

// past is the run of a seed that was begun in the sweep's folder, nil if none was.
func (w *sweeping) past(seed uint64) (*past, error) {
	if w.folder == nil {
		return nil, nil
	}
	dir, err := w.folder.Run(seed)
	if err != nil || dir == "" {
		return nil, err
	}
	return newPast(w.folder.Dir, dir)
}

// finish writes and prints how the sweep ended: with err, or by a signal, or with a result of every seed.
func (w *sweeping) finish(err error, signals *interrupt) error {
	if errors.Is(err, context.Canceled) { // between two runs
		err = nil
	}
	if w.folder == nil && err == nil {
		return signals.stopped()
	} else if w.folder == nil {
		return err
	}
	info := &w.folder.Info
	state := "done"
	switch {
	case err != nil:
		state = "failed"
	case len(info.Results) < len(info.Seeds):
		state = "stopped"
	case len(info.Summary.Failed) > 0:
		state = "failed"
	}
	err = errors.Join(err, w.folder.Finish(state))
	printSweep(w.text, w.folder)
	if w.json {
		err = errors.Join(err, w.line(newSweepSummary(w.folder)))
	}
	if err != nil {
		return err
	}
	if err := signals.stopped(); err != nil {
		return err
	}
	var failed []error
	for _, r := range info.Results {
		if r.Error != "" {
			failed = append(failed, fmt.Errorf("seed %d: %s", r.Seed, r.Error))
		}
	}
	return errors.Join(failed...)
}

func (w *sweeping) line(v any) error {
	return stdoutError(json.NewEncoder(w.streams.out).Encode(v))
}
