package gan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"vkgan/internal/mnist"
	"vkgan/shaders"
	"vkgan/vk"
)

// RunInfo is what run.json says of a run: enough to repeat it.
type RunInfo struct {
	ID        uuid.UUID    `json:"id"` // given by NewRun
	Model     string       `json:"model"`
	State     string       `json:"state"` // "running" until Finish
	Version   string       `json:"version"`
	Command   []string     `json:"command"`
	Started   time.Time    `json:"started"` // given by NewRun
	Ended     *time.Time   `json:"ended,omitempty"`
	Options   any          `json:"options"` // of the trainer, resolved
	Recipe    any          `json:"recipe"`  // resolved
	Seeds     RunSeeds     `json:"seeds"`
	Data      RunData      `json:"data"`
	Device    RunDevice    `json:"device"`
	Driver    RunDriver    `json:"driver"`
	Precision string       `json:"precision"`        // of operands: "fp32" or "fp16"; "" in runs from before there was a choice
	Kernels   string       `json:"kernel_hash"`      // KernelHash
	Tuning    vk.Tuning    `json:"tuning"`           // of the run's operations, for its life; null: the built-in choice
	Import    *Import      `json:"import,omitempty"` // nil: the first weights were drawn
	Resumed   []Resumption `json:"resumed,omitempty"`
}

// UnmarshalJSON keeps the numbers of Options and Recipe as they are written: a seed may exceed what a float64 holds.
func (i *RunInfo) UnmarshalJSON(text []byte) error {
	type fields RunInfo
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode((*fields)(i))
}

// Resumption is a later process that went on with a run.
type Resumption struct {
	Time    time.Time `json:"time"`
	Step    int       `json:"step"`
	Version string    `json:"version"`
	Command []string  `json:"command"`
	Device  RunDevice `json:"device"`
	Driver  RunDriver `json:"driver"`
	Kernels string    `json:"kernel_hash"`
}

// RunSeeds are the seeds of all that is random in a run.
type RunSeeds struct {
	Seed uint64 `json:"seed"`
}

// RunData describes the data set.
type RunData struct {
	Origin     string `json:"origin"`
	Train      int    `json:"train"` // images in use
	Test       int    `json:"test"`
	Validation int    `json:"validation,omitempty"` // instead of Test: training images that were held out
	Classes    int    `json:"classes"`
	Absent     []int  `json:"absent_classes,omitempty"` // without a training image
	Height     int    `json:"height"`
	Width      int    `json:"width"`
	SHA256     string `json:"sha256"` // DataDigest of the whole set
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

// Precision is what the operands of products on d are rounded to: "fp16", or "fp32" for none.
func Precision(d *vk.Device) string {
	if len(d.Half()) > 0 {
		return "fp16"
	}
	return "fp32"
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

// DataDigest is the SHA-256, in hexadecimal, over all images and labels of a set.
func DataDigest(set *mnist.Set) string {
	h := sha256.New()
	for _, part := range [][]byte{set.Train.Pixels, set.TrainLabels, set.Test.Pixels, set.TestLabels} {
		fmt.Fprintf(h, "%d\n", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
