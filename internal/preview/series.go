package preview

// series is a curve of no more than mostPoints points, each the mean over about equally many steps.
type series struct {
	steps, values []float64
	every         float64 // steps to a mean
	last          float64 // the step of the latest value, which stands for those since the one before
	sum, n        float64 // of the values, by their steps, and of the steps
}

const mostPoints = 400

func (s *series) add(step, value float64) {
	stands := step - s.last
	s.last = step
	s.sum += stands * value
	if s.n += stands; s.n < s.every {
		return
	}
	s.steps, s.values = append(s.steps, step), append(s.values, s.sum/s.n)
	s.sum, s.n = 0, 0
	if len(s.steps) < mostPoints {
		return
	}
	for i := range mostPoints / 2 {
		s.steps[i] = s.steps[2*i+1]
		s.values[i] = (s.values[2*i] + s.values[2*i+1]) / 2
	}
	s.steps, s.values = s.steps[:mostPoints/2], s.values[:mostPoints/2]
	s.every = step / (mostPoints / 2)
}
