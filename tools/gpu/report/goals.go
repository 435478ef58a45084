package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"vkgan/tools/gpu/facts"
)

// What is to be reached on an H200.
const (
	ratioGoal     = 1.0
	ratioLater    = 1.3
	ssganStepMS   = 0.25
	ssganEpochsS  = 60
	infoEpochsS   = 180
	peakGoal      = 0.5
	dispatchUS    = 3
	epochsOfGoal  = 300
	stepsPerEpoch = 550
)

// goalsTable holds what was measured against the goals.
func (s stored) goalsTable() string {
	return table([]string{"", "goal on an H200", "measured", "reached"},
		s.ratioGoal("InfoGAN step, fp32 against PyTorch's best fp32 (TF32 off)", "infogan", "fp32", "fp32"),
		s.ratioGoal("InfoGAN step, fp16 against the better of PyTorch's AMP and TF32", "infogan", "fp16", "tf32", "amp-fp16", "amp-bf16"),
		s.ssganGoal(),
		s.trainingGoal("300 epochs of SSGAN, recipe best", "ssgan", "", ssganEpochsS),
		s.trainingGoal("300 epochs of InfoGAN, recipe best, fp16", "infogan", "fp16", infoEpochsS),
		s.peakGoal(),
		s.dispatchGoal(),
	)
}

const unknown = "not measured"

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return "**no**"
}

// ratioGoal compares the best step of vkgan in a precision with the best of PyTorch in any of some.
func (s stored) ratioGoal(what, model, own string, theirs ...string) []string {
	row := []string{what, fmt.Sprintf("≥ %.1f; then %.1f", ratioGoal, ratioLater), unknown, "–"}
	ours, found := s.fastest("vkgan", model, own)
	if !found {
		return row
	}
	row[2] = fmt.Sprintf("vkgan %.3f ms", ours.ms)
	peer, found := s.fastest("torch", model, theirs...)
	if !found {
		row[2] += ", PyTorch not measured"
		return row
	}
	ratio := peer.ms / ours.ms
	row[2] = fmt.Sprintf("%.2f (vkgan %.3f ms, PyTorch %.3f ms: %s)", ratio, ours.ms, peer.ms, peer.how())
	row[3] = yes(ratio >= ratioGoal)
	if ratio >= ratioGoal && ratio < ratioLater {
		row[3] += fmt.Sprintf(", not yet %.1f", ratioLater)
	}
	return row
}

func (s stored) ssganGoal() []string {
	row := []string{"SSGAN step", fmt.Sprintf("≤ %.2f ms, ahead of PyTorch's best", ssganStepMS), unknown, "–"}
	ours, found := s.fastest("vkgan", "ssgan")
	if !found {
		return row
	}
	row[2], row[3] = fmt.Sprintf("%.3f ms in %s", ours.ms, ours.precision), yes(ours.ms <= ssganStepMS)
	if peer, found := s.fastest("torch", "ssgan"); found {
		row[2] += fmt.Sprintf(", PyTorch %.3f ms: %s", peer.ms, peer.how())
		row[3] = yes(ours.ms <= ssganStepMS && ours.ms < peer.ms)
	}
	return row
}

// trainingGoal takes the median of the trainings that went all the way; without one it tells what the step's time promises.
func (s stored) trainingGoal(what, model, precision string, seconds float64) []string {
	row := []string{what, fmt.Sprintf("< %.0f s", seconds), unknown, "–"}
	times := map[string][]float64{}
	for _, r := range s.training.Runs {
		whole := r.Status == facts.Done && r.Epochs == epochsOfGoal && r.Epoch >= epochsOfGoal-0.01
		if whole && r.Model == model && (model != "infogan" || r.Labels == 10) && (precision == "" || r.Precision == precision) {
			times[r.Precision] = append(times[r.Precision], r.Seconds)
		}
	}
	best, in := 0.0, ""
	for p, list := range times {
		if m := median(list); in == "" || m < best {
			best, in = m, p
		}
	}
	if in != "" {
		row[2], row[3] = fmt.Sprintf("%.0f s in %s (%s)", best, in, count(len(times[in]), "seed")), yes(best < seconds)
		return row
	}
	var precisions []string
	if precision != "" {
		precisions = []string{precision}
	}
	if step, found := s.fastest("vkgan", model, precisions...); found {
		row[2] = fmt.Sprintf("not measured; %.0f s by the step's time alone, recipe reference", step.ms/1e3*stepsPerEpoch*epochsOfGoal)
	}
	return row
}

// peakGoal looks at products and convolutions in fp32.
func (s stored) peakGoal() []string {
	row := []string{"products and convolutions in fp32", fmt.Sprintf("≥ %.0f %% of the measured peak", 100*peakGoal), unknown, "–"}
	reached, all, gflop, ms, peak := 0, 0, 0.0, 0.0, 0.0
	for _, r := range s.kernels.Reports {
		if r.Precision != "fp32" {
			continue
		}
		for _, o := range operationsOf(r) {
			all++
			gflop, ms, peak = gflop+o.gflop, ms+o.ms, r.Peaks.GFLOPS.Median
			if o.ofPeak >= peakGoal {
				reached++
			}
		}
	}
	if all > 0 && ms > 0 {
		row[2] = fmt.Sprintf("%d of %d reach it; %.0f %% of the peak over all (%.0f of %.0f GFLOP/s), packing and unfolding included",
			reached, all, 100*gflop/ms*1e3/peak, gflop/ms*1e3, peak)
		row[3] = yes(reached == all)
	}
	return row
}

func (s stored) dispatchGoal() []string {
	row := []string{"a dependent dispatch in replay", fmt.Sprintf("≤ %d µs", dispatchUS), unknown, "–"}
	if p := s.costs.Peaks; p != nil {
		row[2], row[3] = fmt.Sprintf("%.2f µs", p.DispatchUS.Median), yes(p.DispatchUS.Median <= dispatchUS)
	}
	return row
}

// timed is a configuration's step: the median of its rounds' medians.
type timed struct {
	engine, model, mode, precision, layout string
	ms, least, most                        float64
	rounds                                 int
	gap, host                              string // microseconds between submissions, and of the host's processor a step
}

func (t timed) how() string { return strings.Join(nonEmpty(t.mode, t.precision, t.layout), " ") }

// timedSteps are all configurations, in the order in which they were measured.
func (s stored) timedSteps() (list []timed) {
	times, gaps, hosts := map[timed][]float64{}, map[timed][]float64{}, map[timed][]float64{}
	for _, r := range s.steps.Runs {
		c := timed{engine: r.Engine, model: r.Model, mode: r.Mode, precision: r.Precision, layout: r.Layout}
		if times[c] == nil {
			list = append(list, c)
		}
		times[c] = append(times[c], r.MedianMS)
		var overhead struct {
			Gap  *float64 `json:"gap_us_median"`
			Host *float64 `json:"host_us_per_step"`
		}
		if json.Unmarshal(r.Report, &overhead) != nil {
			continue
		}
		if overhead.Gap != nil {
			gaps[c] = append(gaps[c], *overhead.Gap)
		}
		if overhead.Host != nil {
			hosts[c] = append(hosts[c], *overhead.Host)
		}
	}
	for i, c := range list {
		list[i].gap, list[i].host = medianText(gaps[c]), medianText(hosts[c])
		list[i].ms, list[i].rounds = median(times[c]), len(times[c])
		list[i].least, list[i].most = slices.Min(times[c]), slices.Max(times[c])
	}
	return list
}

// fastest is the fastest configuration of an engine for a model, in any of some precisions, or in any.
func (s stored) fastest(engine, model string, precisions ...string) (best timed, found bool) {
	for _, t := range s.timedSteps() {
		asked := t.engine == engine && t.model == model && (len(precisions) == 0 || slices.Contains(precisions, t.precision))
		if asked && (!found || t.ms < best.ms) {
			best, found = t, true
		}
	}
	return best, found
}

func medianText(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", median(values))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
