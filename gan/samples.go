package gan

import (
	"cmp"
	"fmt"
	"iter"
	"math"

	"vkgan/internal/philox"
)

// Samples says which images a generator is to make. Noise vector i is a function of Seed and i alone.
type Samples struct {
	Seed  uint64
	Count int // so many images, the i-th with noise vector i, and the codes in turn; 0: a grid
	// Rows and Cols are those of the grid. Of a model with codes each row has a code, and each column a noise vector.
	Rows, Cols int
	Sweep      bool // the other way about: each row has a noise vector, and each column a code
	// Frames is those of an animation of the grid, which ends where it begins; 0: it stands still. Each noise vector moves
	// between some others; with Sweep the noise vectors, one for each place of the grid, stand, and all places
	// go through the codes.
	Frames int
}

const (
	// MostSamples is how many images can be made at once.
	MostSamples = 100000
	turns       = 4 // noise vectors that one of an animation moves between
)

// Arrange checks what is asked of the generator, and fills in how many rows and columns a grid has by default: as training's
// has, and of so many images as near a square as can be.
func (g *Generator) Arrange(s Samples) (Samples, error) {
	if s.Sweep && g.Codes == 0 {
		return s, fmt.Errorf("the model has no codes to sweep over: sample it without --sweep")
	}
	if s.Count > 0 {
		if s.Cols == 0 {
			s.Cols = int(math.Ceil(math.Sqrt(float64(s.Count))))
		}
		s.Rows = (s.Count + s.Cols - 1) / s.Cols
		return s, nil
	}
	rows, cols := sampleRows, sampleColumns
	if g.Codes > 0 && !s.Sweep {
		rows = g.Codes
	}
	if s.Sweep && s.Frames == 0 {
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
	noise := philox.Stream{Seed: s.Seed, ID: philox.StreamSampleZ}
	if s.Count > 0 {
		return g.independent(noise, s.Count)
	}
	return func(yield func([]float32) bool) {
		for frame := range max(1, s.Frames) {
			for row := range s.Rows {
				for col := range s.Cols {
					if !yield(g.placed(s, noise, frame, row, col)) {
						return
					}
				}
			}
		}
	}
}

// placed is the latent at a place of the grid.
func (g *Generator) placed(s Samples, noise philox.Stream, frame, row, col int) []float32 {
	place := row*s.Cols + col
	vector := func(i int) []float32 { return g.Prior.vector(noise, i, g.ZDim) }
	switch {
	case s.Sweep && s.Frames > 0:
		return g.latent(vector(place), float64(frame*g.Codes)/float64(s.Frames))
	case s.Sweep:
		return g.latent(vector(row), float64(col))
	}
	z, code := place, 0
	if g.Codes > 0 {
		z, code = row/g.Codes*s.Cols+col, row%g.Codes
	}
	if s.Frames == 0 {
		return g.latent(vector(z), float64(code))
	}
	turn, u := math.Modf(float64(frame*turns) / float64(s.Frames))
	at := func(turn int) []float32 { return vector(z + turn%turns*s.Rows*s.Cols) }
	return g.latent(g.Prior.between(at(int(turn)), at(int(turn)+1), u), float64(code))
}
