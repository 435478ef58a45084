package gan

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"vkgan/internal/files"
)

// ReadMetrics reads the lines of a run's metrics.jsonl; there are none without the file.
func ReadMetrics(dir string) ([]Metrics, error) {
	path := filepath.Join(dir, metricsFile)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, files.CannotRead(path, err)
	}
	return slices.Collect(jsonLines[Metrics](text)), nil
}

// Curve is the course of a field of metrics.jsonl, such as "loss_d": its value at some steps and epochs.
type Curve struct {
	Field              string
	Step, Epoch, Value []float64
}

// ReadCurves reads every field of a run's metrics.jsonl that was measured, by name. A run without any is an error.
func ReadCurves(dir string) ([]Curve, error) {
	path := filepath.Join(dir, metricsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, files.CannotRead(path, err)
	}
	byField := map[string]*Curve{}
	for line := range jsonLines[map[string]any](text) {
		step, ok1 := line["step"].(float64)
		epoch, ok2 := line["epoch"].(float64)
		for field, v := range line {
			v, measured := v.(float64)
			if !ok1 || !ok2 || !measured || field == "step" || field == "epoch" {
				continue
			}
			c := byField[field]
			if c == nil {
				c = &Curve{Field: field}
				byField[field] = c
			}
			c.Step, c.Epoch, c.Value = append(c.Step, step), append(c.Epoch, epoch), append(c.Value, v)
		}
	}
	if len(byField) == 0 {
		return nil, fmt.Errorf("%s has no metrics yet: a run has them from its first --log-every steps on", dir)
	}
	var curves []Curve
	for _, field := range slices.Sorted(maps.Keys(byField)) {
		curves = append(curves, *byField[field])
	}
	return curves, nil
}
