package bench

import (
	"math"
	"slices"
	"time"
)

// Spread is how often-repeated measurements of one thing lie.
type Spread struct {
	Median float64 `json:"median"`
	P10    float64 `json:"p10"`
	P90    float64 `json:"p90"`
	Min    float64 `json:"min"`
}

// NewSpread sorts values, of which there is at least one, and looks where they lie.
func NewSpread(values []float64) Spread {
	slices.Sort(values)
	return Spread{Median: quantile(values, 0.5), P10: quantile(values, 0.1), P90: quantile(values, 0.9), Min: values[0]}
}

// quantile of sorted values, interpolated between neighbours (Hyndman & Fan 1996, type 7).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// milliseconds are times as a Spread takes them.
func milliseconds(times []time.Duration) []float64 {
	ms := make([]float64, len(times))
	for i, t := range times {
		ms[i] = t.Seconds() * 1e3
	}
	return ms
}

// round keeps so many decimals.
func round(x float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(x*scale) / scale
}
