package gan

import (
	"fmt"
	"math"
	"slices"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// Noise is what a generator's z is: Dim numbers of a Prior, times Scale.
type Noise struct {
	Dim   int
	Prior Prior
	Scale float32
}

// about says it to people.
func (n Noise) about() string {
	low, high := n.bounds()
	switch {
	case !n.Prior.onSphere():
		return fmt.Sprintf("uniform numbers from %g to %g", low, high)
	case n.Scale == 1:
		return "normal numbers, scaled to unit length"
	}
	return fmt.Sprintf("normal numbers, scaled to length %g", n.Scale)
}

// bounds are those of each component of a z in a cube.
func (n Noise) bounds() (low, high float32) {
	low, high = n.Prior.bounds()
	return n.Scale * low, n.Scale * high
}

// record records the z of the step that counter [1] u32 tells, into the first columns of the rows of latent. scratch [rows,Dim] is
// as many rows of z alone.
func (n Noise) record(rec *vk.Recorder, s philox.Stream, counter vk.Range, scratch, latent layers.Tensor) {
	if n.Prior.onSphere() {
		layers.NormalNoise(rec, s, counter, scratch)
		layers.OnSphere(rec, scratch, n.Scale, latent)
		return
	}
	low, high := n.bounds()
	layers.UniformNoise(rec, s, counter, low, high, latent, 0, n.Dim)
}

// vector is z number i of a stream, the one that record draws at step 0 for row i.
func (n Noise) vector(s philox.Stream, i int) []float32 {
	if n.Prior.onSphere() {
		return sphere(s, i, n.Dim, n.Scale)
	}
	low, high := n.bounds()
	return uniform(s, i, n.Dim, low, high)
}

// uniform is vector number i of a stream: n components, each from [low,high).
func uniform(s philox.Stream, i, n int, low, high float32) []float32 {
	z := make([]float32, n)
	for j := range z {
		z[j] = low + (high-low)*s.Uniform(0, uint32(i*n+j))
	}
	return z
}

// between is the z a share t of the way from a to b: along the great circle, or along the line.
func (n Noise) between(a, b []float32, t float64) []float32 {
	if n.Prior.onSphere() {
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
func (n Noise) moved(z, direction []float32, by float64) []float32 {
	if n.Prior.onSphere() {
		return turned(z, direction, by)
	}
	first, end := n.bounds()
	low, width := float64(first), float64(end-first)
	step := by * width * math.Sqrt(float64(len(z))/12)
	out := make([]float32, len(z))
	for j := range out {
		place := math.Mod((float64(z[j])+step*float64(direction[j])-low)/width, 2)
		if place < 0 {
			place += 2
		}
		out[j] = float32(low + width*min(place, 2-place))
	}
	return out
}

// sphere is vector number i of a stream: n normal components, scaled to a length.
func sphere(s philox.Stream, i, n int, length float32) []float32 {
	z := make([]float32, n)
	s.Normals(0, uint32(i*n), z)
	norm := float32(math.Sqrt(dot(z, z)))
	for j := range z {
		z[j] = length * (z[j] / norm)
	}
	return z
}

func dot(a, b []float32) (sum float64) {
	for j := range a {
		sum += float64(a[j]) * float64(b[j])
	}
	return sum
}

// turned is z turned by an angle, in radians, towards a direction, both from the centre of the sphere that z lies on.
func turned(z, direction []float32, angle float64) []float32 {
	radius := math.Sqrt(dot(z, z))
	along := dot(z, direction) / (radius * radius)
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
		out[i] = float32(math.Cos(angle)*float64(z[i]) + math.Sin(angle)*radius*across[i]/math.Sqrt(length))
	}
	return out
}

// slerp is the point on the great circle from a to b, of their length, at the fraction u of the way (Shoemake 1985, "Animating
// Rotation with Quaternion Curves"). Of points that no one circle joins, equal or opposite, it is the nearer.
func slerp(a, b []float32, u float64) []float32 {
	angle := math.Acos(min(1, max(-1, dot(a, b)/math.Sqrt(dot(a, a)*dot(b, b)))))
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
