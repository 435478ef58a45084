package gan

import (
	"fmt"
	"unsafe"

	"vkgan/vk"
)

// BeginEpoch records that the predictions made while training are forgotten.
func (m *SSGAN) BeginEpoch(rec *vk.Recorder) { rec.Fill(m.seen, 0) }

// BeginTest records that the last evaluation is forgotten.
func (m *SSGAN) BeginTest(rec *vk.Recorder) {
	rec.Fill(m.tested, 0)
	rec.Fill(m.batch, 0)
}

// BatchSize is the number of unlabelled training images per step.
func (m *SSGAN) BatchSize() int { return m.recipe.BatchSize }

// StepsPerEpoch leaves a last partial batch out.
func (m *SSGAN) StepsPerEpoch() int { return m.data.Train.Count / m.recipe.BatchSize }

// TestBatches covers every test image.
func (m *SSGAN) TestBatches() int { return (m.data.Test.Count + m.testRows() - 1) / m.testRows() }

// Losses puts the figures into a line. D's loss is the weighted sum of its three.
func (m *SSGAN) Losses(figures []float64, line *Metrics) {
	class, real, fake, match := &figures[ssganClass], &figures[ssganReal], &figures[ssganFake], &figures[ssganMatch]
	r := m.recipe
	lossD := float64(r.WeightLabelled)**class + float64(r.WeightReal)**real + float64(r.WeightFake)**fake
	line.LossD, line.LossG = &lossD, match
	line.LossClass, line.LossReal, line.LossFake, line.LossMatch = class, real, fake, match
	line.AccReal, line.AccFake = &figures[ssganReal+1], &figures[ssganFake+1]
}

// TrainErrors measures the classes that D gave the unlabelled training images, under noise, while it trained on them.
func (m *SSGAN) TrainErrors(line *Metrics) error {
	c, err := m.confusion(m.seen)
	if err != nil || c.Total() == 0 {
		return err
	}
	e := c.Error()
	line.TrainError = &e
	return nil
}

// Evaluation measures the classes of the test images.
func (m *SSGAN) Evaluation() (Evaluation, error) {
	c, err := m.confusion(m.tested)
	if err == nil && c.Total() != m.data.Test.Count {
		err = fmt.Errorf("an evaluation counted %d of %d test images", c.Total(), m.data.Test.Count)
	}
	return classification(c), err
}

// Grid arranges the sample images.
func (m *SSGAN) Grid(pixels []float32) Grid {
	return Grid{Rows: sampleRows, Cols: sampleColumns, Height: m.data.Shape.H, Width: m.data.Shape.W, Pixels: pixels}
}

func (m *SSGAN) confusion(counts vk.Range) (Confusion, error) {
	c := NewConfusion(m.data.Classes, m.data.Classes)
	err := m.dev.Download(unsafe.Slice((*byte)(unsafe.Pointer(&c.Counts[0])), 4*len(c.Counts)), counts)
	return c, err
}
