package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vkgan/tools/gpu/facts"
)

// attempts is how often tuning that is cut short begins again, each time with more time.
const attempts = 3

// tuningTurn finds the fastest kernels, and stores vkgan's table beside what was measured.
func tuningTurn(t *turn) error {
	f := t.value.(*facts.Tuning)
	jobs := t.tuningJobs()
	cut := false
	for i, job := range jobs {
		at := slices.IndexFunc(f.Models, func(m facts.Tuned) bool { return m.Model == job.Model && m.Precision == job.Precision })
		if at < 0 {
			f.Models = append(f.Models, job)
			at = len(f.Models) - 1
		}
		m := &f.Models[at]
		what := "tuning of " + m.Model + " in " + m.Precision
		if t.hasFailed(what) || m.Attempts > 0 && (!m.Cut || t.tune > 0 || m.Attempts >= attempts) {
			continue
		}
		bound := (t.left() - 5*time.Second) / time.Duration(len(jobs)-i)
		if t.tune > 0 {
			bound = min(bound, t.tune)
		}
		if bound < 5*time.Second && t.tune == 0 {
			return errOver
		}
		begin := time.Now()
		atMost := max(bound, time.Second).Round(time.Millisecond).String()
		out, err := t.vkgan(inPrecision(m.Precision, "tune", "--model", m.Model, "--recipe", "reference", "--json", "--max-time", atMost)...)
		if t.over() {
			return errOver
		}
		if err != nil {
			t.failed(what, err)
			continue
		}
		if m.Operations, err = operations(out); err != nil {
			t.failed(what, err)
			continue
		}
		m.Attempts++
		m.Seconds = time.Since(begin).Seconds()
		m.Cut = slices.ContainsFunc(m.Operations, func(o facts.Operation) bool { return o.Tried == 0 })
		cut = cut || m.Cut && m.Attempts < attempts && t.tune == 0
		f.Tables = t.tables()
		all := map[bool]string{true: ", not all measured"}[m.Cut]
		t.measured("%s: %d operations in %.0f s%s", what, len(m.Operations), m.Seconds, all)
	}
	if cut {
		return fmt.Errorf("%w: some operations were not measured", errMore)
	}
	return t.unless(slices.ContainsFunc(f.Models, func(m facts.Tuned) bool { return m.Attempts > 0 }))
}

// tuningJobs are the models, in fp16 too where vkgan tunes for it apart.
func (t *turn) tuningJobs() (list []facts.Tuned) {
	precisions := []string{"fp32"}
	if help, err := run(t.ctx, filepath.Join(t.folder, "vkgan-headless"), "tune", "--help"); err == nil && strings.Contains(help, "--precision") {
		precisions = t.usable()
	}
	for _, p := range precisions {
		for _, m := range t.models {
			list = append(list, facts.Tuned{Model: m, Precision: p})
		}
	}
	return list
}

// operations reads the lines of `vkgan tune --json`.
func operations(out string) (list []facts.Operation, err error) {
	for line := range strings.Lines(out) {
		var o facts.Operation
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			return nil, fmt.Errorf("a line that is no JSON: %q", line)
		}
		list = append(list, o)
	}
	return list, nil
}

// tables are vkgan's own files.
func (t *turn) tables() map[string]string {
	tables := map[string]string{}
	files, _ := filepath.Glob(filepath.Join(t.work, "cache", "vkgan", "tuning", "*"))
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			tables[filepath.Base(file)] = string(text)
		}
	}
	return tables
}

// restoreTables puts the tables of an earlier call into a new cache.
func (k *kit) restoreTables() {
	var f facts.Tuning
	facts.Read(k.state, "tuning", &f)
	folder := filepath.Join(k.work, "cache", "vkgan", "tuning")
	for name, text := range f.Tables {
		path := filepath.Join(folder, filepath.Base(name))
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return
		}
		os.WriteFile(path, []byte(text), 0o666)
	}
}

// tuned tells whether vkgan has a table here.
func (t *turn) tuned() bool { return len(t.tables()) > 0 }
