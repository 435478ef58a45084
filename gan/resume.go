package gan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

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

// LatestCheckpoint reads the checkpoint of a run folder that `latest` names; nil if the run has none yet.
func LatestCheckpoint(dir string) (*Checkpoint, error) {
	path, err := filepath.EvalSymlinks(filepath.Join(dir, checkpointFolder, latestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return ReadCheckpoint(path)
}

// Resume goes on with the run behind a checkpoint, nil for its very beginning: it cuts the logs there and notes in
// run.json who goes on. now describes this process. What an earlier one left half-written is removed.
func (r *Run) Resume(c *Checkpoint, now RunInfo) error {
	again := Resumption{Time: time.Now(), Version: now.Version, Command: now.Command, Device: now.Device, Driver: now.Driver, Kernels: now.Kernels}
	if c != nil {
		again.Step, r.pictured = c.Position.Step, c.Position.Sampled
		if err := linkTo(filepath.Base(c.Path), filepath.Join(filepath.Dir(c.Path), latestName)); err != nil {
			return err // with the logs cut, a later checkpoint would not be whole
		}
	}
	if err := r.openLogs(c); err != nil {
		return err
	}
	r.Info.Resumed = append(r.Info.Resumed, again)
	r.Info.Options, r.Info.State, r.Info.Ended = now.Options, "running", nil
	for _, folder := range []string{"", "samples", checkpointFolder} {
		half, err := filepath.Glob(filepath.Join(r.Dir, folder, "*"+temporarySuffix))
		if err != nil {
			return err
		}
		for _, path := range half {
			os.Remove(path)
		}
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
	if r.metrics, err = openCut(path, held); err != nil {
		return err
	}
	if c != nil {
		for name, bytes := range c.Logs {
			if strings.HasPrefix(name, eventsPrefix) {
				r.events, err = tensorboard.Append(filepath.Join(r.Dir, filepath.Base(name)), bytes)
				return err
			}
		}
	}
	stale, err := filepath.Glob(filepath.Join(r.Dir, eventsPrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range stale {
		os.Remove(path)
	}
	r.events, err = tensorboard.Create(r.Dir, time.Now())
	return err
}

// openCut opens a file for appending behind its first so many bytes, and cuts the rest off.
func openCut(path string, bytes int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	switch {
	case err != nil:
	case size < bytes:
		err = fmt.Errorf("%s has %d bytes, but had %d when its checkpoint was written: it was cut or replaced", path, size, bytes)
	default:
		if err = f.Truncate(bytes); err != nil {
			err = cannotWrite(path, err)
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
