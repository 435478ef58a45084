package gan

import "time"

// nextStop is the next step at which the host has something to do.
func (t *Trainer) nextStop() int {
	after := func(every int) int { return (t.done/every + 1) * every }
	stop := min(after(t.options.EvalEvery), after(t.options.SampleEvery), after(t.model.StepsPerEpoch()))
	if n := t.options.CheckpointSteps; n > 0 {
		stop = min(stop, after(n))
	}
	if n := t.steps(); n > 0 {
		stop = min(stop, n)
	}
	return stop
}

// atStop does what is due after t.done steps, but for a checkpoint.
func (t *Trainer) atStop() error {
	t.pending = false
	var line Metrics
	epochEnds := t.done%t.model.StepsPerEpoch() == 0
	if epochEnds {
		if err := t.model.TrainErrors(&line); err != nil {
			return err
		}
		if err := t.runOnce(t.beginEpoch); err != nil {
			return err
		}
	}
	if t.done%t.options.EvalEvery == 0 {
		if err := t.testErrors(&line); err != nil {
			return err
		}
	}
	if _, e, _ := line.Errors(); epochEnds || e != nil {
		if err := t.line(line); err != nil {
			return err
		}
	}
	if t.done%t.options.SampleEvery == 0 {
		return t.takeSamples(false)
	}
	return nil
}

func (t *Trainer) evaluate() error {
	var line Metrics
	if err := t.testErrors(&line); err != nil {
		return err
	}
	return t.line(line)
}

// testErrors runs an evaluation and puts its errors into line.
func (t *Trainer) testErrors(line *Metrics) error {
	t.report("evaluating", true)
	if err := t.runOnce(t.beginTest); err != nil {
		return err
	}
	if err := t.repeat(t.test, t.model.TestBatches(BatchStatistics)); err != nil {
		return err
	}
	if m, ok := t.model.(codeUser); ok {
		if err := t.repeat(t.useCodes, m.CodeUseBatches()); err != nil {
			return err
		}
	}
	e, err := t.model.Evaluation()
	if err == nil {
		t.tested = t.read
		line.evaluated(e, t.options.Validate)
	}
	return err
}

// line completes a line of metrics and hands it on.
func (t *Trainer) line(line Metrics) error {
	line.Step = t.read
	line.Epoch = t.epoch()
	line.TimeS = time.Since(t.start).Seconds()
	line.ImagesPerS = t.imagesPerS()
	if figures := t.mean.take(); figures != nil {
		t.model.Losses(figures, &line)
	}
	t.last.update(line)
	return t.observer.Metrics(line)
}

func (t *Trainer) takeSamples(final bool) error {
	if err := t.runOnce(t.sample); err != nil {
		return err
	}
	pixels, err := t.images.Read(t.dev)
	if err != nil {
		return err
	}
	t.pace.interrupted()
	t.sampled = t.done
	return t.observer.Samples(t.done, final, t.model.Grid(pixels))
}
