// Command report writes a summary, in Markdown, of what the GPU kit stored in a folder:
//
//	go run ./tools/gpu/report FOLDER >report.md
//
// Parts that are not there yet, or were left out, are named as such.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"vkgan/tools/gpu/facts"
)

// stored is all that there is.
type stored struct {
	heads    []facts.Head // of every part; of one that is not there, without a status
	device   facts.Device
	tests    facts.Tests
	costs    facts.Costs
	tuning   facts.Tuning
	steps    facts.Steps
	kernels  facts.Kernels
	training facts.Training
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: report FOLDER (of the kit's JSON files)")
		os.Exit(2)
	}
	s, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	fmt.Print(s.report())
}

func read(folder string) (s stored, err error) {
	found := 0
	files := []facts.File{&s.device, &s.tests, &s.costs, &s.tuning, &s.steps, &s.kernels, &s.training}
	for i, part := range facts.Parts {
		head := files[i].Common()
		there, err := facts.Read(folder, part, files[i])
		switch {
		case err != nil:
			*head = facts.Head{Status: "unreadable", Why: err.Error()}
		case there:
			found++
		}
		head.Part = part
		s.heads = append(s.heads, *head)
	}
	if found == 0 {
		return s, fmt.Errorf("%s holds no results: the kit's run.sh stores %s there", folder, strings.Join(names(), ", "))
	}
	return s, nil
}

func names() (list []string) {
	for _, p := range facts.Parts {
		list = append(list, p+".json")
	}
	return list
}

func (s stored) report() string {
	var b strings.Builder
	title := "a machine whose device is unknown"
	if c := s.device.Chosen; c != nil {
		title = c.Name
	}
	fmt.Fprintf(&b, "# vkgan on %s\n\n", title)
	b.WriteString(s.about())
	for _, section := range []struct{ title, text string }{
		{"Goals", s.goalsTable()}, {"A training step", s.stepsTable()}, {"What a dispatch costs", s.costsTable()}, {"Tests", s.testsText()},
		{"Kernels", s.kernelsTables()}, {"Tuning", s.tuningTable()}, {"Training", s.trainingTable()}, {"Parts", s.partsTable()},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n%s", section.title, section.text)
	}
	return b.String()
}

func (s stored) about() string {
	var b strings.Builder
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "* %s: %s\n", what, text)
		}
	}
	if c := s.device.Chosen; c != nil {
		line("driver", fmt.Sprintf("%s %s, Vulkan %s", c.Driver, c.DriverInfo, c.API))
	}
	m := s.device.Machine
	line("loader", m.Loader)
	line("machine", strings.Join(nonEmpty(m.Processor, count(m.Processors, "processor"), m.System, m.Kernel), ", "))
	if f := s.device.FP16; f != nil {
		line("fp16", orElse(f.Refusal, "works"))
	}
	if t := s.device.Torch; t != nil {
		line("PyTorch", strings.Join(nonEmpty(t.Version, t.CUDA, t.Error), ", "))
	}
	var kits []string
	for _, h := range s.heads {
		if h.Kit != "" && !slices.Contains(kits, h.Kit) {
			kits = append(kits, h.Kit)
		}
	}
	line("kit", strings.Join(kits, "; "))
	return b.String()
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func count(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// table writes rows, the first of which is the head.
func table(rows ...[]string) string {
	var b strings.Builder
	for i, row := range rows {
		for j, cell := range row {
			row[j] = strings.ReplaceAll(strings.Join(strings.Fields(cell), " "), "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}

// partsTable tells how far each part has come, and what could not be measured.
func (s stored) partsTable() string {
	rows := [][]string{{"part", "status", "turns", "seconds", "why"}}
	var b strings.Builder
	for _, h := range s.heads {
		if h.Status == facts.Running {
			h.Why = orElse(h.Why, "it still is, or the kit was killed")
		}
		rows = append(rows, []string{
			h.Part, orElse(string(h.Status), "not begun"), fmt.Sprint(h.Turns), fmt.Sprintf("%.0f", h.Seconds), h.Why,
		})
		for _, f := range h.Failures {
			fmt.Fprintf(&b, "* %s: failed: %s: %s\n", h.Part, f.What, f.Why)
		}
		for _, f := range h.LeftOut {
			fmt.Fprintf(&b, "* %s: left out: %s: %s\n", h.Part, f.What, f.Why)
		}
	}
	text := table(rows...)
	if b.Len() > 0 {
		text += "\n" + b.String()
	}
	return text
}
