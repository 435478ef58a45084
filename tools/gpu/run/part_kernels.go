package main

import (
	"encoding/json"
	"slices"
	"strconv"

	"vkgan/tools/gpu/facts"
)

// kernelsTurn stores the time of every kernel of a step, beside the measured peaks.
func kernelsTurn(t *turn) error {
	k := t.value.(*facts.Kernels)
	for _, precision := range t.usable() {
		for _, model := range t.models {
			what := "kernels of " + model + " in " + precision
			done := func(r facts.KernelsReport) bool { return r.Model == model && r.Precision == precision }
			if t.hasFailed(what) || slices.ContainsFunc(k.Reports, done) {
				continue
			}
			steps := strconv.Itoa(t.profile)
			out, err := t.vkgan(inPrecision(precision, "bench", "kernels", "--model", model, "--recipe", "reference", "--steps", steps, "--json")...)
			var r facts.KernelsReport
			if err == nil {
				err = json.Unmarshal([]byte(out), &r)
			}
			if t.over() {
				return errOver
			}
			if err != nil {
				t.failed(what, err)
				continue
			}
			r.Precision = precision
			k.Reports = append(k.Reports, r)
			sum := 0.0
			for _, kernel := range r.Kernels {
				sum += kernel.MS.Median
			}
			t.measured("%s: %.3f ms in all", what, sum)
		}
	}
	return t.unless(len(k.Reports) > 0)
}
