package gan

// Metrics is a line of metrics.jsonl. What was not measured on that line is nil, and absent. Errors are fractions in
// [0,1]; losses and accuracies are means over the steps since the line before.
type Metrics struct {
	Step       int     `json:"step"`
	Epoch      float64 `json:"epoch"`
	TimeS      float64 `json:"time_s"` // since training began, evaluations included
	ImagesPerS float64 `json:"images_per_s,omitempty"`

	LossD   *float64 `json:"loss_d,omitempty"`
	LossG   *float64 `json:"loss_g,omitempty"`
	AccReal *float64 `json:"acc_real,omitempty"` // of D on real images
	AccFake *float64 `json:"acc_fake,omitempty"` // of D on generated ones

	LossCode       *float64 `json:"loss_code,omitempty"`
	LossContinuous *float64 `json:"loss_continuous,omitempty"` // of the continuous codes, without weight
	LossClass      *float64 `json:"loss_class,omitempty"`      // D's on labelled images
	LossReal       *float64 `json:"loss_real,omitempty"`       // D's on unlabelled ones
	LossFake       *float64 `json:"loss_fake,omitempty"`       // D's on generated ones
	LossMatch      *float64 `json:"loss_match,omitempty"`      // feature matching, which is LossG

	// Of classes or codes on a batch of real images, without labels, in nats: recipe part Information.
	RealEntropy     *float64 `json:"real_entropy,omitempty"`     // of their shares
	RealUncertainty *float64 `json:"real_uncertainty,omitempty"` // mean entropy given an image
	WarpDivergence  *float64 `json:"warp_divergence,omitempty"`  // from those of the images to those of the same, warped

	TrainError               *float64 `json:"train_error,omitempty"` // of predictions made while training
	TestError                *float64 `json:"test_error,omitempty"`
	TestErrorHungarian       *float64 `json:"test_error_hungarian,omitempty"`
	ValidationError          *float64 `json:"validation_error,omitempty"` // instead of TestError, where training images are held out
	ValidationErrorHungarian *float64 `json:"validation_error_hungarian,omitempty"`
	NMI                      *float64 `json:"nmi,omitempty"`

	// Without labels, on training images: of code and image under Q, H(code) - H(code|image), in nats, and H(code) alone.
	MutualInformation *float64 `json:"mutual_information,omitempty"`
	CodeEntropy       *float64 `json:"code_entropy,omitempty"`
}

// Errors are the errors of an evaluation, nil where none was measured, and the images that it was on: "test" or
// "validation".
func (m Metrics) Errors() (images string, e, hungarian *float64) {
	if m.ValidationError != nil {
		return "validation", m.ValidationError, m.ValidationErrorHungarian
	}
	return "test", m.TestError, m.TestErrorHungarian
}

// evaluated notes the errors of an evaluation, on validation or on test images.
func (m *Metrics) evaluated(e Evaluation, validation bool) {
	m.NMI = e.NMI
	if e.Use != nil {
		m.MutualInformation, m.CodeEntropy = &e.Use.MutualInformation, &e.Use.Entropy
	}
	if validation {
		m.ValidationError, m.ValidationErrorHungarian = &e.Error, e.Hungarian
	} else {
		m.TestError, m.TestErrorHungarian = &e.Error, e.Hungarian
	}
}

// mean collects the figures of some steps.
type mean struct {
	Sum []float64 `json:"sum"`
	N   int       `json:"n"`
}

func (m *mean) add(figures []float64) {
	if m.N == 0 {
		m.Sum = make([]float64, len(figures))
	}
	for i, f := range figures {
		m.Sum[i] += f
	}
	m.N++
}

// take gives the means, nil if there are none, and begins anew.
func (m *mean) take() []float64 {
	if m.N == 0 {
		return nil
	}
	means := m.Sum
	for i := range means {
		means[i] /= float64(m.N)
	}
	*m = mean{}
	return means
}

// update overwrites what line measured.
func (m *Metrics) update(line Metrics) {
	m.Step, m.Epoch, m.TimeS, m.ImagesPerS = line.Step, line.Epoch, line.TimeS, line.ImagesPerS
	for _, f := range []struct{ to, from **float64 }{
		{&m.LossD, &line.LossD}, {&m.LossG, &line.LossG}, {&m.AccReal, &line.AccReal}, {&m.AccFake, &line.AccFake},
		{&m.LossCode, &line.LossCode}, {&m.LossContinuous, &line.LossContinuous}, {&m.LossClass, &line.LossClass}, {&m.LossReal, &line.LossReal}, {&m.LossFake, &line.LossFake},
		{&m.LossMatch, &line.LossMatch}, {&m.RealEntropy, &line.RealEntropy}, {&m.RealUncertainty, &line.RealUncertainty},
		{&m.WarpDivergence, &line.WarpDivergence}, {&m.TrainError, &line.TrainError}, {&m.TestError, &line.TestError},
		{&m.TestErrorHungarian, &line.TestErrorHungarian}, {&m.ValidationError, &line.ValidationError},
		{&m.ValidationErrorHungarian, &line.ValidationErrorHungarian}, {&m.NMI, &line.NMI},
		{&m.MutualInformation, &line.MutualInformation}, {&m.CodeEntropy, &line.CodeEntropy},
	} {
		if *f.from != nil {
			*f.to = *f.from
		}
	}
}
