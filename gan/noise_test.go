package gan

import (
	"math"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// What the device draws in a step is what the numbers of that step say: for a latent of noise alone, and for one with a code
// behind it.
func TestNoiseOnDevice(t *testing.T) {
	const rows, n, step = 7, 5, 3
	d := devicetest.Open(t, vk.Options{})
	s := philox.Stream{Seed: 11, ID: philox.StreamZ}
	b := layers.NewBuilder(d, "priors", layers.Batch{Forward: rows, Backward: 1, Groups: 1})
	t.Cleanup(b.Free)
	counter, err0 := b.Buffer("step", 4, vk.Local)
	scratch, err1 := b.Tensor("scratch", rows, layers.Vector(n))
	plain, err2 := b.Tensor("plain", rows, layers.Vector(n))
	wide, err3 := b.Tensor("wide", rows, layers.Vector(n+2))
	for _, err := range []error{err0, err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Upload(counter.All(), []byte{step, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	for noise, number := range map[Noise]func(i uint32) float64{
		{n, Sphere, 1}:      func(i uint32) float64 { return float64(s.Normal(step, i)) },
		{n, Sphere, 7}:      func(i uint32) float64 { return float64(s.Normal(step, i)) },
		{n, Uniform, 1}:     func(i uint32) float64 { return float64(s.Uniform(step, i)) },
		{n, Symmetric, 1}:   func(i uint32) float64 { return 2*float64(s.Uniform(step, i)) - 1 },
		{n, Symmetric, 0.5}: func(i uint32) float64 { return float64(s.Uniform(step, i)) - 0.5 },
	} {
		program, err := newProgram(d, noise.about(), func(rec *vk.Recorder) {
			noise.record(rec, s, counter.All(), scratch, plain)
			noise.record(rec, s, counter.All(), scratch, wide)
		})
		if err == nil {
			err = runOnce(d, program)
		}
		if err != nil {
			t.Fatal(err)
		}
		program.Free()
		want := make([]float64, rows*n)
		for i := range want {
			want[i] = number(uint32(i))
		}
		if noise.Prior == Sphere {
			want = ref.ZNorm(want, n)
			for i := range want {
				want[i] *= float64(noise.Scale)
			}
		}
		for _, latent := range []layers.Tensor{plain, wide} {
			got, err := latent.Read(d)
			if err != nil {
				t.Fatal(err)
			}
			for row := range rows {
				for j := range n {
					if v := float64(got[row*latent.C+j]); !(math.Abs(v-want[row*n+j]) < 1e-6) {
						t.Errorf("%s, width %d: row %d has %g at %d, want %g", noise.about(), latent.C, row, v, j, want[row*n+j])
					}
				}
				if !slices.Equal(got[row*latent.C+n:][:latent.C-n], make([]float32, latent.C-n)) {
					t.Errorf("%s: row %d was written beyond its noise", noise.about(), row)
				}
			}
		}
	}
}

// On the host noise vector i has the numbers that the device gives row i, and in the cube it stays in the cube.
func TestNoiseInCube(t *testing.T) {
	const n = 12
	s := philox.Stream{Seed: 5, ID: philox.StreamSampleZ}
	for _, c := range []struct {
		noise     Noise
		low, high float64
	}{{Noise{n, Uniform, 1}, 0, 1}, {Noise{n, Symmetric, 1}, -1, 1}, {Noise{n, Symmetric, 3}, -3, 3}} {
		inside := func(what string, z []float32) {
			t.Helper()
			for _, v := range z {
				if !(float64(v) >= c.low && float64(v) <= c.high) {
					t.Errorf("%s: %s leaves the cube: %v", c.noise.about(), what, z)
				}
			}
		}
		a, b, direction := c.noise.vector(s, 0), c.noise.vector(s, 3), sphere(s, 9, n, 1)
		inside("a vector", a)
		for j, v := range b {
			near(t, "component", float64(v), c.low+(c.high-c.low)*float64(s.Uniform(0, uint32(3*n+j))))
		}
		if !slices.Equal(c.noise.between(a, b, 0), a) || !slices.Equal(c.noise.between(a, b, 1), b) {
			t.Errorf("%s: the way from a to b has other ends", c.noise.about())
		}
		for j, v := range c.noise.between(a, b, 0.25) {
			near(t, "a quarter of the way", float64(v), 0.75*float64(a[j])+0.25*float64(b[j]))
		}
		centre := slices.Repeat([]float32{float32(c.low+c.high) / 2}, n)
		deviation := (c.high - c.low) / math.Sqrt(12)
		moved := c.noise.moved(centre, direction, 0.3)
		for j, v := range moved { // by 0.3 deviations a component, on average over the components
			near(t, "moved", float64(v-centre[j]), 0.3*deviation*math.Sqrt(n)*float64(direction[j]))
		}
		for _, by := range []float64{-9, -1.5, 1.5, 9} {
			z := c.noise.moved(a, direction, by)
			inside("what was moved", z)
			if slices.Equal(z, a) {
				t.Errorf("%s: moved by %g it stayed", c.noise.about(), by)
			}
		}
		back := c.noise.moved(a, direction, 0)
		for j, v := range back {
			near(t, "moved by nothing", float64(v), float64(a[j]))
		}
	}
	if err := Prior("normal").check(); err == nil {
		t.Error("an unknown prior is taken")
	}
}
