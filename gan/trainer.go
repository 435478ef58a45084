package gan

import (
	"context"
	"errors"
	"time"

	"vkgan/layers"
	"vkgan/vk"
)

// Options says how long to train and when to look.
type Options struct {
	Epochs, MaxSteps int           // 0: no such bound
	MaxTime          time.Duration // 0: no such bound
	EvalEvery        int           // steps; 0: an epoch
	SampleEvery      int           // steps; 0: an epoch
	LogEvery         int           // steps; 0: 50
	CheckpointEvery  time.Duration // 0: not by time
	CheckpointSteps  int           // 0: not by steps. There is one at the end in any case.
	CalibrateOn      int           // images for the batch-norms' statistics in the last checkpoint; 0: 10,000
	Validate         bool          // the data set is a Set.HoldOut: errors are validation errors, no test errors
	// StepsPerSubmission is how many steps one submission holds; 0: as many as keep it under 100 ms. It never
	// changes a result.
	StepsPerSubmission int
	Spectator          Spectator // nil: none
}

// Observer learns how training goes. It slows nothing but the host.
type Observer interface {
	Metrics(Metrics) error // each LogEvery steps and after each evaluation
	Progress(Progress)     // a few times a second
	Samples(step int, final bool, grid Grid) error
	Checkpoint(*Snapshot) error // which the observer releases, not necessarily at once
}

// Result is how a run ended.
type Result struct {
	Step    int
	Stopped bool // by its context, before its bound
	Elapsed time.Duration
	Last    Metrics // the latest value of everything
	Tested  int     // the step of its errors
}

// Trainer replays a model's recorded step until a bound is met.
type Trainer struct {
	dev      *vk.Device
	model    Model
	options  Options
	observer Observer

	step, beginEpoch, beginTest, test, sample, beginCalibration *vk.Program
	useCodes                                                    *vk.Program // nil: the model is no codeUser
	interim, final                                              calibration
	images                                                      layers.Tensor
	snapshot                                                    *snapshotBuffer

	start    time.Time
	done     int // steps submitted
	read     int // steps whose figures were read
	flying   flights
	pace     pace
	landed   func(steps int, each time.Duration) // unless nil, is told of the landings that the pace is taken from
	mean     mean
	last     Metrics
	reported time.Time
	phase    string          // of the latest report
	stop     <-chan struct{} // the run is told to

	pending bool          // what is due after t.done steps has not been done
	sampled int           // the step of the latest sample grid
	tested  int           // that of the latest evaluation
	saved   int           // the step of the latest checkpoint; -1: none
	savedAt time.Time     // or the beginning
	elapsed time.Duration // before this process
}

const (
	defaultLogEvery    = 50
	defaultCalibrateOn = 10000
)

// NewTrainer records the model's programs.
func NewTrainer(dev *vk.Device, m Model, o Options, observer Observer) (*Trainer, error) {
	if o.EvalEvery == 0 {
		o.EvalEvery = m.StepsPerEpoch()
	}
	if o.SampleEvery == 0 {
		o.SampleEvery = m.StepsPerEpoch()
	}
	if o.LogEvery == 0 {
		o.LogEvery = defaultLogEvery
	}
	if o.CalibrateOn == 0 {
		o.CalibrateOn = defaultCalibrateOn
	}
	t := &Trainer{dev: dev, model: m, options: o, observer: observer, saved: -1}
	var list programs
	list.record(&t.step, dev, "step", m.Step)
	list.record(&t.beginEpoch, dev, "begin epoch", m.BeginEpoch)
	list.record(&t.beginTest, dev, "begin test", m.BeginTest)
	list.record(&t.test, dev, "test", func(rec *vk.Recorder) { m.Test(rec, BatchStatistics) })
	if m, ok := m.(codeUser); ok {
		list.record(&t.useCodes, dev, "use of codes", m.UseCodes)
	}
	list.record(&t.sample, dev, "sample", func(rec *vk.Recorder) { t.images = m.Sample(rec) })
	list.record(&t.beginCalibration, dev, "begin calibration", m.BeginCalibration)
	calibrate := func(c *calibration, images int) {
		c.batches = (images + m.BatchSize() - 1) / m.BatchSize()
		list.record(&c.batch, dev, "calibrate", func(rec *vk.Recorder) { m.Calibrate(rec, c.batches) })
	}
	calibrate(&t.interim, min(interimCalibration, o.CalibrateOn))
	calibrate(&t.final, o.CalibrateOn)
	err1 := list.end(dev, t.compiled(time.Now()))
	var err2 error
	t.snapshot, err2 = newSnapshotBuffer(dev, m.State())
	if err := errors.Join(err1, err2); err != nil {
		t.Free()
		return nil, err
	}
	return t, nil
}

// Free frees the programs and the snapshot.
func (t *Trainer) Free() {
	for _, p := range []*vk.Program{t.step, t.beginEpoch, t.beginTest, t.test, t.useCodes, t.sample, t.beginCalibration, t.interim.batch, t.final.batch} {
		if p != nil {
			p.Free()
		}
	}
	if t.snapshot != nil {
		t.snapshot.release()
	}
}

// StepStats counts the commands of one training step.
func (t *Trainer) StepStats() vk.Stats { return t.step.Stats() }

// StepWork is what one training step has to do.
func (t *Trainer) StepWork() vk.Work { return totalWork(t.step.Commands()) }

func totalWork(commands []vk.Command) (total vk.Work) {
	for _, c := range commands {
		total.Add(c.Work)
	}
	return total
}

// Run trains until a bound is met or ctx is done; then it ends after the submissions under way, without an evaluation.
// Both leave a checkpoint and a final sample grid.
func (t *Trainer) Run(ctx context.Context) (Result, error) {
	t.stop = ctx.Done()
	t.start = time.Now().Add(-t.elapsed)
	t.savedAt = time.Now()
	t.report("compiling kernels", true)
	if err := t.spectated(); err != nil {
		return Result{}, err
	}
	if t.done == 0 {
		if err := t.takeSamples(false); err != nil {
			return Result{}, err
		}
	}
	err := t.train(ctx)
	if err == nil {
		err = t.end(ctx)
	}
	return t.result(ctx), err
}

func (t *Trainer) train(ctx context.Context) error {
	for ctx.Err() == nil {
		if t.pending {
			if err := t.atStop(); err != nil {
				return err
			}
		}
		if t.checkpointDue() && !t.finished() {
			if err := t.checkpoint(false); err != nil {
				return err
			}
		}
		if t.finished() {
			return nil
		}
		stop := t.nextStop()
		if err := t.advance(ctx, stop); err != nil {
			return err
		}
		t.pending = t.done == stop
	}
	return nil
}

// advance trains until stop steps are done, unless ctx is done, time is over or a checkpoint is due before.
func (t *Trainer) advance(ctx context.Context, stop int) error {
	for t.done < stop && ctx.Err() == nil && !t.outOfTime() && !t.checkpointDue() {
		if err := t.submit(min(t.perSubmission(), stop-t.done)); err != nil {
			return err
		}
		t.report("training", false)
		if err := t.landAllButOne(); err != nil {
			return err
		}
		if err := t.spectated(); err != nil {
			return err
		}
	}
	return t.drain()
}

// end is a checkpoint, the last evaluation, unless there was one at this step or no time is left, and the final grid. What
// comes after the checkpoint is not part of the run that a resume goes on with.
func (t *Trainer) end(ctx context.Context) error {
	if over := ctx.Err() == nil; over || t.saved != t.done {
		if err := t.checkpoint(over); err != nil {
			return err
		}
	}
	if (t.done == 0 || t.tested != t.done) && ctx.Err() == nil {
		if err := t.evaluate(); err != nil {
			return err
		}
	}
	if t.mean.N > 0 {
		if err := t.line(Metrics{}); err != nil {
			return err
		}
	}
	return t.takeSamples(true)
}

func (t *Trainer) result(ctx context.Context) Result {
	return Result{Step: t.done, Stopped: ctx.Err() != nil, Elapsed: time.Since(t.start), Last: t.last, Tested: t.tested}
}

// steps is the bound in steps; 0 if there is none.
func (t *Trainer) steps() int {
	return BoundInSteps(t.options.Epochs, t.model.StepsPerEpoch(), t.options.MaxSteps)
}

// BoundInSteps is the earlier of two bounds; 0 is none.
func BoundInSteps(epochs, stepsPerEpoch, maxSteps int) int {
	n := epochs * stepsPerEpoch
	if maxSteps > 0 && (n == 0 || maxSteps < n) {
		n = maxSteps
	}
	return n
}

func (t *Trainer) finished() bool {
	return t.steps() > 0 && t.done >= t.steps() || t.outOfTime()
}

func (t *Trainer) outOfTime() bool {
	return t.options.MaxTime > 0 && time.Since(t.start) >= t.options.MaxTime
}
