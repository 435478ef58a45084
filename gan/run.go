package gan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"vkgan/internal/files"
	"vkgan/internal/tensorboard"
)

// Run is a run folder that this process works on: run.json, metrics.jsonl, TensorBoard's events, samples/, checkpoints/.
type Run struct {
	Dir  string
	Info RunInfo
	// Through, if set, is what a checkpoint's bytes pass through on their way to the file.
	Through func(io.Writer) io.Writer
	Gaps    []string // logs that were shorter than a checkpoint says when the run was resumed from it

	lock     *runLock
	metrics  *os.File
	events   *tensorboard.Writer
	pending  chan error // of the checkpoint being written; nil: none
	pictured int        // the step of the latest grid among the events; -1: none
}

// NewRun makes the folder out/NNNNN-name with the next free number and writes run.json with info, an id and the time. A
// folder of that name is never seen without its run.json. Errors name cause and remedy.
func NewRun(out, name string, info RunInfo) (*Run, error) {
	var err error
	if info.ID, err = uuid.NewRandom(); err != nil {
		return nil, fmt.Errorf("run id: %w", err)
	}
	info.Started, info.State = time.Now(), "running"
	r := &Run{Info: info, pictured: -1}
	r.Dir, r.lock, err = newFolder(out, name, func(dir string) error {
		r.Dir = dir
		return r.save()
	})
	if err != nil {
		return nil, err
	}
	if err := r.openLogs(nil); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// newFolder makes the folder out/NNNNN-name with the next free number, in use by this process. A folder of that name is
// never seen without what fill has written there.
func newFolder(out, name string, fill func(dir string) error) (dir string, lock *runLock, err error) {
	if err := files.MakeFolder(out); err != nil {
		return "", nil, err
	}
	number, claim, err := claimNumber(out)
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(claim) // not there any more when all went well
	if err := fill(claim); err != nil {
		return "", nil, err
	}
	if lock, err = lockRun(claim); err != nil {
		return "", nil, err
	}
	dir = filepath.Join(out, fmt.Sprintf("%05d-%s", number, name))
	if err := os.Rename(claim, dir); err != nil {
		return "", nil, errors.Join(files.CannotWrite(dir, err), lock.release())
	}
	if err := files.SyncFolder(out); err != nil {
		return "", nil, errors.Join(files.CannotWrite(out, err), lock.release())
	}
	return dir, lock, nil
}

// claimNumber makes the folder out/.NNNNN, whose maker alone may name a run NNNNN. NNNNN is above those of all runs.
func claimNumber(out string) (number int, claim string, err error) {
	for {
		if number, err = nextNumber(out); err != nil {
			return 0, "", err
		}
		for ; ; number++ {
			claim = filepath.Join(out, fmt.Sprintf(".%05d", number))
			if err = os.Mkdir(claim, 0o777); !errors.Is(err, fs.ErrExist) {
				break // else another run begins, or began and was killed
			}
		}
		if err != nil {
			return 0, "", files.CannotWrite(claim, err)
		}
		// Another process may have finished with this very claim since the list was read.
		next, err := nextNumber(out)
		if err == nil && next <= number {
			return number, claim, nil
		}
		os.Remove(claim)
		if err != nil {
			return 0, "", err
		}
	}
}

// nextNumber is one above the highest number of a run in out.
func nextNumber(out string) (int, error) {
	entries, err := os.ReadDir(out)
	if err != nil {
		return 0, files.CannotRead(out, err)
	}
	next := 1
	for _, e := range entries {
		next = max(next, runNumber(e.Name())+1)
	}
	return next, nil
}

// Metrics appends a line to metrics.jsonl, where it is when Metrics returns, and to the events. A value that is not finite
// is an error, because JSON has none.
func (r *Run) Metrics(m Metrics) error {
	if err := r.saved(false); err != nil {
		return err
	}
	line, err := json.Marshal(m)
	if unsupported := (*json.UnsupportedValueError)(nil); errors.As(err, &unsupported) {
		return fmt.Errorf("step %d: training diverged: a loss is %s; a lower --rate may help", m.Step, unsupported.Str)
	}
	if err != nil {
		return err
	}
	if _, err := r.metrics.Write(append(line, '\n')); err != nil {
		return files.CannotWrite(r.metrics.Name(), err)
	}
	var values map[string]float64
	if err := json.Unmarshal(line, &values); err != nil {
		return err
	}
	delete(values, "step")
	if err := r.events.Scalars(int64(m.Step), time.Now(), values); err != nil {
		return files.CannotWrite(r.events.Path(), err)
	}
	return nil
}

// Samples writes a grid into samples/, unless it is the final one of a step that has its grid also among the events.
func (r *Run) Samples(step int, final bool, grid Grid) error {
	picture, err := grid.PNG()
	if err = errors.Join(err, r.inPlace()); err != nil {
		return err
	}
	if err := files.Write(r.SamplePath(step, final), picture); err != nil {
		return err
	}
	if step == r.pictured {
		return nil
	}
	r.pictured = step
	size := grid.size()
	if err := r.events.Image(int64(step), time.Now(), "samples", size.Y, size.X, picture); err != nil {
		return files.CannotWrite(r.events.Path(), err)
	}
	return nil
}

// inPlace says that the run's folder has gone from where it was. Files must not make it anew: there would be two.
func (r *Run) inPlace() error {
	if _, err := os.Stat(filepath.Join(r.Dir, runFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s was moved or removed while it was trained; where it is now, --resume goes on from its last checkpoint", r.Dir)
	}
	return nil
}

// SamplePath is where the grid of a step belongs.
func (r *Run) SamplePath(step int, final bool) string {
	name := fmt.Sprintf("%06d.png", step)
	if final {
		name = "final.png"
	}
	return filepath.Join(r.Dir, "samples", name)
}

// Finish waits for the checkpoint being written, writes the state that the run ended in ("done", "stopped" or
// "failed") to run.json, and closes the run. Where the checkpoint failed that is "failed".
func (r *Run) Finish(state string) error {
	failed := r.saved(true)
	if failed != nil {
		state = "failed"
	}
	if r.inPlace() != nil { // who wrote there last was told
		return errors.Join(failed, r.Close())
	}
	now := time.Now()
	r.Info.State, r.Info.Ended = state, &now
	return errors.Join(failed, r.save(), r.Close())
}

// Close leaves the run to others, in the state that run.json tells.
func (r *Run) Close() error {
	var errs []error
	if r.metrics != nil {
		errs = append(errs, r.metrics.Close())
	}
	if r.events != nil {
		errs = append(errs, r.events.Close())
	}
	return errors.Join(append(errs, r.lock.release())...)
}

func (r *Run) save() error {
	text, err := json.MarshalIndent(r.Info, "", "  ")
	if err != nil {
		return fmt.Errorf("run.json: %w", err)
	}
	return files.Write(filepath.Join(r.Dir, runFile), append(text, '\n'))
}
