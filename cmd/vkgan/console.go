package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/term"

	"vkgan/gan"
)

// console shows a person how training goes.
type console interface {
	say(format string, args ...any)
	progress(gan.Progress)
	tested(gan.Metrics) // a line with the errors of an evaluation
	clear()             // nothing half-written stays on the screen
}

// newConsole fits the console to the stream: a live line on a terminal, plain lines elsewhere, nothing if quiet.
func newConsole(out io.Writer, quiet bool) console {
	if quiet {
		return noConsole{}
	}
	if f := terminal(out); f != nil {
		return &liveConsole{out: out, width: func() int {
			if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
				return w
			}
			return 80
		}}
	}
	return &plainConsole{out: out, now: time.Now}
}

type noConsole struct{}

func (noConsole) say(string, ...any)    {}
func (noConsole) progress(gan.Progress) {}
func (noConsole) tested(gan.Metrics)    {}
func (noConsole) clear()                {}

// liveConsole writes one line over and over.
type liveConsole struct {
	out   io.Writer
	width func() int // columns
}

const eraseLine = "\r\x1b[K"

func (v *liveConsole) say(format string, args ...any) {
	fmt.Fprintf(v.out, eraseLine+format+"\n", args...)
}

func (v *liveConsole) progress(p gan.Progress) {
	line := []rune(progressLine(p))
	if most := v.width() - 1; len(line) > most {
		line = line[:max(most, 0)]
	}
	fmt.Fprint(v.out, eraseLine+string(line))
}

func (v *liveConsole) tested(m gan.Metrics) { v.say("%s", testedLine(m)) }

func (v *liveConsole) clear() { fmt.Fprint(v.out, eraseLine) }

// plainEvery is how often a plainConsole writes a line.
const plainEvery = 10 * time.Second

// plainConsole writes a line now and then, for logs.
type plainConsole struct {
	out   io.Writer
	now   func() time.Time
	last  time.Time
	phase string
}

func (v *plainConsole) say(format string, args ...any) { fmt.Fprintf(v.out, format+"\n", args...) }

func (v *plainConsole) progress(p gan.Progress) {
	now := v.now()
	starts := p.Phase != v.phase && p.Phase != phaseTraining && v.phase == "" // the first phase takes a while
	if !starts && now.Sub(v.last) < plainEvery {
		return
	}
	v.last, v.phase = now, p.Phase
	v.say("%s", progressLine(p))
}

func (v *plainConsole) tested(m gan.Metrics) { v.say("%s", testedLine(m)) }

func (v *plainConsole) clear() {}

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
		if m.LossContinuous != nil {
			losses += fmt.Sprintf(" continuous %.3f", *m.LossContinuous)
		}
		parts = append(parts, losses)
	}
	if images, e, _ := p.Last.Errors(); e != nil {
		add("%s error %s", images, errorPercent(*e))
	}
	return strings.Join(parts, "  ")
}

// testedLine is a line of metrics with the errors of an evaluation.
func testedLine(m gan.Metrics) string {
	images, e, hungarian := m.Errors()
	line := fmt.Sprintf("step %s  epoch %.2f  %s error %s", count(m.Step), m.Epoch, images, errorPercent(*e))
	if hungarian != nil {
		line += fmt.Sprintf("  one-to-one %s", errorPercent(*hungarian))
	}
	if m.NMI != nil {
		line += fmt.Sprintf("  NMI %.3f", *m.NMI)
	}
	if m.MutualInformation != nil {
		line += fmt.Sprintf("  label-free %.3f", *m.MutualInformation)
	}
	return line + "  after " + span(time.Duration(m.TimeS*float64(time.Second)))
}
