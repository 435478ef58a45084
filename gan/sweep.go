package gan

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"vkgan/internal/files"
)

// Sweep is a sweep's folder that this process works on: sweep.json, results.tsv, and a run folder for each seed.
type Sweep struct {
	Dir  string
	Info SweepInfo
	lock *runLock
}

// SweepInfo is what sweep.json says of a sweep: enough to go on with it, and its results.
type SweepInfo struct {
	Model     string       `json:"model"`
	State     string       `json:"state"` // "running" until Finish
	Version   string       `json:"version"`
	Command   []string     `json:"command"`
	Started   time.Time    `json:"started"` // given by NewSweep
	Ended     *time.Time   `json:"ended,omitempty"`
	Seeds     []uint64     `json:"seeds"`                // in the order in which they run
	OwnLabels bool         `json:"own_labels,omitempty"` // each run's labelled images are drawn by its own seed; Recipe has the first's
	Options   any          `json:"options"`              // of every run: RunInfo's
	Recipe    any          `json:"recipe"`
	Data      RunData      `json:"data"`
	Results   []SeedResult `json:"results"`
	Summary   SweepSummary `json:"summary"` // of the results
}

const (
	sweepFile   = "sweep.json"
	resultsFile = "results.tsv"
)

// NewSweep makes the folder out/NNNNN-name with the next free number and writes sweep.json with info and the time.
func NewSweep(out, name string, info SweepInfo) (*Sweep, error) {
	info.Started, info.State, info.Results = time.Now(), "running", []SeedResult{}
	s := &Sweep{Info: info}
	var err error
	s.Dir, s.lock, err = newFolder(out, name, func(dir string) error {
		s.Dir = dir
		return s.save()
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// OpenSweep makes this process the one that works on the sweep in dir. It changes nothing there but the lock.
func OpenSweep(dir string) (*Sweep, error) {
	lock, err := lockRun(dir)
	if err != nil {
		return nil, err
	}
	s := &Sweep{Dir: dir, lock: lock}
	if s.Info, err = readSweep(dir); err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return s, nil
}

// Resume goes on with the sweep, with these seeds: those it has and perhaps more.
func (s *Sweep) Resume(seeds []uint64) error {
	s.Info.Seeds, s.Info.State, s.Info.Ended = seeds, "running", nil
	return s.save()
}

// Run is the run folder of a seed, "" if that was not begun.
func (s *Sweep) Run(seed uint64) (dir string, err error) {
	dirs, err := runFolders(s.Dir)
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		info, err := ReadRun(dir)
		if err != nil {
			return "", fmt.Errorf("%w: remove %s to begin its seed anew", err, dir)
		}
		if info.Seeds.Seed == seed {
			return dir, nil
		}
	}
	return "", nil
}

// Result is how a seed's run ended; ok is false where it has not.
func (s *Sweep) Result(seed uint64) (r SeedResult, ok bool, err error) {
	for _, r := range s.Info.Results {
		if r.Seed == seed {
			return r, true, nil
		}
	}
	dir, err := s.Run(seed)
	if err != nil || dir == "" {
		return SeedResult{}, false, err
	}
	info, err := ReadRun(dir)
	if err != nil || info.State != "done" {
		return SeedResult{}, false, err
	}
	r, err = s.Record(seed, nil) // a process was killed between the run's end and this
	return r, err == nil, err
}

// Record notes that a seed's run has ended: at its bound, where failed is nil, or because of that.
func (s *Sweep) Record(seed uint64, failed error) (SeedResult, error) {
	dir, err := s.Run(seed)
	if err != nil {
		return SeedResult{}, err
	}
	run := readRecord(dir)
	if run.Err != nil {
		return SeedResult{}, run.Err
	}
	r := newSeedResult(run, failed)
	s.Info.Results = append(s.Info.Results, r)
	return r, s.save()
}

// Finish writes the state that the sweep ended in ("done", "stopped" or "failed") and closes it.
func (s *Sweep) Finish(state string) error {
	now := time.Now()
	s.Info.State, s.Info.Ended = state, &now
	return errors.Join(s.save(), s.Close())
}

// Close leaves the sweep to others, in the state that sweep.json tells.
func (s *Sweep) Close() error { return s.lock.release() }

// Table is where the results are, a line for each seed.
func (s *Sweep) Table() string { return filepath.Join(s.Dir, resultsFile) }

// save writes sweep.json and the table, each whole or not at all.
func (s *Sweep) save() error {
	s.Info.Summary = summarise(s.Info.Results)
	text, err := json.MarshalIndent(s.Info, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", sweepFile, err)
	}
	if err := files.Write(filepath.Join(s.Dir, sweepFile), append(text, '\n')); err != nil {
		return err
	}
	table, err := resultsTable(s.Info.Results)
	if err != nil {
		return err
	}
	return files.Write(s.Table(), table)
}

var resultsColumns = []string{
	"seed", "state", "step", "epoch", "time_s",
	"test_error", "test_error_hungarian", "validation_error", "validation_error_hungarian", "nmi", "mutual_information", // Measured
	"run", "error",
}

// resultsTable is the results as tab-separated values below a line of their names. What was not measured is empty.
func resultsTable(results []SeedResult) ([]byte, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.Comma = '\t'
	if err := w.Write(resultsColumns); err != nil {
		return nil, err
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, r := range results {
		row := []string{strconv.FormatUint(r.Seed, 10), r.State, strconv.Itoa(r.Step), number(r.Epoch), number(r.TimeS)}
		for _, v := range r.all() {
			if *v == nil {
				row = append(row, "")
			} else {
				row = append(row, number(**v))
			}
		}
		if err := w.Write(append(row, r.Run, r.Error)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return text.Bytes(), w.Error()
}

func readSweep(dir string) (SweepInfo, error) {
	path := filepath.Join(dir, sweepFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return SweepInfo{}, files.CannotRead(path, err)
	}
	var info SweepInfo
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a seed in Recipe may exceed what a float64 holds
	if err := decoder.Decode(&info); err != nil {
		return SweepInfo{}, fmt.Errorf("%s: %w", path, err)
	}
	if info.Model == "" || info.State == "" || len(info.Seeds) == 0 {
		return SweepInfo{}, fmt.Errorf("%s tells no model, no state or no seeds", path)
	}
	return info, nil
}

// SweepRecord is what a sweep's folder tells of it.
type SweepRecord struct {
	Dir  string
	Info SweepInfo
	Err  error // sweep.json is damaged
}

// Sweeps reads the sweeps in the folder out, by number. One's own damage is in its record. The state is "killed" where
// sweep.json says "running" and nobody works on it.
func Sweeps(out string) ([]SweepRecord, error) {
	dirs, err := numberedFolders(out, isSweep)
	if err != nil {
		return nil, err
	}
	records := make([]SweepRecord, len(dirs))
	for i, dir := range dirs {
		inUse := InUse(dir)
		info, err := readSweep(dir)
		if info.State == "running" && !inUse && !InUse(dir) { // neither before nor after: it has not just ended or begun
			info.State = "killed"
		}
		records[i] = SweepRecord{dir, info, err}
	}
	return records, nil
}

// FindSweep finds a sweep's folder by its path or, in the folder out, by its name, by its number, or as "latest", the
// highest number.
func FindSweep(out, name string) (dir string, err error) {
	if name != "" && isSweep(name) {
		return filepath.Clean(name), nil
	}
	dirs, _ := numberedFolders(out, isSweep) // without the folder there are none
	slices.Reverse(dirs)
	for _, dir := range dirs {
		if name == "latest" || name == filepath.Base(dir) || name == strconv.Itoa(runNumber(dir)) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("there is no sweep %q in %s: give a sweep's folder, or begin one by `vkgan sweep train`", name, out)
}

func isSweep(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, sweepFile))
	return err == nil
}
