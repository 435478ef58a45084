package gan

import (
	"math"
	"slices"
	"testing"
)

func length(z []float32) float64 {
	squares := 0.0
	for _, v := range z {
		squares += float64(v) * float64(v)
	}
	return math.Sqrt(squares)
}

func angle(a, b []float32) float64 {
	cosine := 0.0
	for i := range a {
		cosine += float64(a[i]) * float64(b[i])
	}
	return math.Acos(min(1, max(-1, cosine/(length(a)*length(b)))))
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) < 2e-3) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// Turns and interpolations stay on the sphere, and go as far as they should.
func TestLatents(t *testing.T) {
	for _, radius := range []float32{1, 7} {
		turnsStayOnSphere(t, radius)
	}
}

func turnsStayOnSphere(t *testing.T, radius float32) {
	l := Latents{Space: Space{Noise{20, Sphere, radius}, 3, 2}, Seed: 5}
	z := func(i int) []float32 { return l.draw(9, sampleLatents, i).Z }
	l.Grid = append(l.Row(Point{Z: z(7), Code: 2, Continuous: []float32{-1, 0.5}}), l.Row(Point{Z: z(8), Code: 1, Continuous: []float32{1, 0.5}})...)
	a, b := l.Cell(0), l.Cell(1)
	if a.Code != 2 || b.Code != 1 || !slices.Equal(a.Continuous, []float32{-1, 0.5}) || !slices.Equal(a.Z, z(7)) {
		t.Errorf("cells %+v %+v", a, b)
	}
	if slices.Equal(l.Direction(0), l.Direction(1)) {
		t.Error("two directions are the same")
	}
	for _, turn := range []float64{0, 0.5, -1.2, math.Pi / 2} {
		z := l.Moved(a.Z, l.Direction(0), turn)
		near(t, "length", length(z)/float64(radius), 1)
		near(t, "turn", angle(a.Z, z), math.Abs(turn))
	}
	if z := l.Moved(a.Z, a.Z, 1); !slices.Equal(z, a.Z) {
		t.Error("turned towards itself it moved")
	}
	whole := angle(a.Z, b.Z)
	for _, share := range []float64{0, 0.25, 0.75, 1} {
		p := l.Between(a, b, share)
		near(t, "length", length(p.Z)/float64(radius), 1)
		near(t, "from a", angle(a.Z, p.Z), share*whole)
		near(t, "to b", angle(p.Z, b.Z), (1-share)*whole)
		near(t, "continuous", float64(p.Continuous[0]), 2*share-1)
		if want := map[bool]int{false: 2, true: 1}[share > 0.5]; p.Code != want {
			t.Errorf("code %d at %g", p.Code, share)
		}
	}
}
