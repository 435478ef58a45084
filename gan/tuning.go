package gan

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"vkgan/internal/files"
	"vkgan/layers"
	"vkgan/vk"
)

// Operations lists what kernels can be tuned for, among all that training a model records: first the step's operations,
// then those of evaluations and samples. The model may be on a rehearsal.
func Operations(d *vk.Device, m Model) []fmt.Stringer {
	var list []fmt.Stringer
	for _, record := range []func(rec *vk.Recorder){
		m.Step,
		func(rec *vk.Recorder) { m.Test(rec, BatchStatistics) },
		func(rec *vk.Recorder) { m.Sample(rec) },
		func(rec *vk.Recorder) { m.Calibrate(rec, 1) },
	} {
		rec := d.NewRecorder("operations")
		record(rec)
		for _, o := range layers.Operations(d, rec.Commands()) {
			if !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	return list
}

// TuningKey is what a tuning table holds for: a device, its driver, and the kernels. A CPU driver is the same on every
// machine, and so are its identifiers; there the processor counts.
type TuningKey struct {
	Version    int       `json:"version"` // of the file's format and of the variants' names
	Vendor     uint32    `json:"vendor"`
	DriverID   uint32    `json:"driver_id"`
	Device     RunDevice `json:"device"`
	Driver     RunDriver `json:"driver"`
	Subgroup   uint32    `json:"subgroup"`
	Processor  string    `json:"processor,omitempty"`
	Processors int       `json:"processors,omitempty"`
	Precision  string    `json:"precision"`
	Kernels    string    `json:"kernel_hash"`
}

const tuningVersion = 1

// NewTuningKey describes an open device.
func NewTuningKey(d *vk.Device) TuningKey {
	i := d.Info()
	k := TuningKey{Version: tuningVersion, Vendor: i.Vendor, DriverID: i.DriverID, Subgroup: i.Limits.SubgroupSize, Precision: Precision(d), Kernels: KernelHash()}
	k.Device, k.Driver = Hardware(d)
	k.Device.Index = 0 // its place in the list, which another device may change
	if i.Type == vk.CPU {
		k.Processor, k.Processors = processor(), runtime.NumCPU()
	}
	return k
}

// processor is the name that Linux gives the first processor; "" where it gives none.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// tuningFile is a table with what it holds for.
type tuningFile struct {
	Key    TuningKey `json:"key"`
	Tuning vk.Tuning `json:"tuning"`
}

// TuningPath is where the table for a key belongs in a folder.
func TuningPath(folder string, k TuningKey) string {
	text, err := json.Marshal(k)
	if err != nil {
		panic(err) // numbers and strings
	}
	digest := sha256.Sum256(text)
	return filepath.Join(folder, fmt.Sprintf("%x.json", digest[:8]))
}

// ReadTuning reads the table for a key from a folder, nil if there is none. An error tells of a file that is not as
// WriteTuning writes it.
func ReadTuning(folder string, k TuningKey) (vk.Tuning, error) {
	path := TuningPath(folder, k)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, files.CannotRead(path, err)
	}
	var f tuningFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w: delete it, and `vkgan tune` makes it anew", path, err)
	}
	if !reflect.DeepEqual(f.Key, k) {
		return nil, fmt.Errorf("%s is for another device than its name says: delete it, and `vkgan tune` makes it anew", path)
	}
	return f.Tuning, nil
}

// WriteTuning writes the table for a key into a folder, over what was there.
func WriteTuning(folder string, k TuningKey, t vk.Tuning) error {
	text, err := json.MarshalIndent(tuningFile{k, t}, "", "  ")
	if err != nil {
		return err
	}
	return files.Write(TuningPath(folder, k), append(text, '\n'))
}
