package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"vkgan/tools/gpu/facts"
)

// leastTraining is what is worth to begin or go on with a training for.
var leastTraining = 10 * time.Second

// trainingTurn trains the models by several seeds, every one of all models before the next. A training that is not done when
// the turn ends has a checkpoint, from which the next turn goes on.
func trainingTurn(t *turn) error {
	f := t.value.(*facts.Training)
	for _, job := range t.trainings() {
		at := slices.IndexFunc(f.Runs, func(r facts.Run) bool { return folderOf(r) == folderOf(job) && r.Epochs == job.Epochs })
		if at < 0 {
			f.Runs = append(f.Runs, job)
			at = len(f.Runs) - 1
		}
		r := &f.Runs[at]
		if r.Status == facts.Done || t.hasFailed("training of "+folderOf(job)) {
			continue
		}
		if t.left() < leastTraining {
			return errOver
		}
		if err := t.train(r); err != nil {
			return err
		}
	}
	return t.unless(slices.ContainsFunc(f.Runs, func(r facts.Run) bool { return r.Status == facts.Done }))
}

// trainings are the wanted ones: fp16, which is to be the faster one, before fp32.
func (t *turn) trainings() (list []facts.Run) {
	precisions := slices.Clone(t.usable())
	slices.SortStableFunc(precisions, func(a, b string) int { return boolInt(b == "fp16") - boolInt(a == "fp16") })
	for seed := 1; seed <= t.seeds; seed++ {
		for _, p := range precisions {
			if slices.Contains(t.models, "ssgan") {
				list = append(list, facts.Run{Model: "ssgan", Labels: 10, Precision: p, Seed: seed, Epochs: t.epochs, Status: facts.LeftOut})
			}
			for _, codes := range t.codes {
				if n, err := strconv.Atoi(codes); err == nil && slices.Contains(t.models, "infogan") {
					list = append(list, facts.Run{Model: "infogan", Labels: n, Precision: p, Seed: seed, Epochs: t.epochs, Status: facts.LeftOut})
				}
			}
		}
	}
	return list
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func folderOf(r facts.Run) string {
	return fmt.Sprintf("%s-%d-%s-seed%d", r.Model, r.Labels, r.Precision, r.Seed)
}

// train begins a training or goes on with it, until it or the turn ends.
func (t *turn) train(r *facts.Run) error {
	dir := filepath.Join(t.work, "training", folderOf(*r))
	labels := map[string]string{"infogan": "--labels", "ssgan": "--class-labels"}[r.Model]
	args := inPrecision(r.Precision, "train", r.Model, "--out", dir, "--epochs", strconv.Itoa(r.Epochs),
		"--checkpoint-every", "30s", "--calibrate-on", "1000", "--quiet")
	if t.maxSteps > 0 {
		args = append(args, "--max-steps", strconv.Itoa(t.maxSteps))
	}
	if begun := newest(dir); begun != "" {
		args = append(args, "--resume", begun)
	} else {
		args = append(args, labels, strconv.Itoa(r.Labels), "--seed", strconv.Itoa(r.Seed))
	}
	before := r.Step
	_, err := t.vkgan(args...)
	if e := readRun(r, newest(dir)); e != nil && err == nil {
		err = e
	}
	switch {
	case t.over():
		r.Status, r.Why = facts.Partial, "the turn was over"
		if r.Step > before {
			t.gain++
		}
		t.save()
		return errOver
	case err != nil:
		r.Status, r.Why = facts.Failed, err.Error()
		t.failed("training of "+folderOf(*r), err)
		return nil
	}
	r.Status, r.Why = facts.Done, ""
	t.measured("%s: %d steps in %.1f s, error %s", folderOf(*r), r.Step, r.Seconds, percent(r.TestError))
	return nil
}

func percent(fraction *float64) string {
	if fraction == nil {
		return "not measured"
	}
	return fmt.Sprintf("%.2f %%", 100**fraction)
}

// newest is the run folder in a folder; "": none.
func newest(dir string) string {
	runs, _ := filepath.Glob(filepath.Join(dir, "*", "run.json"))
	if len(runs) == 0 {
		return ""
	}
	slices.Sort(runs)
	return filepath.Dir(runs[len(runs)-1])
}

// curvePoints is how many evaluations of a training are stored at most.
const curvePoints = 60

// readRun takes a run folder's metrics over.
func readRun(r *facts.Run, dir string) error {
	f, err := os.Open(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		return errors.New("the run left no metrics.jsonl")
	}
	defer f.Close()
	r.Curve = nil
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var m struct {
			Step       int      `json:"step"`
			Epoch      float64  `json:"epoch"`
			Seconds    float64  `json:"time_s"`
			ImagesPerS float64  `json:"images_per_s"`
			TestError  *float64 `json:"test_error"`
			Hungarian  *float64 `json:"test_error_hungarian"`
			NMI        *float64 `json:"nmi"`
		}
		if json.Unmarshal(lines.Bytes(), &m) != nil {
			continue // the last line of a process that was killed
		}
		r.Step, r.Epoch, r.Seconds = m.Step, m.Epoch, m.Seconds
		if m.ImagesPerS > 0 {
			r.ImagesPerS = m.ImagesPerS
		}
		if m.TestError != nil {
			r.TestError, r.Hungarian, r.NMI = m.TestError, m.Hungarian, m.NMI
			r.Curve = append(r.Curve, facts.Point{Epoch: m.Epoch, Seconds: m.Seconds, TestError: *m.TestError, Hungarian: m.Hungarian})
		}
	}
	r.Curve = thin(r.Curve)
	return nil
}

// thin leaves so many points, the last among them.
func thin(list []facts.Point) []facts.Point {
	every := (len(list) + curvePoints - 1) / curvePoints
	if every <= 1 {
		return list
	}
	var kept []facts.Point
	for i, p := range list {
		if (len(list)-1-i)%every == 0 {
			kept = append(kept, p)
		}
	}
	return kept
}
