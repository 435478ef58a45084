package gan

import (
	"fmt"
	"math"
	"slices"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// Prior is the distribution of the generator's noise z [n].
type Prior string

const (
	Sphere    Prior = "sphere"    // n normal numbers, scaled to unit length
	Uniform   Prior = "uniform"   // each from [0,1)
	Symmetric Prior = "symmetric" // each from [-1,1)
)

func (p Prior) check() error {
	if !slices.Contains([]Prior{Sphere, Uniform, Symmetric}, p) {
		return fmt.Errorf("z-prior is %q: want %s, %s or %s", p, Sphere, Uniform, Symmetric)
	}
	return nil
}

// about says it to people.
func (p Prior) about() string {
	switch p {
	case Uniform:
		return "uniform numbers from 0 to 1"
	case Symmetric:
		return "uniform numbers from -1 to 1"
	}
	return "normal numbers, scaled to unit length"
}

// bounds are those of each component that is uniform.
func (p Prior) bounds() (low, high float32) {
	if p == Symmetric {
		return -1, 1
	}
	return 0, 1
}

func (p Prior) onSphere() bool { return p != Uniform && p != Symmetric }

// record records noise of the step that counter [1] u32 tells, into the first columns of the rows of latent. scratch [rows,n] is
// as many rows of the noise alone.
func (p Prior) record(rec *vk.Recorder, s philox.Stream, counter vk.Range, scratch, latent layers.Tensor) {
	if p.onSphere() {
		layers.NormalNoise(rec, s, counter, scratch)
		layers.UnitNorm(rec, scratch, latent)
		return
	}
	low, high := p.bounds()
	layers.UniformNoise(rec, s, counter, low, high, latent, 0, scratch.C)
}

// vector is noise vector number i of a stream, the one that record draws at step 0 for row i.
func (p Prior) vector(s philox.Stream, i, n int) []float32 {
	if p.onSphere() {
		return sphere(s, i, n)
	}
	low, high := p.bounds()
	z := make([]float32, n)
	for j := range z {
		z[j] = low + (high-low)*s.Uniform(0, uint32(i*n+j))
	}
	return z
}

// between is the noise a share t of the way from a to b: along the great circle, or along the line.
func (p Prior) between(a, b []float32, t float64) []float32 {
	if p.onSphere() {
		return slerp(a, b, t)
	}
	z := make([]float32, len(a))
	for j := range z {
		z[j] = float32((1-t)*float64(a[j]) + t*float64(b[j]))
	}
	return z
}

// moved is z moved in a direction of unit length: turned towards it on the sphere by so many radians, or by so many standard
// deviations of the noise, thrown back where it would leave the cube.
func (p Prior) moved(z, direction []float32, by float64) []float32 {
	if p.onSphere() {
		return turned(z, direction, by)
	}
	first, end := p.bounds()
	low, width := float64(first), float64(end-first)
	length := by * width * math.Sqrt(float64(len(z))/12)
	out := make([]float32, len(z))
	for j := range out {
		place := math.Mod((float64(z[j])+length*float64(direction[j])-low)/width, 2)
		if place < 0 {
			place += 2
		}
		out[j] = float32(low + width*min(place, 2-place))
	}
	return out
}

// sphere is noise vector number i of a stream: n normal components, scaled to unit length.
func sphere(s philox.Stream, i, n int) []float32 {
	z := make([]float32, n)
	s.Normals(0, uint32(i*n), z)
	var squares float64
	for j := range z {
		squares += float64(z[j]) * float64(z[j])
	}
	length := float32(math.Sqrt(squares))
	for j := range z {
		z[j] /= length
	}
	return z
}

// turned is z turned by an angle, in radians, towards a direction on the sphere.
func turned(z, direction []float32, angle float64) []float32 {
	along := 0.0
	for i := range z {
		along += float64(z[i]) * float64(direction[i])
	}
	across, length := make([]float64, len(z)), 0.0
	for i := range z {
		across[i] = float64(direction[i]) - along*float64(z[i])
		length += across[i] * across[i]
	}
	if length < 1e-12 {
		return slices.Clone(z)
	}
	out := make([]float32, len(z))
	for i := range z {
		out[i] = float32(math.Cos(angle)*float64(z[i]) + math.Sin(angle)*across[i]/math.Sqrt(length))
	}
	return out
}

// slerp is the point on the great circle from a to b, of unit length, at the fraction u of the way (Shoemake 1985, "Animating
// Rotation with Quaternion Curves"). Of points that no one circle joins, equal or opposite, it is the nearer.
func slerp(a, b []float32, u float64) []float32 {
	dot := 0.0
	for j := range a {
		dot += float64(a[j]) * float64(b[j])
	}
	angle := math.Acos(min(1, max(-1, dot)))
	s := math.Sin(angle)
	if s < 1e-3 {
		if u < 0.5 {
			return slices.Clone(a)
		}
		return slices.Clone(b)
	}
	fromA, fromB := math.Sin((1-u)*angle)/s, math.Sin(u*angle)/s
	z := make([]float32, len(a))
	for j := range z {
		z[j] = float32(fromA*float64(a[j]) + fromB*float64(b[j]))
	}
	return z
}
