package bench

import (
	"cmp"
	"slices"
	"time"

	"vkgan/gan"
	"vkgan/vk"
)

// Kernel is what the calls of one kernel take, for one purpose in one section of a step. Times and rates are of all the
// calls together.
type Kernel struct {
	Section   string  `json:"section"`
	Kernel    string  `json:"kernel"`
	Operation string  `json:"operation,omitempty"` // the product or convolution that it is part of
	Calls     int     `json:"calls"`
	MS        Spread  `json:"ms"`
	GFLOP     float64 `json:"gflop,omitempty"`  // of a product or convolution, without taps on padding
	GFLOPS    float64 `json:"gflops,omitempty"` // a second, at the median
	GBPerS    float64 `json:"gb_per_s"`         // at the median, everything read or written once
	OfPeak    float64 `json:"of_peak"`          // the share of the measured peak: of arithmetic where there is any, else of copying
	OfStep    float64 `json:"of_step"`          // the share of the sum of all medians
}

// Kernels sums a profile up, the most expensive first.
func Kernels(profile []gan.StepTime, p Peaks) []Kernel {
	type key struct{ section, kernel, operation string }
	var order []key
	calls := map[key][]gan.StepTime{}
	for _, c := range profile {
		k := key{c.Section, c.Kernel, ""}
		if c.Operation != nil {
			k.operation = c.Operation.String()
		}
		if calls[k] == nil {
			order = append(order, k)
		}
		calls[k] = append(calls[k], c)
	}
	list, total := make([]Kernel, len(order)), 0.0
	for i, k := range order {
		list[i] = newKernel(calls[k], p)
		list[i].Section, list[i].Kernel, list[i].Operation = k.section, k.kernel, k.operation
		total += list[i].MS.Median
	}
	for i := range list {
		list[i].OfStep = list[i].MS.Median / total
	}
	slices.SortStableFunc(list, func(a, b Kernel) int { return cmp.Compare(b.MS.Median, a.MS.Median) })
	return list
}

// newKernel sums calls up.
func newKernel(calls []gan.StepTime, p Peaks) Kernel {
	sums := make([]time.Duration, len(calls[0].Times))
	var work vk.Work
	for _, c := range calls {
		work.Add(c.Work)
		for step, t := range c.Times {
			sums[step] += t
		}
	}
	k := Kernel{Calls: len(calls), MS: NewSpread(milliseconds(sums)), GFLOP: work.Taps / 1e9}
	seconds := max(k.MS.Median/1e3, 1e-9) // a timestamp's resolution is no better
	k.GFLOPS, k.GBPerS = k.GFLOP/seconds, work.Bytes/1e9/seconds
	if k.OfPeak = k.GBPerS / p.GBPerS.Median; k.GFLOP > 0 {
		k.OfPeak = k.GFLOPS / p.GFLOPS.Median
	}
	return k
}
