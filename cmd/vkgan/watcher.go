package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"vkgan/gan"
)

// watcher is a run's observer: it keeps the run folder, and shows how training goes.
type watcher struct {
	streams streams
	text    io.Writer // for people: stdout, with --json stderr
	json    bool
	view    console
	run     *gan.Run
	memory  func() int64 // what is allocated on the device
	window  *showing     // nil: none
}

func newWatcher(s streams, quiet, asJSON bool) *watcher {
	w := &watcher{streams: s, text: s.out, json: asJSON}
	if asJSON {
		w.text = s.err
	}
	w.view = newConsole(w.text, quiet)
	return w
}

// begin says what is about to run.
func (w *watcher) begin(r *gan.Run) error {
	w.run = r
	w.view.say("run folder  %s (Ctrl-C saves and stops)", r.Dir)
	return w.event("begin", map[string]any{"run": r.Dir, "id": r.Info.ID, "device": r.Info.Device.Name, "driver": r.Info.Driver.Info})
}

// Metrics writes a line of metrics.jsonl.
func (w *watcher) Metrics(m gan.Metrics) error {
	if err := w.run.Metrics(m); err != nil {
		return err
	}
	w.window.metrics(m)
	if _, e, _ := m.Errors(); e != nil {
		w.view.tested(m)
	}
	if !w.json {
		return nil
	}
	return w.line(m)
}

// Progress shows where the run stands.
func (w *watcher) Progress(p gan.Progress) { w.view.progress(p) }

// Samples writes a grid into the run folder.
func (w *watcher) Samples(step int, final bool, grid gan.Grid) error {
	if err := w.run.Samples(step, final, grid); err != nil {
		return err
	}
	return w.event("sample", map[string]any{"step": step, "final": final, "path": w.run.SamplePath(step, final)})
}

// Checkpoint begins to write one into the run folder.
func (w *watcher) Checkpoint(s *gan.Snapshot) error {
	step := s.Step
	if err := w.run.Checkpoint(s); err != nil {
		return err
	}
	return w.event("checkpoint", map[string]any{"step": step, "path": w.run.CheckpointPath(step), "device_bytes": w.memory()})
}

// end prints the summary.
func (w *watcher) end(r gan.Result) error {
	fmt.Fprint(w.text, summary(r, w.run.Info.Model, w.run.Dir, w.run.SamplePath(r.Step, true)))
	images, e, hungarian := r.Last.Errors()
	return w.event("end", map[string]any{
		"state": runState(r), "step": r.Step, "time_s": r.Elapsed.Seconds(), "run": w.run.Dir, "tested_step": r.Tested,
		images + "_error": e, images + "_error_hungarian": hungarian, "nmi": r.Last.NMI,
	})
}

// event prints a JSON object with its "event", if JSON is wanted.
func (w *watcher) event(name string, fields map[string]any) error {
	if !w.json {
		return nil
	}
	fields["event"] = name
	return w.line(fields)
}

func (w *watcher) line(v any) error {
	return stdoutError(json.NewEncoder(w.streams.out).Encode(v))
}

// summary is what a run ends with.
func summary(r gan.Result, model, folder, grid string) string {
	verb := "trained"
	if r.Stopped {
		verb = "stopped after"
	}
	text := fmt.Sprintf("%s %s steps (%.2f epochs) in %s\n", verb, count(r.Step), r.Last.Epoch, span(r.Elapsed))
	at := ""
	if r.Tested != r.Step && r.Tested > 0 {
		at = "at step " + count(r.Tested)
	}
	images, e, hungarian := r.Last.Errors()
	text += errorLines(images, e, hungarian, at)
	text += fmt.Sprintf("run folder  %s\nsamples     %s\n", folder, grid)
	if r.Stopped {
		text += fmt.Sprintf("go on with  vkgan train %s --resume %s\n", model, folder)
	}
	return text
}

// errorLines tells the errors on images such as "test" with what they mean, and a note.
func errorLines(images string, e, hungarian *float64, note string) string {
	name := images + " error"
	width := max(len(name), len("run folder"))
	line := func(name, text string) string { return fmt.Sprintf("%-*s  %s\n", width, name, text) }
	switch {
	case e == nil:
		return line("errors", "not measured yet")
	case hungarian == nil:
		return line(name, noted(errorPercent(*e), note))
	}
	return line(name, noted(errorPercent(*e), "every code stands for its majority digit", note)) +
		line("", noted(errorPercent(*hungarian), "one code, one digit", note))
}

// noted adds the notes that there are.
func noted(text string, notes ...string) string {
	notes = slices.DeleteFunc(notes, func(n string) bool { return n == "" })
	if len(notes) == 0 {
		return text
	}
	return text + " (" + strings.Join(notes, ", ") + ")"
}
