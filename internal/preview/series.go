package preview

// series is a curve of no more than mostPoints points, each the mean over equally many steps.
type series struct {
	steps, values []float64
	every         int // points to a mean
	sum           float64
	n             int
}

const mostPoints = 400

func (s *series) add(step, value float64) {
	if s.every == 0 {
		s.every = 1
	}
	s.sum += value
	if s.n++; s.n < s.every {
		return
	}
	s.steps, s.values = append(s.steps, step), append(s.values, s.sum/float64(s.n))
	s.sum, s.n = 0, 0
	if len(s.steps) < mostPoints {
		return
	}
	for i := range mostPoints / 2 {
		s.steps[i] = s.steps[2*i+1]
		s.values[i] = (s.values[2*i] + s.values[2*i+1]) / 2
	}
	s.steps, s.values = s.steps[:mostPoints/2], s.values[:mostPoints/2]
	s.every *= 2
}
