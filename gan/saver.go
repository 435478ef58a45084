package gan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"vkgan/internal/files"
)

const (
	checkpointFolder = "checkpoints"
	latestName       = "latest"
	eventsPrefix     = "events.out.tfevents."
	keptCheckpoints  = 3
)

// CheckpointPath is where the checkpoint of a step belongs.
func (r *Run) CheckpointPath(step int) string {
	return filepath.Join(r.Dir, checkpointFolder, checkpointName(step))
}

func checkpointName(step int) string { return fmt.Sprintf("%06d.safetensors", step) }

// Checkpoint writes a snapshot in the background, releases it, makes it the latest and removes what is older than the last
// three. The logs belong to it as they are now. An error is that of the checkpoint before; this one's comes with the next
// Metrics, Checkpoint or Finish.
func (r *Run) Checkpoint(s *Snapshot) error {
	if err := r.saved(true); err != nil {
		s.Release()
		return err
	}
	logs, err := r.logBytes()
	if err != nil {
		s.Release()
		return err
	}
	metadata, err := checkpointMetadata(s.Position, r.Info, logs)
	if err != nil {
		s.Release()
		return err
	}
	result := make(chan error, 1)
	r.pending = result
	go func() {
		defer s.Release()
		result <- r.promote(s, metadata)
	}()
	return nil
}

// saved gives the error of the checkpoint being written, once it is: nil if there is none, or it still is and wait is
// false.
func (r *Run) saved(wait bool) error {
	if r.pending == nil || !wait && len(r.pending) == 0 {
		return nil
	}
	err := <-r.pending
	r.pending = nil
	return err
}

// logBytes is how long the log files are now.
func (r *Run) logBytes() (map[string]int64, error) {
	metrics, err := r.metrics.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.metrics.Name(), err)
	}
	return map[string]int64{metricsFile: metrics, filepath.Base(r.events.Path()): r.events.Offset()}, nil
}

// promote writes the file, then lets `latest` name it. The logs that it counts on are durable before.
func (r *Run) promote(s *Snapshot, metadata map[string]string) error {
	tensors, err := s.Tensors()
	if err != nil {
		return err
	}
	if err := r.inPlace(); err != nil {
		return err
	}
	if err := errors.Join(syncFile(r.metrics.Name()), syncFile(r.events.Path())); err != nil {
		return err
	}
	path := r.CheckpointPath(s.Step)
	err = files.WriteWith(path, func(w io.Writer) error {
		if r.Through != nil {
			w = r.Through(w)
		}
		return writeCheckpoint(w, metadata, tensors)
	})
	if err != nil {
		return err
	}
	if err := files.Link(filepath.Base(path), filepath.Join(filepath.Dir(path), latestName)); err != nil {
		return err
	}
	return r.prune(s.Step)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return files.CannotWrite(path, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return files.CannotWrite(path, err)
	}
	return nil
}

// prune keeps the last checkpoints up to a step. Those of later steps, from before a resume of an earlier one, stay.
func (r *Run) prune(step int) error {
	steps, err := checkpointSteps(filepath.Join(r.Dir, checkpointFolder))
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(n int) bool { return n > step })
	for _, old := range steps[:max(0, len(steps)-keptCheckpoints)] {
		if err := os.Remove(r.CheckpointPath(old)); err != nil {
			return err
		}
	}
	return nil
}

// checkpointSteps are the steps of the checkpoints in a folder, ascending; none where there is no such folder.
func checkpointSteps(folder string) (steps []int, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, files.CannotRead(folder, err)
	}
	for _, e := range entries {
		var n int
		if _, err := fmt.Sscanf(e.Name(), "%d.safetensors", &n); err == nil && e.Name() == checkpointName(n) {
			steps = append(steps, n)
		}
	}
	slices.Sort(steps)
	return steps, nil
}
