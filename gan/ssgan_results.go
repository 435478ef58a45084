package gan

// Losses puts the figures into a line. D's loss is the weighted sum of its three.
func (m *SSGAN) Losses(figures []float64, line *Metrics) {
	class, real, fake, match := &figures[ssganClass], &figures[ssganReal], &figures[ssganFake], &figures[ssganMatch]
	r := m.recipe
	lossD := float64(r.WeightLabelled)**class + float64(r.WeightReal)**real + float64(r.WeightFake)**fake
	line.LossD, line.LossG = &lossD, match
	line.LossClass, line.LossReal, line.LossFake, line.LossMatch = class, real, fake, match
	line.AccReal, line.AccFake = &figures[ssganReal+1], &figures[ssganFake+1]
	m.informed(r.Information, figures, line)
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
	c, err := m.allTested()
	return classification(c), err
}

// Grid arranges the sample images.
func (m *SSGAN) Grid(pixels []float32) Grid {
	return Grid{Rows: sampleRows, Cols: sampleColumns, Height: m.data.Shape.H, Width: m.data.Shape.W, Pixels: pixels}
}
