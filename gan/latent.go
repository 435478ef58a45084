package gan

import (
	"math"
	"slices"

	"vkgan/internal/philox"
	"vkgan/vk"
)

// Space is the space that a generator makes images from. A row of latents is z, the one-hot categorical code, then the
// continuous codes, which training draws from -1 to 1.
type Space struct {
	Noise      Noise // z
	Codes      int   // values of the categorical code; 0: there is none
	Continuous int   // continuous codes
}

// Size is the length of a row.
func (s Space) Size() int { return s.Noise.Dim + s.Codes + s.Continuous }

// row is z, one of the codes, one-hot, of a fraction between two of them, the first after the last, that part of each, and
// the continuous codes, nil for zeros.
func (s Space) row(z []float32, code float64, continuous []float32) []float32 {
	row := make([]float32, s.Size())
	copy(row, z)
	if s.Codes > 0 {
		whole, part := math.Modf(code)
		row[len(z)+int(whole)%s.Codes] += float32(1 - part)
		row[len(z)+(int(whole)+1)%s.Codes] += float32(part)
	}
	copy(row[len(z)+s.Codes:], continuous)
	return row
}

// latentStreams are those of the random numbers of a latent's parts.
type latentStreams struct{ z, code, continuous uint32 }

var (
	stepLatents        = latentStreams{philox.StreamZ, philox.StreamCode, philox.StreamContinuous}
	freshLatents       = latentStreams{philox.StreamFreshZ, philox.StreamFreshCode, philox.StreamFreshContinuous}
	calibrationLatents = latentStreams{philox.StreamCalibrationZ, philox.StreamCalibrationCode, philox.StreamCalibrationContinuous}
	sampleLatents      = latentStreams{z: philox.StreamSampleZ, continuous: philox.StreamSampleContinuous} // codes come in turn
)

// draw is noise vector number i of a seed and the continuous codes that go with it.
func (s Space) draw(seed uint64, of latentStreams, i int) Point {
	return Point{
		Z:          s.Noise.vector(philox.Stream{Seed: seed, ID: of.z}, i),
		Continuous: uniform(philox.Stream{Seed: seed, ID: of.continuous}, i, s.Continuous, -1, 1),
	}
}

// Latents is a model's space, and where its sample grid lies in it.
type Latents struct {
	Space
	Grid    []float32  // [rows,Size], the sample grid's latents
	Rows    int        // that the generator takes at once
	Seed    uint64     // of the directions
	Average *vk.Buffer // of the generator's parameters over the steps, laid out as they are; nil: none is kept
}

// Point is a place in a latent space.
type Point struct {
	Z          []float32
	Code       int
	Continuous []float32
}

// Row is a point as a row of latents.
func (s Space) Row(p Point) []float32 { return s.row(p.Z, float64(p.Code), p.Continuous) }

// Cell is the point of a cell of the sample grid.
func (l Latents) Cell(i int) Point {
	row, z := l.Grid[i*l.Size():][:l.Size()], l.Noise.Dim
	p := Point{Z: slices.Clone(row[:z]), Continuous: slices.Clone(row[z+l.Codes:])}
	for c := range l.Codes {
		if row[z+c] != 0 {
			p.Code = c
		}
	}
	return p
}

// Direction is number i of a few directions of the noise, drawn from the seed, each of unit length.
func (l Latents) Direction(i int) []float32 {
	return sphere(philox.Stream{Seed: l.Seed, ID: philox.StreamDirections}, i, l.Noise.Dim, 1)
}

// Moved is noise z moved by so much in a direction: turned by an angle on the sphere, or by standard deviations in the cube.
func (l Latents) Moved(z, direction []float32, by float64) []float32 {
	return l.Noise.moved(z, direction, by)
}

// Between is the point a share t of the way from a to b: the noise along the great circle or the line, as its prior has it,
// continuous codes along the line, the categorical code of the nearer.
func (s Space) Between(a, b Point, t float64) Point {
	p := Point{Z: s.Noise.between(a.Z, b.Z, t), Code: a.Code, Continuous: slices.Clone(a.Continuous)}
	if t > 0.5 {
		p.Code = b.Code
	}
	for i := range p.Continuous {
		p.Continuous[i] += float32(t) * (b.Continuous[i] - a.Continuous[i])
	}
	return p
}
