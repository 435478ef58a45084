package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vkgan/gan"
	"vkgan/internal/files"
)

// result is what a variant's seeds have come to. Errors are fractions.
type result struct {
	Name       string             `json:"name"`
	Flags      []string           `json:"flags"`            // on top of --recipe best
	Errors     map[uint64]float64 `json:"errors"`           // of the held-out images after the last step, by seed
	Failed     []uint64           `json:"failed,omitempty"` // seeds that diverged
	Mean       *float64           `json:"mean,omitempty"`   // of the errors
	SD         *float64           `json:"sd,omitempty"`     // of the sample
	Median     *float64           `json:"median,omitempty"`
	LabelFree  *float64           `json:"label_free,omitempty"` // mean of InfoGAN's mutual information, in nats
	Difference *float64           `json:"difference,omitempty"` // mean of the seeds' errors less best's of the same seed
	StdError   *float64           `json:"difference_se,omitempty"`
	Recipe     any                `json:"recipe"`
	Options    any                `json:"options"`
	Version    string             `json:"version"`
}

var reporting sync.Mutex

// report writes what there is.
func (s study) report(variants []variant) error {
	reporting.Lock()
	defer reporting.Unlock()
	var results []result
	for _, v := range variants {
		info, begun, err := s.begun(v)
		if err != nil {
			return err
		}
		if begun {
			results = append(results, newResult(v, info))
		}
	}
	if best := slices.IndexFunc(results, func(r result) bool { return r.Name == "best" }); best >= 0 {
		for i := range results {
			results[i].compare(results[best])
		}
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	table := s.table(results)
	fmt.Print("\n", table)
	if err := files.Write(filepath.Join(s.out, "ablation.json"), append(text, '\n')); err != nil {
		return err
	}
	return files.Write(filepath.Join(s.out, "ablation.md"), []byte(table))
}

func newResult(v variant, info gan.SweepInfo) result {
	r := result{Name: v.name, Flags: v.flags, Errors: map[uint64]float64{}, Failed: info.Summary.Failed, Recipe: info.Recipe, Options: info.Options, Version: info.Version}
	for _, seed := range info.Results {
		if seed.ValidationError != nil {
			r.Errors[seed.Seed] = *seed.ValidationError
		}
	}
	if e := info.Summary.ValidationError; e != nil {
		r.Mean, r.SD, r.Median = &e.Mean, e.SD, &e.Median
	}
	if i := info.Summary.MutualInformation; i != nil {
		r.LabelFree = &i.Mean
	}
	return r
}

// compare notes how much the errors differ from best's, seed by seed.
func (r *result) compare(best result) {
	var n, sum, squares float64
	for seed, e := range r.Errors {
		if of, found := best.Errors[seed]; found {
			n, sum, squares = n+1, sum+e-of, squares+(e-of)*(e-of)
		}
	}
	if n == 0 || r.Name == best.Name {
		return
	}
	mean := sum / n
	r.Difference = &mean
	if n > 1 {
		e := math.Sqrt(max(0, squares-n*mean*mean) / (n - 1) / n)
		r.StdError = &e
	}
}

// table is Markdown, a line a variant.
func (s study) table(results []result) string {
	var b strings.Builder
	of := []string{"--epochs", strconv.Itoa(s.epochs)}
	fmt.Fprintf(&b, "%s, error in %% on the held-out training images after the last step, `%s`\n\n| variant | flags | mean ± sd | median | difference to best, mean ± standard error | label-free, nats |", s.model, strings.Join(append(of, s.flags...), " "))
	rule := "\n|---|---|---|---|---|---|"
	seeds := make([]uint64, s.seeds)
	for i := range seeds {
		seeds[i] = uint64(s.firstSeed + i)
		fmt.Fprintf(&b, " seed %d |", seeds[i])
		rule += "---|"
	}
	b.WriteString(rule + "\n")
	for _, r := range results {
		flags := "–"
		if len(r.Flags) > 0 {
			flags = "`" + strings.Join(r.Flags, " ") + "`"
		}
		labelFree := "–"
		if r.LabelFree != nil {
			labelFree = fmt.Sprintf("%.3f", *r.LabelFree)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |", r.Name, flags, percent("%.2f", r.Mean, r.SD), percent("%.2f", r.Median, nil),
			percent("%+.2f", r.Difference, r.StdError), labelFree)
		for _, seed := range seeds {
			e, found := r.Errors[seed]
			switch {
			case found:
				fmt.Fprintf(&b, " %.2f |", 100*e)
			case slices.Contains(r.Failed, seed):
				b.WriteString(" diverged |")
			default:
				b.WriteString(" – |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// percent is a value and how far it may be off, as far as they are known.
func percent(format string, value, off *float64) string {
	switch {
	case value == nil:
		return "–"
	case off == nil:
		return fmt.Sprintf(format, 100**value)
	}
	return fmt.Sprintf(format+" ± %.2f", 100**value, 100**off)
}
