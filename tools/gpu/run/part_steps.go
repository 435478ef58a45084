package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vkgan/tools/gpu/facts"
)

// stepsTurn times training steps of vkgan and of PyTorch in turns: first what decides, then what PyTorch can do otherwise.
func stepsTurn(t *turn) error {
	s := stepping{turn: t, file: t.value.(*facts.Steps)}
	defer func() { s.peer.close() }()
	for _, group := range s.groups() {
		for round := 1; round <= t.rounds; round++ {
			for _, c := range group {
				if err := s.measure(c, round); err != nil {
					return err
				}
			}
		}
	}
	return t.unless(len(s.file.Runs) > 0)
}

// builtIn is the mode of vkgan's kernels as they are without tuning.
const builtIn = "built-in"

// config is one way to train.
type config struct{ engine, model, mode, precision, layout string }

func (c config) String() string {
	return strings.Join(strings.Fields(strings.Join([]string{c.engine, c.model, c.mode, c.precision, c.layout}, " ")), " ")
}

type stepping struct {
	*turn
	file *facts.Steps
	peer peer
}

// groups are the configurations that are measured in turns with each other, the most important group first.
func (s *stepping) groups() (list [][]config) {
	precisions := s.usable()
	modes := s.torchModes()
	var first, builtin []config
	for _, model := range s.models {
		for _, p := range precisions {
			first = append(first, config{"vkgan", model, s.ownMode(), p, ""})
			if s.ownMode() == "tuned" {
				builtin = append(builtin, config{"vkgan", model, builtIn, p, ""})
			}
		}
		for _, mode := range modes[:min(1, len(modes))] {
			first = append(first, s.torchConfigs(model, mode)...)
		}
	}
	list = [][]config{first, builtin}
	for _, mode := range modes[min(1, len(modes)):] {
		var group []config
		for _, model := range s.models {
			group = append(group, s.torchConfigs(model, mode)...)
		}
		list = append(list, group)
	}
	return list
}

// ownMode is that of vkgan's kernels: what an earlier turn began with stays.
func (s *stepping) ownMode() string {
	for _, r := range s.file.Runs {
		if r.Engine == "vkgan" {
			return r.Mode
		}
	}
	if s.tuned() {
		return "tuned"
	}
	return builtIn
}

// torchModes are those that are to be measured, none where there is no PyTorch for the device.
func (s *stepping) torchModes() []string {
	if s.turn.peer == "none" {
		return nil
	}
	switch torch := s.torchHere(); {
	case torch.Version == "":
		s.leave("PyTorch", orElse(torch.Error, s.python+" has none"))
		return nil
	case s.turn.peer == "cuda" && torch.CUDA == "":
		s.leave("PyTorch", "its CUDA finds no device")
		return nil
	case s.turn.peer == "cpu":
		return []string{"eager"}
	}
	return s.peerModes
}

// torchConfigs are the precisions and layouts of a mode: both layouts where it decides.
func (s *stepping) torchConfigs(model, mode string) (list []config) {
	precisions := []string{"fp32", "tf32", "amp-fp16", "amp-bf16"}
	if s.turn.peer == "cpu" {
		precisions = []string{"fp32"}
	}
	for _, p := range precisions {
		switch {
		case model != "infogan":
			list = append(list, config{"torch", model, mode, p, ""})
		case mode == "graph":
			list = append(list, config{"torch", model, mode, p, "nhwc"}, config{"torch", model, mode, p, "nchw"})
		default:
			list = append(list, config{"torch", model, mode, p, "nhwc"})
		}
	}
	return list
}

// measure times a configuration, unless that was done, failed before, or would take longer than is left.
func (s *stepping) measure(c config, round int) error {
	done := func(r facts.Step) bool {
		return config{r.Engine, r.Model, r.Mode, r.Precision, r.Layout} == c && r.Round == round
	}
	if s.over() {
		return errOver
	}
	if s.hasFailed(c.String()) || slices.ContainsFunc(s.file.Runs, done) {
		return nil
	}
	if strings.HasPrefix(c.mode, "compile") && s.left() < 90*time.Second { // compiling takes most of it
		return fmt.Errorf("%w: %.0f s are left for %s, it may take 90", errMore, s.left().Seconds(), c)
	}
	var out string
	var err error
	if c.engine == "vkgan" {
		out, err = s.own(c)
	} else {
		out, err = s.torch(c)
	}
	if s.over() {
		return errOver
	}
	var report struct {
		Median float64 `json:"step_ms_median"`
		Error  string  `json:"error"`
	}
	if err == nil {
		err = json.Unmarshal([]byte(out), &report)
	}
	if err == nil && report.Error != "" {
		err = fmt.Errorf("%s", report.Error)
	}
	if err != nil {
		s.failed(c.String(), err)
		return nil
	}
	s.file.Runs = append(s.file.Runs, facts.Step{
		Round: round, Engine: c.engine, Model: c.model, Mode: c.mode, Precision: c.precision, Layout: c.layout,
		MedianMS: report.Median, Report: json.RawMessage(out),
	})
	s.measured("round %d: %s: %.3f ms", round, c, report.Median)
	return nil
}

// own times vkgan's step, as many of them as fill --step-seconds.
func (s *stepping) own(c config) (string, error) {
	steps := 20
	if expected := s.expected(c); expected > 0 {
		steps = max(1, min(20000, int(s.step.Seconds()*1e3/expected)))
	} else if out, err := s.ownSteps(c, 3, 2); err != nil { // a first look, which also fills caches
		return out, err
	} else {
		var report struct {
			Median float64 `json:"step_ms_median"`
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			return out, err
		}
		steps = max(1, min(20000, int(s.step.Seconds()*1e3/max(report.Median, 1e-3))))
	}
	return s.ownSteps(c, steps, max(1, steps/2))
}

func (s *stepping) ownSteps(c config, steps, warmup int) (string, error) {
	args := inPrecision(c.precision, "bench", "step", "--model", c.model, "--recipe", "reference",
		"--steps", strconv.Itoa(steps), "--warmup", strconv.Itoa(warmup), "--json")
	if c.mode == builtIn {
		args = append(args, "--deterministic")
	}
	return s.vkgan(args...)
}

// expected is what a step took before, in milliseconds; 0: it was not measured.
func (s *stepping) expected(c config) float64 {
	for _, r := range s.file.Runs {
		if (config{r.Engine, r.Model, r.Mode, r.Precision, r.Layout}) == c {
			return r.MedianMS
		}
	}
	return 0
}

// torch asks PyTorch.
func (s *stepping) torch(c config) (string, error) {
	layout := orElse(c.layout, "auto")
	return s.peer.ask(s.turn, fmt.Sprintf("--model %s --device %s --mode %s --precision %s --layout %s --steps 3 --warmup 2 --seconds %g",
		c.model, s.turn.peer, c.mode, c.precision, layout, s.step.Seconds()))
}
