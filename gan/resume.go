package gan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vkgan/internal/files"
	"vkgan/internal/tensorboard"
)

// OpenRun makes this process the one that works on the run in dir. It changes nothing there but the lock.
func OpenRun(dir string) (*Run, error) {
	lock, err := lockRun(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, lock: lock, pictured: -1}
	if r.Info, err = ReadRun(dir); err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return r, nil
}

// LatestCheckpoint reads the checkpoint of a run folder that `latest` names or, where that name leads nowhere, as some ways to
// copy a folder leave it, the one of the highest step; nil if the run has none yet.
func LatestCheckpoint(dir string) (*Checkpoint, error) {
	folder := filepath.Join(dir, checkpointFolder)
	path, err := filepath.EvalSymlinks(filepath.Join(folder, latestName))
	if errors.Is(err, fs.ErrNotExist) {
		steps, err := checkpointSteps(folder)
		if len(steps) == 0 {
			return nil, err
		}
		return ReadCheckpoint(filepath.Join(folder, checkpointName(steps[len(steps)-1])))
	} else if err != nil {
		return nil, err
	}
	c, err := ReadCheckpoint(path)
	if err != nil {
		return nil, orEarlier(err, folder, path)
	}
	return c, nil
}

// orEarlier adds to the error of a checkpoint that cannot be read which other one there is in its folder, if there is one.
func orEarlier(err error, folder, path string) error {
	steps, _ := checkpointSteps(folder)
	for _, step := range slices.Backward(steps) {
		if other := filepath.Join(folder, checkpointName(step)); filepath.Base(path) != filepath.Base(other) {
			return fmt.Errorf("%w; there is %s too: give that", err, other)
		}
	}
	return err
}

// RunFolder is the folder of the run among whose checkpoints this one lies.
func (c *Checkpoint) RunFolder() (string, error) {
	path, err := filepath.EvalSymlinks(c.Path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", err
	}
	folder := filepath.Dir(path)
	if dir := filepath.Dir(folder); filepath.Base(folder) == checkpointFolder && isRun(dir) {
		return dir, nil
	}
	return "", fmt.Errorf("%s does not lie in the folder %s of a run: give the run's folder", c.Path, checkpointFolder)
}

// makeLatest lets `latest` name a checkpoint of the run. Where a copy of the folder has a file of that name, the file gets its
// own first.
func (r *Run) makeLatest(c *Checkpoint) error {
	file, err := filepath.EvalSymlinks(c.Path)
	if err != nil {
		return err
	}
	path, target := filepath.Join(r.Dir, checkpointFolder, latestName), filepath.Base(file)
	if at, err := os.Lstat(path); err == nil && at.Mode().IsRegular() {
		if there, err := ReadCheckpoint(path); err == nil {
			if err := os.Rename(path, r.CheckpointPath(there.Position.Step)); err != nil {
				return files.CannotWrite(path, err)
			}
		}
	}
	if target == latestName {
		target = checkpointName(c.Position.Step)
	}
	return files.Link(target, path)
}

// Resume goes on with the run behind a checkpoint, nil for its very beginning: it cuts the logs there and notes in
// run.json who goes on. now describes this process. What an earlier one left half-written is removed. Of logs that do not reach as
// far as the checkpoint, Gaps tells.
func (r *Run) Resume(c *Checkpoint, now RunInfo) error {
	again := Resumption{Time: time.Now(), Version: now.Version, Command: now.Command, Device: now.Device, Driver: now.Driver, Kernels: now.Kernels}
	if c != nil {
		again.Step, r.pictured = c.Position.Step, c.Position.Sampled
		if err := r.makeLatest(c); err != nil {
			return err
		}
	}
	if err := r.openLogs(c); err != nil {
		return err
	}
	r.Info.Resumed = append(r.Info.Resumed, again)
	r.Info.Options, r.Info.State, r.Info.Ended = now.Options, "running", nil
	for _, folder := range []string{"", "samples", checkpointFolder} {
		removeFiles(filepath.Join(r.Dir, folder), func(name string) bool { return strings.HasSuffix(name, files.TemporarySuffix) })
	}
	return r.save()
}

// openLogs opens the log files behind what they held at a checkpoint; nil: empty.
func (r *Run) openLogs(c *Checkpoint) (err error) {
	path := filepath.Join(r.Dir, metricsFile)
	held := int64(0)
	if c != nil {
		held = c.Logs[metricsFile]
	}
	if r.metrics, err = r.openCut(path, held); err != nil {
		return err
	}
	if c != nil {
		for name, bytes := range c.Logs {
			if !strings.HasPrefix(name, eventsPrefix) {
				continue
			}
			path := filepath.Join(r.Dir, filepath.Base(name))
			if r.events, err = tensorboard.Append(path, bytes); err != nil { // it is gone, or shorter
				r.Gaps = append(r.Gaps, path)
				r.events, err = tensorboard.Create(r.Dir, time.Now())
			}
			return err
		}
	}
	removeFiles(r.Dir, func(name string) bool { return strings.HasPrefix(name, eventsPrefix) })
	r.events, err = tensorboard.Create(r.Dir, time.Now())
	return err
}

// removeFiles removes what can be removed of the files in a folder that are meant.
func removeFiles(folder string, meant func(name string) bool) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if meant(e.Name()) {
			os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// openCut opens a log for appending behind its first so many bytes, and cuts the rest off.
func (r *Run) openCut(path string, bytes int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return nil, files.CannotWrite(path, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	switch {
	case err != nil:
	case size < bytes:
		r.Gaps = append(r.Gaps, path)
	default:
		if err = f.Truncate(bytes); err != nil {
			err = files.CannotWrite(path, err)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// DiffersFrom lists what differs from the process that wrote a checkpoint and makes a run that goes on no longer bit-exact;
// empty if nothing does.
func (i RunInfo) DiffersFrom(c *Checkpoint) []string {
	device, driver, kernels := c.Info.Device, c.Info.Driver, c.Info.Kernels
	if n := len(c.Info.Resumed); n > 0 {
		last := c.Info.Resumed[n-1]
		device, driver, kernels = last.Device, last.Driver, last.Kernels
	}
	var differs []string
	for _, d := range []struct{ what, was, is string }{
		{"device", device.Name, i.Device.Name},
		{"driver", driver.Name + " " + driver.Info, i.Driver.Name + " " + i.Driver.Info},
		{"build of the kernels", device.Build, i.Device.Build},
		{"version of the kernels", short(kernels), short(i.Kernels)},
	} {
		if d.was != d.is {
			differs = append(differs, fmt.Sprintf("%s (%s, before %s)", d.what, d.is, d.was))
		}
	}
	return differs
}

func short(hash string) string { return hash[:min(12, len(hash))] }
