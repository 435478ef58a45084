package gan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"vkgan/internal/files"
)

// RunRecord is what a run folder tells of its run.
type RunRecord struct {
	Dir    string
	Number int // 0: the folder's name has none
	Info   RunInfo
	State  string  // Info's, but "killed" where that is "running" and nobody works on the run
	Last   Metrics // the latest value of everything
	Err    error   // a file is damaged; what was not read is zero
}

const (
	runFile     = "run.json"
	metricsFile = "metrics.jsonl"
)

// History reads the runs in the folder out, by number. A run's own damage is in its record.
func History(out string) ([]RunRecord, error) {
	dirs, err := runFolders(out)
	if err != nil {
		return nil, err
	}
	records := make([]RunRecord, len(dirs))
	for i, dir := range dirs {
		records[i] = readRecord(dir)
	}
	return records, nil
}

func readRecord(dir string) RunRecord {
	r := RunRecord{Dir: dir, Number: runNumber(dir)}
	inUse := InUse(dir)
	if r.Info, r.Err = ReadRun(dir); r.Err != nil {
		return r
	}
	r.State = r.Info.State
	if r.State == "running" && !inUse && !InUse(dir) { // neither before nor after: it has not just ended or begun
		r.State = "killed"
	}
	r.Last, r.Err = lastMetrics(dir)
	return r
}

// ReadRun reads a run folder's run.json. Options and Recipe become what encoding/json makes of objects, numbers json.Number.
func ReadRun(dir string) (RunInfo, error) { return ReadRunFile(filepath.Join(dir, runFile)) }

// ReadRunFile is ReadRun of a file of any name.
func ReadRunFile(path string) (RunInfo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return RunInfo{}, files.CannotRead(path, err)
	}
	var info RunInfo
	if err := json.Unmarshal(text, &info); err != nil {
		return RunInfo{}, fmt.Errorf("%s: %w", path, err)
	}
	if info.Model == "" || info.State == "" {
		return RunInfo{}, fmt.Errorf("%s tells no model or no state", path)
	}
	return info, nil
}

// Steps is the bound of a run in steps; 0 if it has none, or run.json does not tell.
func (i RunInfo) Steps() int {
	var options struct {
		Epochs   int `json:"epochs"`
		MaxSteps int `json:"max_steps"`
	}
	var recipe struct {
		BatchSize int `json:"batch_size"`
	}
	if !convert(i.Options, &options) || !convert(i.Recipe, &recipe) || recipe.BatchSize < 1 {
		return 0
	}
	return BoundInSteps(options.Epochs, i.Data.Train/recipe.BatchSize, options.MaxSteps)
}

// convert fills a struct from a value by their JSON names.
func convert(from, into any) bool {
	text, err := json.Marshal(from)
	return err == nil && json.Unmarshal(text, into) == nil
}

// metricsTail is how much of the end of metrics.jsonl is read first: some epochs.
const metricsTail = 16 << 10

// lastMetrics gives the latest value of everything in metrics.jsonl, back to the last evaluation, so that a long file
// is not read whole. Without a file or a line there is nothing.
func lastMetrics(dir string) (Metrics, error) {
	path := filepath.Join(dir, metricsFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Metrics{}, nil
	} else if err != nil {
		return Metrics{}, files.CannotRead(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Metrics{}, files.CannotRead(path, err)
	}
	for window := int64(metricsTail); ; window *= 4 {
		from := max(info.Size()-window, 0)
		text := make([]byte, info.Size()-from)
		n, err := f.ReadAt(text, from)
		if err != nil && err != io.EOF { // the latter where a resumed run has just cut the file
			return Metrics{}, files.CannotRead(path, err)
		}
		text = text[:n]
		if from > 0 {
			_, text, _ = bytes.Cut(text, []byte("\n")) // the end of a line
		}
		var last Metrics
		for m := range jsonLines[Metrics](text) {
			last.update(m)
		}
		if _, e, _ := last.Errors(); from == 0 || e != nil && last.LossD != nil {
			return last, nil
		}
	}
}

// jsonLines gives the lines of a text in turn, but for those that are not JSON of this type, such as a half one at the
// end.
func jsonLines[T any](text []byte) iter.Seq[T] {
	return func(yield func(T) bool) {
		for line := range bytes.Lines(text) {
			var v T
			if json.Unmarshal(line, &v) == nil && !yield(v) {
				return
			}
		}
	}
}

// FindRun finds a run folder by its path or, in the folder out, by its name, by its number, or as "latest", the run most
// recently started.
func FindRun(out, name string) (dir string, err error) {
	number, err := strconv.Atoi(name)
	switch {
	case name == "latest":
		return latestRun(out)
	case err == nil:
		return numberedRun(out, number)
	}
	for _, dir := range []string{filepath.Clean(name), filepath.Join(out, name)} {
		if name != "" && isRun(dir) {
			return dir, nil
		}
	}
	if _, err := os.Stat(name); err == nil {
		return "", fmt.Errorf("%s is no run folder: it has no %s; %s", name, runFile, whichRuns(out))
	}
	return "", fmt.Errorf("there is no run %q; %s", name, whichRuns(out))
}

func latestRun(out string) (dir string, err error) {
	dirs, err := runFolders(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var latest RunInfo
	unread, why := 0, error(nil)
	for _, d := range dirs {
		info, err := ReadRun(d)
		if err != nil && runNumber(d) > unread {
			unread, why = runNumber(d), err
		}
		if err == nil && (dir == "" || info.Started.After(latest.Started)) {
			dir, latest = d, info
		}
	}
	if unread > runNumber(dir) {
		return "", fmt.Errorf("the latest run cannot be told: %w; mend that, or name a run by its number", why)
	}
	if dir == "" {
		return "", fmt.Errorf("there is no latest run; %s", whichRuns(out))
	}
	return dir, nil
}

func numberedRun(out string, number int) (dir string, err error) {
	dirs, err := runFolders(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	dirs = slices.DeleteFunc(dirs, func(d string) bool { return number == 0 || runNumber(d) != number })
	switch len(dirs) {
	case 0:
		return "", fmt.Errorf("there is no run %d; %s", number, whichRuns(out))
	case 1:
		return dirs[0], nil
	}
	return "", fmt.Errorf("run %d may be %s: give the folder", number, strings.Join(dirs, " or "))
}

// whichRuns tells what to do where a run is not found.
func whichRuns(out string) string {
	if dirs, err := runFolders(out); err == nil && len(dirs) > 0 {
		return fmt.Sprintf("`vkgan runs %s` lists those there are", out)
	}
	return fmt.Sprintf("there are none in %s: give a run's folder, or train one by `vkgan train`", out)
}

// runFolders are the runs in a folder, by number and name.
func runFolders(out string) ([]string, error) { return numberedFolders(out, isRun) }

// numberedFolders are the folders in out of one kind, by number and name.
func numberedFolders(out string, kind func(dir string) bool) ([]string, error) {
	entries, err := os.ReadDir(out)
	if err != nil {
		return nil, files.CannotRead(out, err)
	}
	var dirs []string
	for _, e := range entries {
		if dir := filepath.Join(out, e.Name()); !strings.HasPrefix(e.Name(), ".") && kind(dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return cmp.Compare(runNumber(a), runNumber(b)) })
	return dirs, nil
}

// isRun tells a run folder, one that has lost a file too, from other folders.
func isRun(dir string) bool {
	for _, name := range []string{runFile, metricsFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// runNumber is the number in a run folder's name; 0 if it has none.
func runNumber(dir string) int {
	digits, _, found := strings.Cut(filepath.Base(dir), "-")
	if n, err := strconv.Atoi(digits); found && err == nil && n > 0 {
		return n
	}
	return 0
}
