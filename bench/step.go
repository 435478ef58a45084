package bench

import (
	"time"

	"vkgan/vk"
)

// Step is the speed of training. Percentiles are over steps.
type Step struct {
	Batch        int     `json:"batch"`
	Steps        int     `json:"steps"`
	MedianMS     float64 `json:"step_ms_median"`
	P10MS        float64 `json:"step_ms_p10"`
	P90MS        float64 `json:"step_ms_p90"`
	MinMS        float64 `json:"step_ms_min"`
	ImagesPerS   float64 `json:"images_per_s"`    // of each kind, at the median
	GFLOPStep    float64 `json:"gflop_step"`      // every tap of every filter
	GFLOPTaps    float64 `json:"gflop_step_taps"` // without the taps on padding
	GFLOPS       float64 `json:"gflops"`          // gflop_step a second, at the median
	DispatchStep int     `json:"dispatches_per_step"`
	BarrierStep  int     `json:"barriers_per_step"`
}

// NewStep works the figures of a step out from what gan.Trainer.Measure gives: there is at least one time.
func NewStep(times []time.Duration, batch int, work vk.Work, stats vk.Stats) Step {
	ms := NewSpread(milliseconds(times))
	seconds := ms.Median / 1e3
	return Step{
		Batch: batch, Steps: len(times), MedianMS: round(ms.Median, 4), P10MS: round(ms.P10, 4), P90MS: round(ms.P90, 4), MinMS: round(ms.Min, 4),
		ImagesPerS: round(float64(batch)/seconds, 1),
		GFLOPStep:  round(work.Dense/1e9, 4), GFLOPTaps: round(work.Taps/1e9, 4), GFLOPS: round(work.Dense/1e9/seconds, 2),
		DispatchStep: stats.Dispatches, BarrierStep: stats.Barriers,
	}
}
