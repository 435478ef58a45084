package gan

import (
	"fmt"
	"math"
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

// Figures reads a finished step's losses and accuracies from the ring.
func (m *InfoGAN) Figures(step int) (Figures, error) {
	const slot = 1 + figureCount
	bytes := m.ring.Bytes()[step%metricsInRing*slot*4:][:slot*4]
	words := unsafe.Slice((*float32)(unsafe.Pointer(&bytes[0])), slot)
	if got := math.Float32bits(words[0]); got != uint32(step+1) {
		return Figures{}, fmt.Errorf("the ring holds step %d in its place", int64(got)-1)
	}
	at := func(i int) float64 { return float64(words[1+i]) }
	return Figures{
		LossD: at(figureFake) + at(figureReal), LossG: at(figureFool), LossCode: at(figureCode),
		AccFake: at(figureFake + 1), AccReal: at(figureReal + 1),
	}, nil
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

// TestErrors measures the codes of the test images.
func (m *InfoGAN) TestErrors(line *Metrics) error {
	c, err := m.confusion(m.tested)
	if err != nil {
		return err
	}
	if c.Total() != m.data.Test.Count {
		return fmt.Errorf("an evaluation counted %d of %d test images", c.Total(), m.data.Test.Count)
	}
	majority, hungarian, nmi := c.MajorityError(), c.HungarianError(), c.NMI()
	line.TestError, line.TestErrorHungarian, line.NMI = &majority, &hungarian, &nmi
	return nil
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
