package gan

import (
	"math"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/philox"
)

func distance(a, b []float32) float64 {
	squares := 0.0
	for i := range a {
		squares += math.Pow(float64(a[i])-float64(b[i]), 2)
	}
	return math.Sqrt(squares)
}

func TestSlerp(t *testing.T) {
	noise := philox.Stream{Seed: 3, ID: philox.StreamSampleZ}
	a, b := sphere(noise, 0, 7, 1), sphere(noise, 1, 7, 1)
	const parts = 8
	step := 2 * math.Sin(math.Asin(distance(a, b)/2)/parts) // a chord of an eighth of the arc
	last := slerp(a, b, 0)
	if distance(last, a) > 1e-6 || distance(slerp(a, b, 1), b) > 1e-6 {
		t.Error("it does not begin at a and end at b")
	}
	for part := 1; part <= parts; part++ {
		z := slerp(a, b, float64(part)/parts)
		if math.Abs(length(z)-1) > 1e-6 || math.Abs(distance(z, last)-step) > 1e-6 {
			t.Errorf("part %d: length %g, a step of %g, want %g", part, length(z), distance(z, last), step)
		}
		last = z
	}
	opposite := []float32{-a[0], -a[1], -a[2], -a[3], -a[4], -a[5], -a[6]}
	for u, want := range map[float64][]float32{0.4: a, 0.5: opposite, 0.6: opposite} {
		if !slices.Equal(slerp(a, opposite, u), want) || !slices.Equal(slerp(a, a, u), a) {
			t.Errorf("between points that no one circle joins, at %g: %v, %v", u, slerp(a, opposite, u), slerp(a, a, u))
		}
		if z := slerp(a, a, u); &z[0] == &a[0] {
			t.Errorf("at %g the point is no copy", u)
		}
	}
}

// Where each latent of an arrangement comes from.
func TestGeneratorLatents(t *testing.T) {
	coded, plain := &Generator{Space: Space{Noise: Noise{4, Sphere, 1}, Codes: 3}}, &Generator{Space: Space{Noise: Noise{4, Sphere, 1}}}
	const seed = 9
	noise := philox.Stream{Seed: seed, ID: philox.StreamSampleZ}
	for _, c := range []struct {
		name  string
		g     *Generator
		s     Samples
		rows  int
		cols  int
		image int
		z     int
		code  []float32
	}{
		{"grid", coded, Samples{}, 3, 10, 27, 7, []float32{0, 0, 1}},
		{"grid of twice the codes", coded, Samples{Rows: 6, Cols: 2}, 6, 2, 9, 3, []float32{0, 1, 0}},
		{"grid without codes", plain, Samples{}, 10, 10, 27, 27, nil},
		{"sweep", coded, Samples{Sweep: CodeAxis}, 10, 3, 28, 9, []float32{0, 1, 0}},
		{"count", coded, Samples{Count: 50}, 7, 8, 41, 41, []float32{0, 0, 1}},
		{"count in columns", plain, Samples{Count: 50, Cols: 7}, 8, 7, 41, 41, nil},
		{"animation, first frame", coded, Samples{Frames: 8}, 3, 10, 27, 7, []float32{0, 0, 1}},
		{"animation, a later frame", coded, Samples{Rows: 3, Cols: 2, Frames: 8}, 3, 2, 2*6 + 3, 1 + 6, []float32{0, 1, 0}}, // at a vector of its own
		{"animated sweep", coded, Samples{Rows: 2, Cols: 2, Sweep: CodeAxis, Frames: 6}, 2, 2, 5*4 + 1, 1, []float32{0.5, 0, 0.5}},
	} {
		c.s.Seed = seed
		s, err := c.g.Arrange(c.s)
		latents := slices.Collect(c.g.Latents(s))
		if err != nil || s.Rows != c.rows || s.Cols != c.cols || len(latents) != s.Images() {
			t.Errorf("%s: %d×%d, %d latents of %d images, %v", c.name, s.Rows, s.Cols, len(latents), s.Images(), err)
			continue
		}
		if got := latents[c.image]; distance(got[:4], sphere(noise, c.z, 4, 1)) > 1e-6 || !slices.Equal(got[4:], c.code) {
			t.Errorf("%s: image %d is %v, want noise vector %d: %v, and code %v", c.name, c.image, got, c.z, sphere(noise, c.z, 4, 1), c.code)
		}
	}
	first, more := slices.Collect(coded.Latents(Samples{Count: 5})), slices.Collect(coded.Latents(Samples{Count: 50}))
	if !slices.EqualFunc(first, more[:5], slices.Equal) {
		t.Error("the first five depend on how many there are")
	}
	continuousSweeps(t)
	if _, err := plain.Arrange(Samples{Sweep: "c1"}); err == nil || !strings.Contains(err.Error(), "no continuous codes") {
		t.Errorf("a sweep without continuous codes: %v", err)
	}
	if _, err := plain.Arrange(Samples{Sweep: CodeAxis}); err == nil || !strings.Contains(err.Error(), "no codes") {
		t.Errorf("a sweep without codes: %v", err)
	}
	if _, err := coded.Arrange(Samples{Rows: 100, Cols: 100, Frames: 11}); err == nil || !strings.Contains(err.Error(), "110000 images") {
		t.Errorf("too many: %v", err)
	}
}

// A sweep over a continuous code goes from -2 to 2, the others at 0; noise vectors and codes are those of the grid, where
// continuous codes go with a noise vector.
func continuousSweeps(t *testing.T) {
	g := &Generator{Space: Space{Noise: Noise{4, Sphere, 1}, Codes: 3, Continuous: 2}}
	const seed = 9
	at := func(s Samples, frame, row, col int) (z []float32, code int, continuous []float32) {
		s, err := g.Arrange(s)
		if err != nil {
			t.Fatal(err)
		}
		latents := slices.Collect(g.Latents(s))
		latent := latents[frame*s.Rows*s.Cols+row*s.Cols+col]
		return latent[:4], slices.Index(latent[4:7], 1), latent[7:]
	}
	drawn := func(i int) Point { return g.draw(seed, sampleLatents, i) }
	for _, c := range []struct {
		name                   string
		s                      Samples
		frame, row, col, z, in int
		want                   []float32
	}{
		{"grid", Samples{Cols: 5}, 0, 2, 4, 4, 2, drawn(4).Continuous},
		{"count", Samples{Count: 8, Cols: 4}, 0, 1, 1, 5, 2, drawn(5).Continuous},
		{"sweep of the categorical code", Samples{Sweep: CodeAxis}, 0, 7, 1, 7, 1, drawn(7).Continuous},
		{"sweep of c1", Samples{Sweep: "c1", Cols: 5}, 0, 1, 0, 0, 1, []float32{-2, 0}},
		{"sweep of c2, second noise vector", Samples{Sweep: "c2", Rows: 6, Cols: 5}, 0, 4, 3, 1, 1, []float32{0, 1}},
		{"sweep in one column", Samples{Sweep: "c2", Cols: 1}, 0, 2, 0, 0, 2, []float32{0, 0}},
		{"animated sweep, its beginning", Samples{Sweep: "c1", Frames: 4}, 0, 2, 3, 3, 2, []float32{-2, 0}},
		{"animated sweep, half-way", Samples{Sweep: "c1", Frames: 4}, 2, 2, 3, 3, 2, []float32{2, 0}},
		{"animation, its beginning", Samples{Cols: 5, Frames: 8}, 0, 2, 4, 4, 2, drawn(4).Continuous},
	} {
		c.s.Seed = seed
		z, code, continuous := at(c.s, c.frame, c.row, c.col)
		if !slices.Equal(z, drawn(c.z).Z) || code != c.in || distance(continuous, c.want) > 1e-6 {
			t.Errorf("%s: noise %v, code %d, continuous %v; want noise vector %d, %d, %v", c.name, z, code, continuous, c.z, c.in, c.want)
		}
	}
	if _, err := g.Arrange(Samples{Sweep: "c3"}); err == nil || !strings.Contains(err.Error(), "c1 to c2") {
		t.Errorf("a third code: %v", err)
	}
	for text, right := range map[string]bool{"": true, "code": true, "c1": true, "c12": true, "c0": false, "c": false, "c1x": false, "digit": false} {
		if axis, err := ParseAxis(text); (err == nil) != right || right && string(axis) != text {
			t.Errorf("%q is %q, %v", text, axis, err)
		}
	}
}

// An animation moves by small steps, also from its end to its beginning, and stays on the sphere.
func TestAnimationIsALoop(t *testing.T) {
	g := &Generator{Space: Space{Noise: Noise{6, Sphere, 1}, Codes: 4}}
	for _, sweep := range []Axis{NoAxis, CodeAxis} {
		s, err := g.Arrange(Samples{Rows: 2, Cols: 3, Frames: 40, Sweep: sweep})
		if err != nil {
			t.Fatal(err)
		}
		latents := slices.Collect(g.Latents(s))
		for place := range 6 {
			moved := 0.0
			for frame := range 40 {
				at, next := latents[frame*6+place], latents[(frame+1)%40*6+place]
				step := distance(at, next)
				moved += step
				if step > 0.35 || math.Abs(length(at[:6])-1) > 1e-6 {
					t.Errorf("sweep %v, place %d, frame %d: a step of %g, length %g", sweep, place, frame, step, length(at[:6]))
				}
			}
			if moved < 2 {
				t.Errorf("sweep %v: place %d moves by %g in all", sweep, place, moved)
			}
		}
	}
}
