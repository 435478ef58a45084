package gan

import (
	"iter"
	"math"

	"vkgan/internal/philox"
)

// sphere is noise vector number i of a stream: n normal components, scaled to unit length.
func sphere(s philox.Stream, i, n int) []float32 {
	z := make([]float32, n)
	var squares float64
	for j := range z {
		z[j] = s.Normal(0, uint32(i*n+j))
		squares += float64(z[j]) * float64(z[j])
	}
	for j := range z {
		z[j] /= float32(math.Sqrt(squares))
	}
	return z
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
			return a
		}
		return b
	}
	fromA, fromB := math.Sin((1-u)*angle)/s, math.Sin(u*angle)/s
	z := make([]float32, len(a))
	for j := range z {
		z[j] = float32(fromA*float64(a[j]) + fromB*float64(b[j]))
	}
	return z
}

// latent is z, and code: of a fraction between two codes, the first after the last, that part of each.
func (g *Generator) latent(z []float32, code float64) []float32 {
	row := make([]float32, g.ZDim+g.Codes)
	copy(row, z)
	if g.Codes > 0 {
		whole, part := math.Modf(code)
		row[g.ZDim+int(whole)%g.Codes] += float32(1 - part)
		row[g.ZDim+(int(whole)+1)%g.Codes] += float32(part)
	}
	return row
}

// independent is n latents: the i-th has noise vector i of a stream, and the codes come in turn.
func (g *Generator) independent(noise philox.Stream, n int) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		for i := range n {
			if !yield(g.latent(sphere(noise, i, g.ZDim), float64(i))) {
				return
			}
		}
	}
}
