package gan

import (
	"iter"
	"math"
	"slices"

	"vkgan/internal/philox"
	"vkgan/vk"
)

// Latents is the space that a generator makes images from. A row of latents is Noise components of the noise, the one-hot
// categorical code, then the continuous codes.
type Latents struct {
	Noise      int       // components of the noise
	Prior      Prior     // of the noise
	Codes      int       // values of the categorical code; 0: there is none
	Continuous int       // continuous codes, each from -1 to 1
	Grid       []float32 // [rows,Width], the sample grid's latents
	Rows       int       // that the generator takes at once
	Seed       uint64
	Average    *vk.Buffer // of the generator's parameters over the steps, laid out as they are; nil: none is kept
}

// Width is the length of a row.
func (l Latents) Width() int { return l.Noise + l.Codes + l.Continuous }

// Point is a place in a latent space.
type Point struct {
	Z          []float32
	Code       int
	Continuous []float32
}

// Row is a point as a row of latents.
func (l Latents) Row(p Point) []float32 {
	return latentRow(p.Z, l.Codes, float64(p.Code), p.Continuous)
}

// latentRow is z, one of so many codes, one-hot, of a fraction between two of them, the first after the last, that part of
// each, and continuous codes.
func latentRow(z []float32, codes int, code float64, continuous []float32) []float32 {
	row := make([]float32, len(z)+codes+len(continuous))
	copy(row, z)
	if codes > 0 {
		whole, part := math.Modf(code)
		row[len(z)+int(whole)%codes] += float32(1 - part)
		row[len(z)+(int(whole)+1)%codes] += float32(part)
	}
	copy(row[len(z)+codes:], continuous)
	return row
}

// Cell is the point of a cell of the sample grid.
func (l Latents) Cell(i int) Point {
	row := l.Grid[i*l.Width():][:l.Width()]
	p := Point{Z: slices.Clone(row[:l.Noise]), Continuous: slices.Clone(row[l.Noise+l.Codes:])}
	for c := range l.Codes {
		if row[l.Noise+c] != 0 {
			p.Code = c
		}
	}
	return p
}

// Direction is number i of a few directions of the noise, drawn from the seed, each of unit length.
func (l Latents) Direction(i int) []float32 {
	return sphere(philox.Stream{Seed: l.Seed, ID: philox.StreamDirections}, i, l.Noise)
}

// Moved is noise z moved by so much in a direction: turned by an angle on the sphere, or by standard deviations in the cube.
func (l Latents) Moved(z, direction []float32, by float64) []float32 {
	return l.Prior.moved(z, direction, by)
}

// Between is the point a share t of the way from a to b: the noise along the great circle or the line, as its prior has it,
// continuous codes along the line, the categorical code of the nearer.
func (l Latents) Between(a, b Point, t float64) Point {
	p := Point{Z: l.Prior.between(a.Z, b.Z, t), Code: a.Code, Continuous: slices.Clone(a.Continuous)}
	if t > 0.5 {
		p.Code = b.Code
	}
	for i := range p.Continuous {
		p.Continuous[i] += float32(t) * (b.Continuous[i] - a.Continuous[i])
	}
	return p
}

// latent is a row of latents for the generator.
func (g *Generator) latent(z []float32, code float64) []float32 {
	return latentRow(z, g.Codes, code, nil)
}

// independent is n latents: the i-th has noise vector i of a stream, and the codes come in turn.
func (g *Generator) independent(noise philox.Stream, n int) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		for i := range n {
			if !yield(g.latent(g.Prior.vector(noise, i, g.ZDim), float64(i))) {
				return
			}
		}
	}
}
