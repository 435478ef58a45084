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

	LossCode           *float64 `json:"loss_code,omitempty"`
	TrainError         *float64 `json:"train_error,omitempty"` // of predictions made while training
	TestError          *float64 `json:"test_error,omitempty"`
	TestErrorHungarian *float64 `json:"test_error_hungarian,omitempty"`
	NMI                *float64 `json:"nmi,omitempty"`
}

// Figures is what one training step measures, by the model's own names.
type Figures struct{ LossD, LossG, AccReal, AccFake, LossCode float64 }

// mean collects figures over some steps.
type mean struct {
	sum Figures
	n   float64
}

func (m *mean) add(f Figures) {
	m.sum.LossD += f.LossD
	m.sum.LossG += f.LossG
	m.sum.AccReal += f.AccReal
	m.sum.AccFake += f.AccFake
	m.sum.LossCode += f.LossCode
	m.n++
}

// take puts the means into a line and begins anew.
func (m *mean) take(line *Metrics) {
	if m.n == 0 {
		return
	}
	of := func(sum float64) *float64 { v := sum / m.n; return &v }
	line.LossD, line.LossG, line.LossCode = of(m.sum.LossD), of(m.sum.LossG), of(m.sum.LossCode)
	line.AccReal, line.AccFake = of(m.sum.AccReal), of(m.sum.AccFake)
	*m = mean{}
}

// update overwrites what line measured.
func (m *Metrics) update(line Metrics) {
	m.Step, m.Epoch, m.TimeS, m.ImagesPerS = line.Step, line.Epoch, line.TimeS, line.ImagesPerS
	for _, f := range []struct{ to, from **float64 }{
		{&m.LossD, &line.LossD}, {&m.LossG, &line.LossG}, {&m.AccReal, &line.AccReal}, {&m.AccFake, &line.AccFake},
		{&m.LossCode, &line.LossCode}, {&m.TrainError, &line.TrainError}, {&m.TestError, &line.TestError},
		{&m.TestErrorHungarian, &line.TestErrorHungarian}, {&m.NMI, &line.NMI},
	} {
		if *f.from != nil {
			*f.to = *f.from
		}
	}
}
