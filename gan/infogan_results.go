package gan

import (
	"fmt"
	"unsafe"

	"vkgan/vk"
)

// BeginEpoch records that the predictions made while training are forgotten.
func (m *InfoGAN) BeginEpoch(rec *vk.Recorder) { rec.Fill(m.seen, 0) }

// BeginTest records that the last evaluation is forgotten.
func (m *InfoGAN) BeginTest(rec *vk.Recorder) {
	rec.Fill(m.tested, 0)
	rec.Fill(m.batch, 0)
}

// BatchSize is the number of training images per step.
func (m *InfoGAN) BatchSize() int { return m.recipe.BatchSize }

// StepsPerEpoch leaves a last partial batch out.
func (m *InfoGAN) StepsPerEpoch() int { return m.data.Train.Count / m.recipe.BatchSize }

// TestBatches covers every test image.
func (m *InfoGAN) TestBatches() int { return (m.data.Test.Count + m.testRows() - 1) / m.testRows() }

// Losses puts the figures into a line.
func (m *InfoGAN) Losses(figures []float64, line *Metrics) {
	lossD := figures[figureFake] + figures[figureReal]
	line.LossD, line.LossG, line.LossCode = &lossD, &figures[figureFool], &figures[figureCode]
	line.AccFake, line.AccReal = &figures[figureFake+1], &figures[figureReal+1]
}

// TrainErrors measures the codes that Q gave the training images while it trained on them.
func (m *InfoGAN) TrainErrors(line *Metrics) error {
	c, err := m.confusion(m.seen)
	if err != nil || c.Total() == 0 {
		return err
	}
	e := c.MajorityError()
	line.TrainError = &e
	return nil
}

// Evaluation measures the codes of the test images.
func (m *InfoGAN) Evaluation() (Evaluation, error) {
	c, err := m.confusion(m.tested)
	if err == nil && c.Total() != m.data.Test.Count {
		err = fmt.Errorf("an evaluation counted %d of %d test images", c.Total(), m.data.Test.Count)
	}
	return clustering(c), err
}

// Grid arranges the sample images: a row per code.
func (m *InfoGAN) Grid(pixels []float32) Grid {
	return Grid{Rows: m.recipe.Labels, Cols: sampleColumns, Height: m.data.Shape.H, Width: m.data.Shape.W, Pixels: pixels}
}

func (m *InfoGAN) confusion(counts vk.Range) (Confusion, error) {
	c := Confusion{Codes: m.recipe.Labels, Classes: m.data.Classes, Counts: make([]uint32, m.recipe.Labels*m.data.Classes)}
	err := m.dev.Download(unsafe.Slice((*byte)(unsafe.Pointer(&c.Counts[0])), 4*len(c.Counts)), counts)
	return c, err
}
