package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"vkgan/gan"
)

// measure is a column of a sweep's results.
type measure struct {
	title  string
	of     func(gan.SeedResult) *float64
	spread *gan.Spread                    // of all; nil: nothing was measured
	text   func(values ...float64) string // of one, or of a mean and its deviation
}

// measures are the error and what else was measured.
func measures(s gan.SweepSummary) []measure {
	images, e, hungarian := s.Errors()
	shown := []measure{{images + " error", func(r gan.SeedResult) *float64 { _, e, _ := r.Errors(); return e }, e, percents}}
	if hungarian != nil {
		shown = append(shown, measure{"one-to-one", func(r gan.SeedResult) *float64 { _, _, h := r.Errors(); return h }, hungarian, percents})
	}
	if s.NMI != nil {
		shown = append(shown, measure{"NMI", func(r gan.SeedResult) *float64 { return r.NMI }, s.NMI, thousandths})
	}
	if s.MutualInformation != nil {
		shown = append(shown, measure{"label-free", func(r gan.SeedResult) *float64 { return r.MutualInformation }, s.MutualInformation, thousandths})
	}
	return shown
}

func percents(fractions ...float64) string { return withDeviation("%.2f", 100, fractions) + " %" }

func thousandths(values ...float64) string { return withDeviation("%.3f", 1, values) }

func withDeviation(format string, factor float64, values []float64) string {
	var parts []string
	for _, v := range values {
		parts = append(parts, fmt.Sprintf(format, factor*v))
	}
	return strings.Join(parts, " ± ")
}

// one is what a seed's run measured, if it did.
func (m measure) one(r gan.SeedResult) string {
	if v := m.of(r); v != nil {
		return m.text(*v)
	}
	return "–"
}

// mean is the mean ± standard deviation, as far as there are.
func (m measure) mean() string {
	switch {
	case m.spread == nil:
		return "–"
	case m.spread.SD == nil:
		return m.text(m.spread.Mean)
	}
	return m.text(m.spread.Mean, *m.spread.SD)
}

func (m measure) median() string {
	if m.spread == nil {
		return "–"
	}
	return m.text(m.spread.Median)
}

// sweepTable is a line for each seed and, below, the results' mean ± standard deviation and median.
func sweepTable(info gan.SweepInfo) string {
	shown := measures(info.Summary)
	row := func(first, second string, of func(measure) string) []string {
		cells := []string{first, second}
		for _, m := range shown {
			cells = append(cells, of(m))
		}
		return cells
	}
	rows := [][]string{row("seed", "step", func(m measure) string { return m.title })}
	for _, seed := range info.Seeds {
		name := fmt.Sprint(seed)
		i := slices.IndexFunc(info.Results, func(r gan.SeedResult) bool { return r.Seed == seed })
		switch {
		case i < 0:
			rows = append(rows, []string{name, "not finished"})
		case info.Results[i].Error != "":
			rows = append(rows, []string{name, "failed: " + info.Results[i].Error})
		default:
			r := info.Results[i]
			rows = append(rows, row(name, count(r.Step), func(m measure) string { return m.one(r) }))
		}
	}
	if info.Summary.Done > 0 {
		rows = append(rows,
			row("mean ± sd", "", measure.mean),
			row("median", "", measure.median))
	}
	return table(rows, "lrrrrr")
}

// printSweep prints a sweep's results, and how to go on with it where seeds are not finished.
func printSweep(out io.Writer, s *gan.Sweep) {
	fmt.Fprintf(out, "%ssweep       %s\ntable       %s\n", sweepTable(s.Info), s.Dir, s.Table())
	if len(s.Info.Results) < len(s.Info.Seeds) {
		fmt.Fprintf(out, "go on with  vkgan sweep train %s --resume %s\n", s.Info.Model, s.Dir)
	}
}

// sweepSummary is the last line of `vkgan sweep --json`.
type sweepSummary struct {
	Event string   `json:"event"` // "summary"
	State string   `json:"state"`
	Sweep string   `json:"sweep"`
	Table string   `json:"table"`
	Seeds []uint64 `json:"seeds"`
	gan.SweepSummary
}

func newSweepSummary(s *gan.Sweep) sweepSummary {
	return sweepSummary{"summary", s.Info.State, s.Dir, s.Table(), s.Info.Seeds, s.Info.Summary}
}
