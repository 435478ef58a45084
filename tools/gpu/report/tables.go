package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"vkgan/tools/gpu/facts"
)

// stepsTable compares every configuration with the fastest of vkgan's for the same model.
func (s stored) stepsTable() string {
	list := s.timedSteps()
	if len(list) == 0 {
		return "Not measured.\n"
	}
	slices.SortStableFunc(list, func(a, b timed) int {
		return cmp.Or(cmp.Compare(a.model, b.model), -cmp.Compare(a.engine, b.engine), cmp.Compare(a.ms, b.ms))
	})
	rows := [][]string{{"model", "by", "how", "ms a step", "rounds' medians", "÷ vkgan's best", "gap, µs", "host, µs a step"}}
	for _, t := range list {
		ratio := ""
		if best, found := s.fastest("vkgan", t.model); found {
			ratio = fmt.Sprintf("%.2f", t.ms/best.ms)
		}
		rows = append(rows, []string{
			t.model, map[string]string{"vkgan": "vkgan", "torch": "PyTorch"}[t.engine], t.how(), fmt.Sprintf("%.3f", t.ms),
			fmt.Sprintf("%d: %.3f–%.3f", t.rounds, t.least, t.most), ratio, t.gap, t.host,
		})
	}
	return table(rows...)
}

func (s stored) costsTable() string {
	p := s.costs.Peaks
	if p == nil {
		return "Not measured.\n"
	}
	row := func(what string, v facts.Spread, unit string) []string {
		return []string{what, fmt.Sprintf("%.2f %s", v.Median, unit), fmt.Sprintf("%.2f–%.2f", v.P10, v.P90)}
	}
	return table([]string{"", "median", "10 %–90 %"},
		row("multiply-adds", p.GFLOPS, "GFLOP/s"), row("copying", p.GBPerS, "GB/s"),
		row("a dispatch that depends on the one before, and its barrier", p.DispatchUS, "µs"),
		row("a dispatch that depends on none", p.IndependentUS, "µs"), row("a submission and the wait for it", p.SubmitUS, "µs"))
}

// testsText counts results and names what did not pass.
func (s stored) testsText() string {
	if len(s.tests.Results) == 0 {
		return "Not run.\n"
	}
	results := []string{"pass", "skip", "fail", "crash", "cut"}
	rows := [][]string{append(append([]string{"package", "tests"}, results...), "not run", "seconds")}
	var bad strings.Builder
	for _, pkg := range slices.Sorted(maps.Keys(s.tests.Packages)) {
		n, seconds := map[string]int{}, 0.0
		for _, r := range s.tests.Results {
			if r.Package != pkg {
				continue
			}
			n[r.Result]++
			seconds += r.Seconds
			if r.Result != "pass" && r.Result != "skip" {
				fmt.Fprintf(&bad, "* %s: %s %s: %s\n", r.Result, pkg, r.Name, firstLine(r.Output))
			}
		}
		row, sum := []string{pkg, fmt.Sprint(s.tests.Packages[pkg])}, 0
		for _, name := range results {
			row = append(row, fmt.Sprint(n[name]))
			sum += n[name]
		}
		rows = append(rows, append(row, fmt.Sprint(max(0, s.tests.Packages[pkg]-sum)), fmt.Sprintf("%.0f", seconds)))
	}
	text := table(rows...)
	if bad.Len() > 0 {
		text += "\n" + bad.String()
	}
	return text
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return "it said nothing"
}

// operation is a product or convolution of a section, with all that its kernels take.
type operation struct {
	section, name     string
	gflop, ms, ofPeak float64
}

// operationsOf sums kernels up by operation, the most expensive first.
func operationsOf(r facts.KernelsReport) (list []operation) {
	for _, k := range r.Kernels {
		if k.Operation == "" {
			continue
		}
		i := slices.IndexFunc(list, func(o operation) bool { return o.section == k.Section && o.name == k.Operation })
		if i < 0 {
			list = append(list, operation{section: k.Section, name: k.Operation})
			i = len(list) - 1
		}
		list[i].gflop += k.GFLOP
		list[i].ms += k.MS.Median
	}
	for i, o := range list {
		list[i].ofPeak = o.gflop / max(o.ms, 1e-6) * 1e3 / r.Peaks.GFLOPS.Median
	}
	slices.SortStableFunc(list, func(a, b operation) int { return cmp.Compare(b.ms, a.ms) })
	return list
}

// others is how many kernels that multiply nothing are shown of a step.
const others = 10

func (s stored) kernelsTables() string {
	if len(s.kernels.Reports) == 0 {
		return "Not measured.\n"
	}
	var b strings.Builder
	for i, r := range s.kernels.Reports {
		if i > 0 {
			b.WriteString("\n")
		}
		total := 0.0
		for _, k := range r.Kernels {
			total += k.MS.Median
		}
		fmt.Fprintf(&b, "%s in %s, batch %d: %.3f ms in all by the device's timestamps; peaks %.0f GFLOP/s, %.0f GB/s.\n\n",
			r.Model, r.Precision, r.Batch, total, r.Peaks.GFLOPS.Median, r.Peaks.GBPerS.Median)
		rows := [][]string{{"ms", "of the step", "of the peak", "section", "what"}}
		for _, o := range operationsOf(r) {
			rows = append(rows, []string{fmt.Sprintf("%.4f", o.ms), share(o.ms / total), share(o.ofPeak), o.section, o.name})
		}
		n, rest := 0, 0.0
		for _, k := range r.Kernels {
			switch {
			case k.Operation != "":
			case n < others:
				n++
				ms := k.MS.Median
				rows = append(rows, []string{fmt.Sprintf("%.4f", ms), share(ms / total), share(k.OfPeak) + " (copying)", k.Section, k.Kernel})
			default:
				rest += k.MS.Median
			}
		}
		if rest > 0 {
			rows = append(rows, []string{fmt.Sprintf("%.4f", rest), share(rest / total), "", "", "all others"})
		}
		b.WriteString(table(rows...))
	}
	return b.String()
}

func share(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }

func (s stored) tuningTable() string {
	if len(s.tuning.Models) == 0 {
		return "Not measured.\n"
	}
	rows := [][]string{{
		"model", "precision", "operations", "not measured", "variants", "dropped", "better than built in", "built in, ms", "tuned, ms",
	}}
	for _, m := range s.tuning.Models {
		unmeasured, tried, dropped, better, before, after := 0, 0, 0, 0, 0.0, 0.0
		for _, o := range m.Operations {
			tried, dropped, before, after = tried+o.Tried, dropped+len(o.Dropped), before+o.Before, after+o.After
			switch {
			case o.Tried == 0:
				unmeasured++
			case o.Best != o.BuiltIn:
				better++
			}
		}
		rows = append(rows, []string{
			m.Model, m.Precision, fmt.Sprint(len(m.Operations)), fmt.Sprint(unmeasured), fmt.Sprint(tried), fmt.Sprint(dropped),
			fmt.Sprint(better), fmt.Sprintf("%.3f", before), fmt.Sprintf("%.3f", after),
		})
	}
	return table(rows...)
}

// trainingTable has a row for all seeds of a kind of training.
func (s stored) trainingTable() string {
	type kind struct {
		model     string
		labels    int
		precision string
		epochs    int
	}
	var order []kind
	runs := map[kind][]facts.Run{}
	for _, r := range s.training.Runs {
		k := kind{r.Model, r.Labels, r.Precision, r.Epochs}
		if runs[k] == nil {
			order = append(order, k)
		}
		runs[k] = append(runs[k], r)
	}
	if len(order) == 0 {
		return "Not measured.\n"
	}
	slices.SortFunc(order, func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.model, b.model), cmp.Compare(a.labels, b.labels), cmp.Compare(a.precision, b.precision))
	})
	rows := [][]string{{
		"model", "labels", "precision", "epochs", "seeds done", "seconds", "test error, %", "one-to-one, %", "each seed's error, %",
	}}
	for _, k := range order {
		var seconds, errors, hungarian []float64
		var each []string
		done := 0
		for _, r := range runs[k] {
			text := "–"
			if r.TestError != nil {
				text = fmt.Sprintf("%.2f", 100**r.TestError)
			}
			if r.Status != facts.Done {
				each = append(each, fmt.Sprintf("%s (%s, epoch %.0f)", text, r.Status, r.Epoch))
				continue
			}
			each = append(each, text)
			done++
			seconds = append(seconds, r.Seconds)
			if r.TestError != nil {
				errors = append(errors, 100**r.TestError)
			}
			if r.Hungarian != nil {
				hungarian = append(hungarian, 100**r.Hungarian)
			}
		}
		rows = append(rows, []string{
			k.model, fmt.Sprint(k.labels), k.precision, fmt.Sprint(k.epochs), fmt.Sprintf("%d of %d", done, len(runs[k])),
			meanSD(seconds, "%.0f"), meanSD(errors, "%.2f"), meanSD(hungarian, "%.2f"), strings.Join(each, ", "),
		})
	}
	return table(rows...)
}

// meanSD is a mean, with the sample's standard deviation where there is one.
func meanSD(values []float64, format string) string {
	if len(values) == 0 {
		return "–"
	}
	sum, squares := 0.0, 0.0
	for _, v := range values {
		sum += v
	}
	mean := sum / float64(len(values))
	if len(values) == 1 {
		return fmt.Sprintf(format, mean)
	}
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return fmt.Sprintf(format+" ± "+format, mean, math.Sqrt(squares/float64(len(values)-1)))
}
