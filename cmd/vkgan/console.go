package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"vkgan/gan"
)

// view shows a person how training goes.
type view interface {
	say(format string, args ...any)
	progress(gan.Progress)
	tested(gan.Metrics) // a line with the errors of an evaluation
	clear()             // nothing half-written stays on the screen
}

// newView fits the view to the stream: a live line on a terminal, plain lines elsewhere, nothing if quiet.
func newView(out io.Writer, quiet bool) view {
	if quiet {
		return noView{}
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &liveView{out: out, width: func() int {
			if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
				return w
			}
			return 80
		}}
	}
	return &plainView{out: out, now: time.Now}
}

type noView struct{}

func (noView) say(string, ...any)    {}
func (noView) progress(gan.Progress) {}
func (noView) tested(gan.Metrics)    {}
func (noView) clear()                {}

// liveView writes one line over and over.
type liveView struct {
	out   io.Writer
	width func() int // columns
}

const eraseLine = "\r\x1b[K"

func (v *liveView) say(format string, args ...any) {
	fmt.Fprintf(v.out, eraseLine+format+"\n", args...)
}

func (v *liveView) progress(p gan.Progress) {
	line := []rune(progressLine(p))
	if most := v.width() - 1; len(line) > most {
		line = line[:max(most, 0)]
	}
	fmt.Fprint(v.out, eraseLine+string(line))
}

func (v *liveView) tested(m gan.Metrics) { v.say("%s", testedLine(m)) }

func (v *liveView) clear() { fmt.Fprint(v.out, eraseLine) }

// plainEvery is how often a plainView writes a line.
const plainEvery = 10 * time.Second

// plainView writes a line now and then, for logs.
type plainView struct {
	out   io.Writer
	now   func() time.Time
	last  time.Time
	phase string
}

func (v *plainView) say(format string, args ...any) { fmt.Fprintf(v.out, format+"\n", args...) }

func (v *plainView) progress(p gan.Progress) {
	now := v.now()
	starts := p.Phase != v.phase && p.Phase != phaseTraining && v.phase == "" // the first phase takes a while
	if !starts && now.Sub(v.last) < plainEvery {
		return
	}
	v.last, v.phase = now, p.Phase
	v.say("%s", progressLine(p))
}

func (v *plainView) tested(m gan.Metrics) { v.say("%s", testedLine(m)) }

func (v *plainView) clear() {}

// phaseTraining is the phase that goes without saying.
const phaseTraining = "training"

// progressLine is where a run stands, the most important first.
func progressLine(p gan.Progress) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if p.Steps > 0 {
		add("step %s/%s", count(p.Step), count(p.Steps))
	} else {
		add("step %s", count(p.Step))
	}
	if p.Phase != phaseTraining {
		add("%s", p.Phase)
	}
	add("epoch %.2f", p.Epoch)
	if p.ImagesPerS > 0 {
		add("%s images/s", count(int(p.ImagesPerS+0.5)))
	}
	if p.ETA > 0 {
		add("ETA %s", span(p.ETA))
	}
	if m := p.Last; m.LossD != nil && m.LossG != nil {
		losses := fmt.Sprintf("loss D %.3f G %.3f", *m.LossD, *m.LossG)
		if m.LossCode != nil {
			losses += fmt.Sprintf(" code %.3f", *m.LossCode)
		}
		parts = append(parts, losses)
	}
	if images, e, _ := p.Last.Errors(); e != nil {
		add("%s error %s", images, percent(*e))
	}
	return strings.Join(parts, "  ")
}

// testedLine is a line of metrics with the errors of an evaluation.
func testedLine(m gan.Metrics) string {
	images, e, hungarian := m.Errors()
	line := fmt.Sprintf("step %s  epoch %.2f  %s error %s", count(m.Step), m.Epoch, images, percent(*e))
	if hungarian != nil {
		line += fmt.Sprintf("  one-to-one %s", percent(*hungarian))
	}
	if m.NMI != nil {
		line += fmt.Sprintf("  NMI %.3f", *m.NMI)
	}
	return line + "  after " + span(time.Duration(m.TimeS*float64(time.Second)))
}
