package gan

import "errors"

// Losses puts the figures into a line.
func (m *InfoGAN) Losses(figures []float64, line *Metrics) {
	lossD := figures[figureFake] + figures[figureReal]
	line.LossD, line.LossG, line.LossCode = &lossD, &figures[figureFool], &figures[figureCode]
	if m.recipe.Continuous > 0 {
		line.LossContinuous = &figures[figureContinuous]
	}
	line.AccFake, line.AccReal = &figures[figureFake+1], &figures[figureReal+1]
	m.informed(m.recipe.Information, figures, line)
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
	c, err1 := m.allTested()
	e := clustering(c)
	use, err2 := m.use()
	e.Use = use
	return e, errors.Join(err1, err2)
}

// Grid arranges the sample images: a row per code.
func (m *InfoGAN) Grid(pixels []float32) Grid {
	return Grid{Rows: m.recipe.Labels, Cols: sampleColumns, Height: m.data.Shape.H, Width: m.data.Shape.W, Pixels: pixels}
}
