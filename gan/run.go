package gan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"vkgan/shaders"
	"vkgan/vk"
)

// RunInfo is what run.json says of a run: enough to repeat it.
type RunInfo struct {
	ID      uuid.UUID       `json:"id"` // given by NewRun
	Model   string          `json:"model"`
	State   string          `json:"state"` // "running" until Finish
	Version string          `json:"version"`
	Command []string        `json:"command"`
	Started time.Time       `json:"started"` // given by NewRun
	Ended   *time.Time      `json:"ended,omitempty"`
	Options any             `json:"options"` // of the trainer, resolved
	Recipe  any             `json:"recipe"`  // resolved
	Seeds   RunSeeds        `json:"seeds"`
	Data    RunData         `json:"data"`
	Device  RunDevice       `json:"device"`
	Driver  RunDriver       `json:"driver"`
	Kernels string          `json:"kernel_hash"` // KernelHash
	Tuning  json.RawMessage `json:"tuning"`      // null: the built-in table
}

// RunSeeds are the seeds of all that is random in a run.
type RunSeeds struct {
	Seed uint64 `json:"seed"`
}

// RunData describes the data set.
type RunData struct {
	Origin  string `json:"origin"`
	Train   int    `json:"train"` // images in use
	Test    int    `json:"test"`
	Classes int    `json:"classes"`
	Absent  []int  `json:"absent_classes,omitempty"` // those without a training image
	Height  int    `json:"height"`
	Width   int    `json:"width"`
}

// RunDevice is the device that a run is on.
type RunDevice struct {
	Index int       `json:"index"`
	Name  string    `json:"name"`
	Type  string    `json:"type"`
	UUID  uuid.UUID `json:"uuid"`
	API   string    `json:"api"`
	Build string    `json:"build"` // of the kernels
}

// RunDriver is its driver.
type RunDriver struct {
	Name    string    `json:"name"`
	Info    string    `json:"info"`
	Version uint32    `json:"version"` // as the driver encodes it
	UUID    uuid.UUID `json:"uuid"`
}

// Hardware describes an open device for RunInfo.
func Hardware(d *vk.Device) (RunDevice, RunDriver) {
	i := d.Info()
	return RunDevice{Index: i.Index, Name: i.Name, Type: i.Type.String(), UUID: i.UUID, API: i.API, Build: d.Build().String()},
		RunDriver{Name: i.DriverName, Info: i.DriverInfo, Version: i.DriverVersion, UUID: i.DriverUUID}
}

// KernelHash is the SHA-256, in hexadecimal, over the names and the SPIR-V of all kernels in both builds.
func KernelHash() string {
	h := sha256.New()
	for _, s := range shaders.Shaders {
		fmt.Fprintf(h, "%s %d %d\n", s.Name, len(s.Code[vk.Addresses]), len(s.Code[vk.Storage]))
		h.Write(s.Code[vk.Addresses])
		h.Write(s.Code[vk.Storage])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Run is a run folder: run.json, metrics.jsonl and samples/.
type Run struct {
	Dir     string
	Info    RunInfo
	metrics *os.File
}

// NewRun makes the folder out/NNNNN-name with the next free number and writes run.json with info, an id and the time. A
// folder of that name is never seen without its run.json. Errors name cause and remedy.
func NewRun(out, name string, info RunInfo) (*Run, error) {
	if err := os.MkdirAll(out, 0o777); err != nil {
		return nil, cannotWrite(out, err)
	}
	var err error
	if info.ID, err = uuid.NewRandom(); err != nil {
		return nil, fmt.Errorf("run id: %w", err)
	}
	info.Started, info.State = time.Now(), "running"
	r := &Run{Info: info}
	number, claim, err := claimNumber(out)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(claim) // not there any more when all went well
	r.Dir = claim
	if err := r.save(); err != nil {
		return nil, err
	}
	r.Dir = filepath.Join(out, fmt.Sprintf("%05d-%s", number, name))
	if err := os.Rename(claim, r.Dir); err != nil {
		return nil, cannotWrite(r.Dir, err)
	}
	path := filepath.Join(r.Dir, "metrics.jsonl")
	if r.metrics, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666); err != nil {
		return nil, cannotWrite(path, err)
	}
	return r, nil
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
			return 0, "", cannotWrite(claim, err)
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
		return 0, fmt.Errorf("cannot read %s: %w", out, err)
	}
	next := 1
	for _, e := range entries {
		digits, _, found := strings.Cut(e.Name(), "-")
		if n, err := strconv.Atoi(digits); found && err == nil {
			next = max(next, n+1)
		}
	}
	return next, nil
}

// Metrics appends a line to metrics.jsonl; the line is in the file when Metrics returns. A value that is not finite is an
// error, because JSON has none and because training cannot recover from it.
func (r *Run) Metrics(m Metrics) error {
	line, err := json.Marshal(m)
	if unsupported := (*json.UnsupportedValueError)(nil); errors.As(err, &unsupported) {
		return fmt.Errorf("step %d: training diverged: a loss is %s; a lower --rate may help", m.Step, unsupported.Str)
	}
	if err != nil {
		return err
	}
	if _, err := r.metrics.Write(append(line, '\n')); err != nil {
		return cannotWrite(r.metrics.Name(), err)
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

// Finish writes the state that the run ended in ("done", "stopped" or "failed") to run.json, and closes the files.
func (r *Run) Finish(state string) error {
	now := time.Now()
	r.Info.State, r.Info.Ended = state, &now
	return errors.Join(r.save(), r.metrics.Close())
}

func (r *Run) save() error {
	text, err := json.MarshalIndent(r.Info, "", "  ")
	if err != nil {
		return fmt.Errorf("run.json: %w", err)
	}
	return writeFile(filepath.Join(r.Dir, "run.json"), append(text, '\n'))
}
