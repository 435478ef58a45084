package main

import (
	"fmt"
	"io"
	"iter"
	"time"
)

// meter tells how many images are done, where that takes long: over and over on a terminal, now and then elsewhere.
type meter struct {
	out   io.Writer
	every time.Duration // between two lines
	erase string        // ahead of a line
	end   string        // of a line

	now         func() time.Time
	all, warmUp int // images: the first warmUp are not timed, since kernels are compiled for them
	done        int
	began, warm time.Time // when the first image was asked for, and when warmUp were done
	said        time.Time
}

const (
	liveEvery = 250 * time.Millisecond
	long      = 2 * time.Second // is worth a line at the end
)

func newMeter(out io.Writer, all, warmUp int) *meter {
	m := &meter{out: out, every: plainEvery, end: "\n", now: time.Now, all: all, warmUp: warmUp}
	if terminal(out) != nil {
		m.every, m.erase, m.end = liveEvery, eraseLine, ""
	}
	m.began = m.now()
	m.said = m.began
	return m
}

// add counts an image.
func (m *meter) add() {
	m.done++
	now := m.now()
	if m.done == m.warmUp {
		m.warm = now
	}
	if now.Sub(m.said) < m.every {
		return
	}
	m.said = now
	line := fmt.Sprintf("%s/%s images", count(m.done), count(m.all))
	if rate := m.rate(now); rate > 0 {
		eta := time.Duration(float64(m.all-m.done) / rate * float64(time.Second))
		line += fmt.Sprintf("  %s images/s  ETA %s", count(int(rate+0.5)), span(eta))
	}
	fmt.Fprint(m.out, m.erase+line+m.end)
}

// images counts images as they are taken.
func (m *meter) images(of iter.Seq2[[]float32, error]) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		for pixels, err := range of {
			if !yield(pixels, err) {
				return
			}
			m.add()
		}
	}
}

// rate is in images per second, 0 while it is not known.
func (m *meter) rate(now time.Time) float64 {
	if m.done <= m.warmUp || !now.After(m.warm) {
		return 0
	}
	return float64(m.done-m.warmUp) / now.Sub(m.warm).Seconds()
}

// finish tells how long it took, and gives the rate, 0 where it is not known.
func (m *meter) finish() (rate float64) {
	fmt.Fprint(m.out, m.erase)
	now := m.now()
	if rate = m.rate(now); rate > 0 && now.Sub(m.began) >= long {
		fmt.Fprintf(m.out, "%s images in %s, %s images/s once kernels were compiled\n", count(m.done), span(now.Sub(m.began)), count(int(rate+0.5)))
	}
	return rate
}
