package gan

import (
	"fmt"
	"time"
)

// Progress is where a run stands.
type Progress struct {
	Phase       string // "compiling kernels", also with how many: " 37/70"; "training", "evaluating"
	Step, Steps int    // Steps: in all; 0: not bounded by steps
	Submitted   int    // the step that the device has reached when it is idle
	Epoch       float64
	ImagesPerS  float64
	Elapsed     time.Duration
	ETA         time.Duration // 0: not known yet
	Last        Metrics       // the latest value of everything
}

// reportEvery is how often the observer is told of progress.
const reportEvery = 250 * time.Millisecond

func (t *Trainer) report(phase string, always bool) {
	now := time.Now()
	t.phase = phase
	if !always && now.Sub(t.reported) < reportEvery {
		return
	}
	t.reported = now
	t.observer.Progress(t.progress())
}

// compiled tells the observer how many kernels are compiled, where that takes a while from begin on.
func (t *Trainer) compiled(begin time.Time) func(done, total int) {
	t.reported = begin
	return func(done, total int) {
		if now := time.Now(); now.Sub(t.reported) >= reportEvery {
			t.reported = now
			t.observer.Progress(Progress{Phase: fmt.Sprintf("compiling kernels %d/%d", done, total)})
		}
	}
}

func (t *Trainer) progress() Progress {
	p := Progress{
		Phase: t.phase, Step: t.read, Steps: t.steps(), Submitted: t.done, Epoch: t.epoch(), ImagesPerS: t.imagesPerS(), Elapsed: time.Since(t.start), Last: t.last,
	}
	if step := t.pace.step(); step > 0 {
		if p.Steps > 0 {
			p.ETA = time.Duration(p.Steps-t.read) * step
		}
		if left := t.options.MaxTime - p.Elapsed; t.options.MaxTime > 0 && (p.ETA == 0 || left < p.ETA) {
			p.ETA = max(left, 0)
		}
	}
	return p
}

func (t *Trainer) epoch() float64 { return float64(t.read) / float64(t.model.StepsPerEpoch()) }

func (t *Trainer) imagesPerS() float64 {
	if step := t.pace.step(); step > 0 {
		return float64(t.model.BatchSize()) / step.Seconds()
	}
	return 0
}
