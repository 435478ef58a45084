package gan

import (
	"math"
	"path/filepath"
	"slices"
)

// Measured is what evaluations tell, under the names of Metrics; nil where a model has no such measure.
type Measured[T any] struct {
	TestError                *T `json:"test_error,omitempty"`
	TestErrorHungarian       *T `json:"test_error_hungarian,omitempty"`
	ValidationError          *T `json:"validation_error,omitempty"`
	ValidationErrorHungarian *T `json:"validation_error_hungarian,omitempty"`
	NMI                      *T `json:"nmi,omitempty"`
	MutualInformation        *T `json:"mutual_information,omitempty"` // measured without labels
}

// all are the measures in turn.
func (m *Measured[T]) all() []**T {
	return []**T{&m.TestError, &m.TestErrorHungarian, &m.ValidationError, &m.ValidationErrorHungarian, &m.NMI, &m.MutualInformation}
}

// Errors are the errors, and the images that they are of: "test" or "validation".
func (m Measured[T]) Errors() (images string, e, hungarian *T) {
	if m.ValidationError != nil {
		return "validation", m.ValidationError, m.ValidationErrorHungarian
	}
	return "test", m.TestError, m.TestErrorHungarian
}

// SeedResult is how the run of one of a sweep's seeds ended.
type SeedResult struct {
	Seed  uint64  `json:"seed"`
	State string  `json:"state"` // "done" or "failed"
	Step  int     `json:"step"`
	Epoch float64 `json:"epoch"`
	TimeS float64 `json:"time_s"`

	Measured[float64] // at the last step; nothing where the run failed

	Run   string `json:"run"`             // its folder in the sweep's
	Error string `json:"error,omitempty"` // why it failed
}

// newSeedResult is a run's, which has evaluated its last step unless it failed.
func newSeedResult(run RunRecord, failed error) SeedResult {
	r := SeedResult{
		Seed: run.Info.Seeds.Seed, State: "done", Step: run.Last.Step, Epoch: run.Last.Epoch, TimeS: run.Last.TimeS, Run: filepath.Base(run.Dir),
	}
	if failed != nil {
		r.State, r.Error = "failed", failed.Error()
		return r
	}
	m := run.Last
	r.Measured = Measured[float64]{m.TestError, m.TestErrorHungarian, m.ValidationError, m.ValidationErrorHungarian, m.NMI, m.MutualInformation}
	return r
}

// SweepSummary is what the results of a sweep's seeds say together.
type SweepSummary struct {
	Done             int      `json:"done"` // runs
	Failed           []uint64 `json:"failed,omitempty"`
	Measured[Spread]          // of the runs that are done
}

func summarise(results []SeedResult) SweepSummary {
	var s SweepSummary
	spreads := s.all()
	values := make([][]float64, len(spreads))
	for _, r := range results {
		if r.State != "done" {
			s.Failed = append(s.Failed, r.Seed)
			continue
		}
		s.Done++
		for i, v := range r.all() {
			if *v != nil {
				values[i] = append(values[i], **v)
			}
		}
	}
	for i, to := range spreads {
		*to = newSpread(values[i])
	}
	return s
}

// Spread is how values lie.
type Spread struct {
	Mean   float64  `json:"mean"`
	SD     *float64 `json:"sd,omitempty"` // the sample's standard deviation, over n-1; nil for one value
	Median float64  `json:"median"`       // the mean of the middle two where their number is even
}

// newSpread is nil without values.
func newSpread(values []float64) *Spread {
	n := len(values)
	if n == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(values))
	s := &Spread{Mean: sum(values) / float64(n), Median: (sorted[(n-1)/2] + sorted[n/2]) / 2}
	if n > 1 {
		squares := 0.0
		for _, v := range values {
			squares += (v - s.Mean) * (v - s.Mean)
		}
		sd := math.Sqrt(squares / float64(n-1))
		s.SD = &sd
	}
	return s
}
