// Package facts is what the GPU kit stores of a machine: a JSON file per part, in one folder. docs/gpu.md describes them.
package facts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"vkgan/internal/files"
)

// Parts are the kit's parts in their order: what a lender of few minutes should learn first comes first.
var Parts = []string{"device", "tests", "costs", "tuning", "steps", "kernels", "training"}

// Status is how far a part has come.
type Status string

const (
	Done    Status = "done"
	Partial Status = "partial"  // its time was over; the next turn goes on
	LeftOut Status = "left out" // not begun: too little of the budget was left
	Failed  Status = "failed"
	Running Status = "running" // being measured, or the kit was killed
)

// Head is what every part's file begins with.
type Head struct {
	Part     string    `json:"part"`
	Status   Status    `json:"status"`
	Why      string    `json:"why,omitempty"` // of anything but done
	Kit      string    `json:"kit"`           // its build
	Turns    int       `json:"turns"`
	Killed   int       `json:"killed,omitempty"` // turns that the kit did not live to end, since the last one that got on
	Seconds  float64   `json:"seconds"`          // of all turns
	Updated  time.Time `json:"updated"`
	Failures []Failure `json:"failures,omitempty"` // what did not stop the part
	LeftOut  []Failure `json:"left_out,omitempty"` // and what it never tried
}

// Common is the head of the file that it is in.
func (h *Head) Common() *Head { return h }

// File is what is stored of a part: a pointer to one of the structs below.
type File interface{ Common() *Head }

// New is a part's file with nothing measured.
func New(part string) File {
	var f File
	switch part {
	case "device":
		f = &Device{}
	case "tests":
		f = &Tests{}
	case "costs":
		f = &Costs{}
	case "tuning":
		f = &Tuning{}
	case "steps":
		f = &Steps{}
	case "kernels":
		f = &Kernels{}
	case "training":
		f = &Training{}
	default:
		panic("no part " + part)
	}
	f.Common().Part = part
	return f
}

// Failure is something that could not be measured, and why.
type Failure struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Device is part device.
type Device struct {
	Head
	Machine Machine         `json:"machine"`
	Devices json.RawMessage `json:"devices,omitempty"` // of `vkgan devices --json`
	Chosen  *Chosen         `json:"chosen,omitempty"`  // the one that all is measured on
	FP16    *FP16           `json:"fp16,omitempty"`
	Torch   *Torch          `json:"torch,omitempty"`
	Doctor  string          `json:"doctor,omitempty"`
}

// Machine is what it is beside its GPU. What could not be had is absent.
type Machine struct {
	Kernel     string `json:"kernel,omitempty"`
	System     string `json:"system,omitempty"`
	Processor  string `json:"processor,omitempty"`
	Processors int    `json:"processors"`
	MemoryKB   int64  `json:"memory_kb,omitempty"`
	Loader     string `json:"loader,omitempty"` // of Vulkan: the machine's or the kit's
	Driver     string `json:"driver,omitempty"` // the manifest that the kit names to the loader, if any
	NVIDIA     string `json:"nvidia_smi,omitempty"`
}

// Chosen is a device of `vkgan devices --json`.
type Chosen struct {
	Index      int    `json:"index"`
	Name       string `json:"name"`
	Type       string `json:"type"`
	Driver     string `json:"driver"`
	DriverInfo string `json:"driver_info"`
	API        string `json:"api"`
	Best       bool   `json:"best"`
}

// FP16 tells whether `--precision fp16` works here.
type FP16 struct {
	Works   bool   `json:"works"`
	Refusal string `json:"refusal,omitempty"` // what vkgan said
}

// Torch is the PyTorch of python3.
type Torch struct {
	Version string `json:"version,omitempty"`
	CUDA    string `json:"cuda,omitempty"` // the name of its device
	Error   string `json:"error,omitempty"`
}

// Tests is part tests.
type Tests struct {
	Head
	Results  []Test         `json:"results"`
	Packages map[string]int `json:"packages"` // how many tests each has, of those asked for
}

// Test is a test's outcome: pass, fail, skip, crash, or cut where it was running when a turn ended.
type Test struct {
	Package string  `json:"package"`
	Name    string  `json:"name"`
	Result  string  `json:"result"`
	Seconds float64 `json:"seconds"`
	Cuts    int     `json:"cuts,omitempty"`
	Output  string  `json:"output,omitempty"` // the end of it, unless it passed
}

// Costs is part costs.
type Costs struct {
	Head
	Peaks *Peaks `json:"peaks,omitempty"`
}

// Peaks is the object of `vkgan bench device --json`.
type Peaks struct {
	Device        string `json:"device"`
	Driver        string `json:"driver"`
	GFLOPS        Spread `json:"fma_gflops"`
	GBPerS        Spread `json:"copy_gb_per_s"`
	DispatchUS    Spread `json:"dispatch_us"`
	IndependentUS Spread `json:"independent_us"`
	SubmitUS      Spread `json:"submit_wait_us"`
}

// Spread is how repeated measurements lie.
type Spread struct {
	Median float64 `json:"median"`
	P10    float64 `json:"p10"`
	P90    float64 `json:"p90"`
	Min    float64 `json:"min"`
}

// Tuning is part tuning.
type Tuning struct {
	Head
	Models []Tuned           `json:"models"`
	Tables map[string]string `json:"tables,omitempty"` // files of vkgan's cache, put back where it is new
}

// Tuned is a model's tuning.
type Tuned struct {
	Model      string      `json:"model"`
	Precision  string      `json:"precision"`
	Seconds    float64     `json:"seconds"`
	Attempts   int         `json:"attempts"`
	Cut        bool        `json:"cut"` // there was no time for some operations
	Operations []Operation `json:"operations"`
}

// Operation is a line of `vkgan tune --json`.
type Operation struct {
	Operation string            `json:"operation"`
	BuiltIn   string            `json:"built_in"`
	Before    float64           `json:"before_ms"`
	Best      string            `json:"best"`
	After     float64           `json:"after_ms"`
	Tried     int               `json:"tried"`
	Dropped   []json.RawMessage `json:"dropped,omitempty"`
}

// Steps is part steps.
type Steps struct {
	Head
	Runs []Step `json:"runs"`
}

// Step is one timing of a training step.
type Step struct {
	Round     int             `json:"round"`
	Engine    string          `json:"engine"` // vkgan or torch
	Model     string          `json:"model"`
	Mode      string          `json:"mode"` // of vkgan: tuned or built-in; of torch: graph, eager, compile, compile-graph
	Precision string          `json:"precision"`
	Layout    string          `json:"layout,omitempty"` // of torch's convolutions
	MedianMS  float64         `json:"step_ms_median"`
	Report    json.RawMessage `json:"report"` // all that the program said
}

// Kernels is part kernels.
type Kernels struct {
	Head
	Reports []KernelsReport `json:"reports"`
}

// KernelsReport is the object of `vkgan bench kernels --json`.
type KernelsReport struct {
	Model     string   `json:"model"`
	Precision string   `json:"precision"`
	Batch     int      `json:"batch"`
	Steps     int      `json:"steps"`
	Peaks     Peaks    `json:"peaks"`
	Kernels   []Kernel `json:"kernels"`
}

// Kernel is a kernel for one purpose in one section of a step.
type Kernel struct {
	Section   string  `json:"section"`
	Kernel    string  `json:"kernel"`
	Operation string  `json:"operation,omitempty"`
	Calls     int     `json:"calls"`
	MS        Spread  `json:"ms"`
	GFLOP     float64 `json:"gflop,omitempty"`
	GFLOPS    float64 `json:"gflops,omitempty"`
	GBPerS    float64 `json:"gb_per_s"`
	OfPeak    float64 `json:"of_peak"`
	OfStep    float64 `json:"of_step"`
}

// Training is part training.
type Training struct {
	Head
	Runs []Run `json:"runs"`
}

// Run is a training of one seed. Errors are fractions.
type Run struct {
	Model      string   `json:"model"`
	Labels     int      `json:"labels"` // codes, or labelled images of each class
	Precision  string   `json:"precision"`
	Seed       int      `json:"seed"`
	Epochs     int      `json:"epochs"` // wanted
	Status     Status   `json:"status"`
	Why        string   `json:"why,omitempty"`
	Step       int      `json:"step"`
	Epoch      float64  `json:"epoch"`
	Seconds    float64  `json:"seconds"` // of training, evaluations included
	TestError  *float64 `json:"test_error,omitempty"`
	Hungarian  *float64 `json:"test_error_hungarian,omitempty"`
	NMI        *float64 `json:"nmi,omitempty"`
	ImagesPerS float64  `json:"images_per_s,omitempty"`
	Curve      []Point  `json:"curve,omitempty"`
}

// Point is an evaluation.
type Point struct {
	Epoch     float64  `json:"epoch"`
	Seconds   float64  `json:"seconds"`
	TestError float64  `json:"test_error"`
	Hungarian *float64 `json:"test_error_hungarian,omitempty"`
}

// Path is the file of a part in a folder.
func Path(folder, part string) string { return filepath.Join(folder, part+".json") }

// Read fills v from the file of its part; found is false where there is none.
func Read(folder, part string, v File) (found bool, err error) {
	text, err := os.ReadFile(Path(folder, part))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return false, fmt.Errorf("%s is damaged: %w; the kit measures it again", Path(folder, part), err)
	}
	return true, nil
}

// Write replaces the file of a part as a whole.
func Write(folder, part string, v File) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return files.Write(Path(folder, part), append(text, '\n'))
}
