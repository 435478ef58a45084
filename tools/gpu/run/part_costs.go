package main

import (
	"encoding/json"
	"fmt"

	"vkgan/tools/gpu/facts"
)

// costsTurn stores the device's peaks, and what a dispatch, a barrier and a submission cost.
func costsTurn(t *turn) error {
	c := t.value.(*facts.Costs)
	out, err := t.vkgan("bench", "device", "--json")
	if err != nil {
		return fmt.Errorf("vkgan bench device: %w", err)
	}
	var p facts.Peaks
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return fmt.Errorf("vkgan bench device: %w", err)
	}
	c.Peaks = &p
	t.measured("%.0f GFLOP/s, %.0f GB/s, %.2f µs a dependent dispatch, %.1f µs a submission with its wait",
		p.GFLOPS.Median, p.GBPerS.Median, p.DispatchUS.Median, p.SubmitUS.Median)
	return nil
}
