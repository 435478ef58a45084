package main

import (
	"context"
	"errors"
	"os"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

// optionsJSON is `options` of run.json: the flags, resolved.
type optionsJSON struct {
	Epochs      int     `json:"epochs"`
	MaxSteps    int     `json:"max_steps"`
	MaxTimeS    float64 `json:"max_time_s"`
	EvalEvery   int     `json:"eval_every"`
	SampleEvery int     `json:"sample_every"`
	LogEvery    int     `json:"log_every"`
	Data        string  `json:"data"`
	Device      string  `json:"device"`
}

// runInfo is what run.json says of a run that these flags ask for.
func (t *trainFlags) runInfo(set *mnist.Set, s *session) gan.RunInfo {
	device, driver := gan.Hardware(s.dev)
	epoch := s.model.StepsPerEpoch()
	orEpoch := func(every int) int {
		if every == 0 {
			return epoch
		}
		return every
	}
	return gan.RunInfo{
		Version: versionText(), Command: os.Args,
		Options: optionsJSON{
			Epochs: t.epochs, MaxSteps: t.maxSteps, MaxTimeS: t.maxTime.Seconds(),
			EvalEvery: orEpoch(t.evalEvery), SampleEvery: orEpoch(t.sampleEvery), LogEvery: t.logEvery,
			Data: t.data, Device: t.device,
		},
		Seeds: gan.RunSeeds{Seed: t.seed},
		Data: gan.RunData{
			Origin: set.Origin, Train: s.data.Train.Count, Test: s.data.Test.Count, Classes: set.Classes, Absent: set.Absent(),
			Height: set.Train.Height, Width: set.Train.Width,
		},
		Device: device, Driver: driver, Kernels: gan.KernelHash(),
	}
}

// train runs a session from its folder, out/NNNNN-name, to its summary. A signal ends it with a stoppedError.
func train(s *session, w *watcher, out, name string, info gan.RunInfo) error {
	run, err := gan.NewRun(out, name, info)
	if err != nil {
		return err
	}
	signals := onInterrupt(context.Background(), w.streams.err)
	defer signals.release()
	if err := w.begin(run); err != nil {
		return errors.Join(err, run.Finish("failed"))
	}
	result, err := s.trainer.Run(signals)
	state := "done"
	switch {
	case err != nil:
		state = "failed"
	case result.Stopped:
		state = "stopped"
	}
	w.view.clear()
	if err := errors.Join(workError(err), run.Finish(state)); err != nil {
		return err
	}
	if err := w.end(result, state); err != nil {
		return err
	}
	return signals.stopped()
}
