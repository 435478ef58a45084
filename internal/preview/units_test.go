//go:build !nowindow

package preview

import (
	"math"
	"testing"
	"time"
	"unsafe"
)

func floats(b []byte) []float32 { return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4) }

// A picture that takes long comes seldom, and never more often than the display shows one.
func TestBudget(t *testing.T) {
	b, now := newBudget(true), time.Now()
	if !b.due(now, 60) {
		t.Error("the first is not due")
	}
	b.spent(now, now.Add(50*time.Millisecond))
	for _, c := range []struct {
		after time.Duration
		due   bool
	}{{1900 * time.Millisecond, false}, {2001 * time.Millisecond, true}} { // 2.5 % of two seconds
		if b.due(now.Add(c.after), 60) != c.due {
			t.Errorf("after %v: due %v", c.after, !c.due)
		}
	}
	b = newBudget(false)
	b.spent(now, now.Add(time.Microsecond))
	if b.due(now.Add(16*time.Millisecond), 60) || !b.due(now.Add(17*time.Millisecond), 60) {
		t.Error("it is not as often as the display shows one")
	}
}

// A curve keeps its length and its means.
func TestSeries(t *testing.T) {
	var s series
	const n = 10 * mostPoints
	sum := 0.0
	for i := range n {
		s.add(float64(i+1), float64(i%7))
		sum += float64(i % 7)
	}
	if len(s.steps) > mostPoints || len(s.steps) < mostPoints/4 {
		t.Errorf("%d points", len(s.steps))
	}
	mean := 0.0
	for _, v := range s.values {
		mean += v / float64(len(s.values))
	}
	if math.Abs(mean-sum/n) > 0.1 || s.steps[len(s.steps)-1] > n {
		t.Errorf("mean %g, want %g; the last step is %g", mean, sum/n, s.steps[len(s.steps)-1])
	}
	for i := range len(s.steps) - 1 {
		if s.steps[i] >= s.steps[i+1] {
			t.Fatalf("step %g ahead of %g", s.steps[i], s.steps[i+1])
		}
	}
}

// The course of a run that goes on, a line for 50 steps, keeps its place beside what comes step by step.
func TestSeriesGoesOn(t *testing.T) {
	var s series
	for step := 50; step <= 30000; step += 50 {
		s.add(float64(step), 3)
	}
	for step := 30001; step <= 40000; step++ {
		s.add(float64(step), 1)
	}
	before := 0
	for i, step := range s.steps {
		if step <= 30000 {
			before++
		}
		if step <= 30000 && s.values[i] != 3 || step > 30200 && s.values[i] != 1 {
			t.Errorf("step %g: %g", step, s.values[i])
		}
	}
	if share := float64(before) / float64(len(s.steps)); share < 0.7 || share > 0.8 || len(s.steps) < mostPoints/4 {
		t.Errorf("%d of %d points are of the first three quarters", before, len(s.steps))
	}
}

// Pictures are timed from their beginning, and from when a person first asked for them.
func TestPace(t *testing.T) {
	var p pace
	if got := p.String(); got != "0 pictures" {
		t.Error(got)
	}
	now := time.Now()
	at := func(ms int) time.Time { return now.Add(time.Duration(ms) * time.Millisecond) }
	p.shown(at(0), at(10))
	p.ask(at(20))
	p.ask(at(90))
	p.shown(at(100), at(120))
	p.shown(at(200), at(230))
	if got := p.String(); got != "3 pictures of 20.0 ms; 100 ms from a key to its picture" {
		t.Error(got)
	}
}

// When the film is full, every other frame goes, and what stays is in order.
func TestHistoryThins(t *testing.T) {
	h := &history{every: 1}
	for i := range filmLength {
		h.kept = append(h.kept, frame{place: i, step: 10 * i})
	}
	h.thin()
	if len(h.kept) != filmLength/2 || h.every != 2 {
		t.Fatalf("%d frames, every %d", len(h.kept), h.every)
	}
	for i, f := range h.kept {
		if f != (frame{place: 2 * i, step: 20 * i}) {
			t.Errorf("frame %d is %v", i, f)
		}
	}
	if place := h.room(); place != 1 {
		t.Errorf("the next one goes to %d", place)
	}
}
