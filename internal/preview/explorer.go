package preview

import (
	"fmt"
	"math"

	"vkgan/gan"
)

// slider moves the explored point along one axis.
type slider struct {
	name     string
	from, to float64
	step     float64
	value    float64
}

func (s *slider) set(value float64) {
	s.value = math.Round(min(max(value, s.from), s.to)/s.step) * s.step
}

// text is the value as a person reads it.
func (s *slider) text() string {
	if s.step == 1 {
		return fmt.Sprintf("%.0f", s.value)
	}
	return fmt.Sprintf("%.2f", s.value)
}

// explorer is a point in a latent space, moved by sliders from a pinned cell of the sample grid, or between two.
type explorer struct {
	space   gan.Latents
	columns int // variations along each slider
	sliders []slider
	chosen  int    // the slider of the keys
	pinned  [2]int // cells; the second -1: none
	version int    // counts changes of the point
}

// The sliders' names; continuous codes are c1, c2 …, directions of the noise z1, z2 ….
const (
	sliderCode    = "code"
	sliderBetween = "A→B"
)

const directions = 4 // of the noise

func newExplorer(space gan.Latents, columns int) explorer {
	e := explorer{space: space, columns: columns, pinned: [2]int{0, -1}}
	if space.Codes > 0 {
		e.sliders = append(e.sliders, slider{name: sliderCode, to: float64(space.Codes - 1), step: 1})
	}
	for i := range space.Continuous {
		e.sliders = append(e.sliders, slider{name: fmt.Sprintf("c%d", i+1), from: -2, to: 2, step: 0.05})
	}
	for i := range directions {
		e.sliders = append(e.sliders, slider{name: fmt.Sprintf("z%d", i+1), from: -1.5, to: 1.5, step: 0.05}) // radians, or standard deviations
	}
	e.sliders = append(e.sliders, slider{name: sliderBetween, to: 1, step: 0.05})
	e.pin(0)
	return e
}

// rows is how many points there are: the explored one, and the variations of as many sliders as the generator has room for.
func (e *explorer) rows() int { return min(1+len(e.sliders)*e.columns, e.space.Rows) }

// varied tells whether a slider has variations.
func (e *explorer) varied(slider int) bool { return 1+(slider+1)*e.columns <= e.rows() }

// pin begins at a cell.
func (e *explorer) pin(cell int) {
	e.pinned = [2]int{cell, -1}
	e.rest()
	e.version++
}

// pinEnd makes a cell the end of the way from the first; a cell that is it already is let go.
func (e *explorer) pinEnd(cell int) {
	if cell == e.pinned[1] {
		cell = -1
	}
	e.pinned[1] = cell
	e.version++
}

// rest puts the sliders where the first pinned cell is.
func (e *explorer) rest() {
	at := e.space.Cell(e.pinned[0])
	continuous := 0
	for i := range e.sliders {
		s := &e.sliders[i]
		s.value = 0
		switch {
		case s.name == sliderCode:
			s.value = float64(at.Code)
		case s.name[0] == 'c':
			s.value = float64(at.Continuous[continuous])
			continuous++
		}
	}
}

// move sets a slider.
func (e *explorer) move(slider int, value float64) {
	before := e.sliders[slider].value
	e.sliders[slider].set(value)
	if e.sliders[slider].value != before {
		e.version++
	}
}

// at is the point under other values of the sliders.
func (e *explorer) at(values []float64) gan.Point {
	p := e.space.Cell(e.pinned[0])
	var moves []float64
	continuous, share := 0, 0.0
	for i, s := range e.sliders {
		switch {
		case s.name == sliderCode:
			p.Code = int(values[i])
		case s.name == sliderBetween:
			share = values[i]
		case s.name[0] == 'c':
			p.Continuous[continuous] = float32(values[i])
			continuous++
		default:
			moves = append(moves, values[i])
		}
	}
	if e.pinned[1] >= 0 {
		p = e.space.Between(p, e.space.Cell(e.pinned[1]), share)
	}
	for i, by := range moves {
		if by != 0 {
			p.Z = e.space.Moved(p.Z, e.space.Direction(i), by)
		}
	}
	return p
}

func (e *explorer) values() []float64 {
	values := make([]float64, len(e.sliders))
	for i, s := range e.sliders {
		values[i] = s.value
	}
	return values
}

// variation is the value of a slider in a column of its variations.
func (e *explorer) variation(i, column int) float64 {
	s := e.sliders[i]
	if s.step == 1 { // so many whole numbers around the value
		first := min(max(s.value-float64(e.columns/2), s.from), max(s.from, s.to-float64(e.columns)+1))
		return min(first+float64(column), s.to)
	}
	return s.from + (s.to-s.from)*float64(column)/float64(e.columns-1)
}

// points are the explored point and the variations.
func (e *explorer) points() []gan.Point {
	points := []gan.Point{e.at(e.values())}
	for i := range e.sliders {
		if !e.varied(i) {
			break
		}
		for c := range e.columns {
			values := e.values()
			values[i] = e.variation(i, c)
			points = append(points, e.at(values))
		}
	}
	for len(points) < e.rows() {
		points = append(points, points[0])
	}
	return points
}
