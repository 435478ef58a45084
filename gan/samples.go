package gan

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"regexp"
	"strconv"
)

// Samples says which images a generator is to make. Noise vector i, and the continuous codes that go with it, are a function of
// Seed and i alone.
type Samples struct {
	Seed  uint64
	Count int // so many images, the i-th with noise vector i, and the codes in turn; 0: a grid
	// Rows and Cols are those of the grid. Of a model with codes each row has a code, and each column a noise vector.
	Rows, Cols int
	Sweep      Axis // what each row goes through instead
	// Frames is those of an animation of the grid, which ends where it begins; 0: it stands still. Each noise vector moves
	// between some others; with Sweep the noise vectors, one for each place of the grid, stand, and all places
	// go through the code.
	Frames int
}

// Axis is a code that a row goes through, from column to column, while all else stays.
type Axis string

const (
	NoAxis   Axis = ""
	CodeAxis Axis = "code" // the categorical code: a row for each noise vector, a column for each value
	// "c1", "c2", …: a continuous code from -2 to 2, the others at 0. A row for each value of the categorical code, then for the
	// next noise vector.
)

const (
	// MostSamples is how many images can be made at once.
	MostSamples = 100000
	turns       = 4 // noise vectors that one of an animation moves between
	sweepReach  = 2 // twice as far as training goes
)

var continuousAxis = regexp.MustCompile(`^c([1-9][0-9]{0,8})$`)

// ParseAxis reads "code", "c1", "c2", … or "", no sweep.
func ParseAxis(text string) (Axis, error) {
	if text != string(NoAxis) && text != string(CodeAxis) && !continuousAxis.MatchString(text) {
		return NoAxis, fmt.Errorf("want code, c1, c2, …")
	}
	return Axis(text), nil
}

// continuous is the place of the continuous code that it goes through; -1: none.
func (a Axis) continuous() int {
	if match := continuousAxis.FindStringSubmatch(string(a)); match != nil {
		n, _ := strconv.Atoi(match[1])
		return n - 1
	}
	return -1
}

// check says why a space cannot be swept so.
func (a Axis) check(of Space) error {
	switch k := a.continuous(); {
	case a == CodeAxis && of.Codes == 0:
		return fmt.Errorf("the model has no codes to sweep over: sample it without --sweep")
	case k >= of.Continuous && of.Continuous == 0:
		return fmt.Errorf("the model has no continuous codes to sweep over: train infogan --continuous 2")
	case k >= of.Continuous:
		return fmt.Errorf("--sweep is %s, but the model's continuous codes are c1 to c%d", a, of.Continuous)
	}
	return nil
}

// Arrange checks what is asked of the generator, and fills in how many rows and columns a grid has by default: as training's
// has, and of so many images as near a square as can be.
func (g *Generator) Arrange(s Samples) (Samples, error) {
	if err := s.Sweep.check(g.Space); err != nil {
		return s, err
	}
	if s.Count > 0 {
		if s.Cols == 0 {
			s.Cols = int(math.Ceil(math.Sqrt(float64(s.Count))))
		}
		s.Rows = (s.Count + s.Cols - 1) / s.Cols
		return s, nil
	}
	rows, cols := sampleRows, sampleColumns
	if g.Codes > 0 && s.Sweep != CodeAxis {
		rows = g.Codes
	}
	if s.Sweep == CodeAxis && s.Frames == 0 {
		cols = g.Codes
	}
	s.Rows, s.Cols = cmp.Or(s.Rows, rows), cmp.Or(s.Cols, cols)
	if n := s.Images(); n > MostSamples {
		return s, fmt.Errorf("%d images are asked for: want at most %d", n, MostSamples)
	}
	return s, nil
}

// Images is how many there are in all, once Arrange has filled in the grid.
func (s Samples) Images() int {
	if s.Count > 0 {
		return s.Count
	}
	return s.Rows * s.Cols * max(1, s.Frames)
}

// Latents are those of the images, in order: frame by frame, row by row.
func (g *Generator) Latents(s Samples) iter.Seq[[]float32] {
	if s.Count > 0 {
		return g.independent(s.Seed, sampleLatents, s.Count)
	}
	return func(yield func([]float32) bool) {
		for frame := range max(1, s.Frames) {
			for row := range s.Rows {
				for col := range s.Cols {
					if !yield(g.placed(s, frame, row, col)) {
						return
					}
				}
			}
		}
	}
}

// placed is the latent at a place of the grid.
func (s Space) placed(of Samples, frame, row, col int) []float32 {
	place := row*of.Cols + col
	vector := func(i int) Point { return s.draw(of.Seed, sampleLatents, i) }
	if of.Sweep == CodeAxis {
		p, code := vector(row), float64(col)
		if of.Frames > 0 {
			p, code = vector(place), float64(frame*s.Codes)/float64(of.Frames)
		}
		return s.row(p.Z, code, p.Continuous)
	}
	number, code := place, 0
	if s.Codes > 0 {
		number, code = row/s.Codes*of.Cols+col, row%s.Codes
	}
	if k := of.Sweep.continuous(); k >= 0 {
		return s.swept(of, k, frame, number, code, col)
	}
	p := vector(number)
	if of.Frames > 0 {
		turn, u := math.Modf(float64(frame*turns) / float64(of.Frames))
		at := func(turn int) Point { return vector(number + turn%turns*of.Rows*of.Cols) }
		p = s.Between(at(int(turn)), at(int(turn)+1), u)
	}
	return s.row(p.Z, float64(code), p.Continuous)
}

// swept is the latent at a place of the grid that goes through continuous code k: from column to column, by a noise vector for
// all columns, or from frame to frame.
func (s Space) swept(of Samples, k, frame, number, code, col int) []float32 {
	continuous := make([]float32, s.Continuous)
	if of.Frames > 0 {
		continuous[k] = float32(-sweepReach * math.Cos(2*math.Pi*float64(frame)/float64(of.Frames)))
	} else {
		number /= of.Cols
		if of.Cols > 1 {
			continuous[k] = float32(-sweepReach + 2*sweepReach*float64(col)/float64(of.Cols-1))
		}
	}
	return s.row(s.draw(of.Seed, sampleLatents, number).Z, float64(code), continuous)
}

// independent is n latents: the i-th has noise vector i and the continuous codes that go with it, and the categorical codes
// come in turn.
func (s Space) independent(seed uint64, of latentStreams, n int) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		for i := range n {
			p := s.draw(seed, of, i)
			if !yield(s.row(p.Z, float64(i), p.Continuous)) {
				return
			}
		}
	}
}
