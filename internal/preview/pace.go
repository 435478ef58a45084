package preview

import (
	"fmt"
	"slices"
	"time"
)

// pace is how long pictures took, and how long people waited for them.
type pace struct {
	pictures, waits []time.Duration // the latest
	count           int
	asked           time.Time // since when a person waits; zero: nobody does
}

// mostPaces is how many are kept.
const mostPaces = 1000

func (p *pace) ask(when time.Time) {
	if p.asked.IsZero() {
		p.asked = when
	}
}

// shown notes a picture.
func (p *pace) shown(began, ended time.Time) {
	keep := func(list []time.Duration, d time.Duration) []time.Duration {
		return append(list[max(0, len(list)-mostPaces+1):], d)
	}
	p.count++
	p.pictures = keep(p.pictures, ended.Sub(began))
	if !p.asked.IsZero() {
		p.waits = keep(p.waits, ended.Sub(p.asked))
		p.asked = time.Time{}
	}
}

// String tells the medians.
func (p *pace) String() string {
	text := fmt.Sprintf("%d pictures", p.count)
	if len(p.pictures) > 0 {
		text += fmt.Sprintf(" of %.1f ms", milliseconds(median(p.pictures)))
	}
	if len(p.waits) > 0 {
		text += fmt.Sprintf("; %.0f ms from a key to its picture", milliseconds(median(p.waits)))
	}
	return text
}

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
