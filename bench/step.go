package bench

import (
	"time"

	"vkgan/gan"
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
	Overhead
}

// Overhead is what training costs beside the steps' own work.
type Overhead struct {
	// The device's time between the end of a submission and the beginning of the next, timestamps included; absent where
	// the device has no timestamps, or there were fewer than two submissions.
	Gap       *float64 `json:"gap_us_median,omitempty"`
	GapP90    *float64 `json:"gap_us_p90,omitempty"`
	HostUS    float64  `json:"host_us_per_step"`    // processor time of the thread that submits and reads figures
	ProcessUS float64  `json:"process_us_per_step"` // processor time of the process; on a CPU driver it is the work itself
}

// NewStep works the figures of a step out from what gan.Trainer.Measure gives: there is at least one time.
func NewStep(m gan.Measurement, batch int, work vk.Work, stats vk.Stats) Step {
	ms := NewSpread(milliseconds(m.Times))
	seconds := ms.Median / 1e3
	return Step{
		Batch: batch, Steps: len(m.Times), MedianMS: round(ms.Median, 4), P10MS: round(ms.P10, 4), P90MS: round(ms.P90, 4), MinMS: round(ms.Min, 4),
		ImagesPerS: round(float64(batch)/seconds, 1),
		GFLOPStep:  round(work.Dense/1e9, 4), GFLOPTaps: round(work.Taps/1e9, 4), GFLOPS: round(work.Dense/1e9/seconds, 2),
		DispatchStep: stats.Dispatches, BarrierStep: stats.Barriers, Overhead: newOverhead(m),
	}
}

func newOverhead(m gan.Measurement) Overhead {
	perStep := func(t time.Duration) float64 { return round(t.Seconds()*1e6/float64(len(m.Times)), 2) }
	s := Overhead{HostUS: perStep(m.Host), ProcessUS: perStep(m.Process)}
	if len(m.Gaps) > 0 {
		ms := NewSpread(milliseconds(m.Gaps))
		median, p90 := round(ms.Median*1e3, 2), round(ms.P90*1e3, 2)
		s.Gap, s.GapP90 = &median, &p90
	}
	return s
}
