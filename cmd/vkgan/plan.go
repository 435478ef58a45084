package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"vkgan/gan"
)

// plan is what --dry-run prints.
type plan struct {
	Model        string  `json:"model"`
	Title        string  `json:"-"`
	Rate         string  `json:"-"`
	Batch        int     `json:"batch"`
	Seed         uint64  `json:"seed"`
	Data         string  `json:"data"`
	TrainImages  int     `json:"train_images"`
	TestImages   int     `json:"test_images"`
	Validation   int     `json:"validation_images,omitempty"`
	Height       int     `json:"height"`
	Width        int     `json:"width"`
	Classes      int     `json:"classes"`
	Absent       []int   `json:"absent_classes,omitempty"`
	StepsInEpoch int     `json:"steps_per_epoch"`
	ParametersG  int     `json:"parameters_g"`
	ParametersD  int     `json:"parameters_d"`
	MemoryBytes  int64   `json:"memory_bytes"`
	Dispatches   int     `json:"dispatches_per_step"`
	Barriers     int     `json:"barriers_per_step"`
	GFLOP        float64 `json:"gflop_step"`
	Device       string  `json:"device"`
	Type         string  `json:"device_type"`
	Driver       string  `json:"driver"`
	Precision    string  `json:"precision"`
}

func newPlan(j job, s *session, info gan.RunInfo) plan {
	step, device := s.trainer.StepStats(), s.dev.Info()
	g, d := s.model.Networks()
	return plan{
		Model: j.model, Title: j.title, Rate: j.rate, Batch: j.batch, Seed: info.Seeds.Seed,
		Data: info.Data.Origin, TrainImages: info.Data.Train, TestImages: info.Data.Test, Validation: info.Data.Validation,
		Height: info.Data.Height, Width: info.Data.Width, Classes: info.Data.Classes, Absent: info.Data.Absent,
		StepsInEpoch: s.model.StepsPerEpoch(), ParametersG: g.Count(), ParametersD: d.Count(),
		MemoryBytes: s.dev.Usage().Allocated, Dispatches: step.Dispatches, Barriers: step.Barriers, GFLOP: s.trainer.StepWork().Dense / 1e9,
		Device: device.Name, Type: typeName(device.Type), Driver: device.DriverName + " " + device.DriverInfo, Precision: info.Precision,
	}
}

// lines are the plan for people.
func (p plan) lines() []string {
	absent := ""
	if len(p.Absent) > 0 {
		absent = fmt.Sprintf(" (no training image of %s)", strings.Trim(fmt.Sprint(p.Absent), "[]"))
	}
	measured := count(p.TestImages) + " test"
	if p.Validation > 0 {
		measured = count(p.Validation) + " validation"
	}
	lines := []string{
		fmt.Sprintf("model       %s, seed %d; parameters: G %s, D %s", p.Title, p.Seed, count(p.ParametersG), count(p.ParametersD)),
		fmt.Sprintf("data        %s: %s training and %s images of %d×%d, %d classes%s",
			p.Data, count(p.TrainImages), measured, p.Height, p.Width, p.Classes, absent),
		fmt.Sprintf("step        %d images of each kind, %.2f GFLOP, %d dispatches, %d barriers; %s steps an epoch",
			p.Batch, p.GFLOP, p.Dispatches, p.Barriers, count(p.StepsInEpoch)),
		fmt.Sprintf("device      %s (%s), %s, %s in use", p.Device, p.Type, p.Precision, size(p.MemoryBytes)),
		fmt.Sprintf("driver      %s", p.Driver),
	}
	if p.Rate != "" {
		lines = append(lines, "rate        "+p.Rate)
	}
	return lines
}

func (p plan) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(p)
	}
	for _, line := range p.lines() {
		fmt.Fprintln(out, line)
	}
	return nil
}
