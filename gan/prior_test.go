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
func TestPriorOnDevice(t *testing.T) {
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
	for prior, number := range map[Prior]func(i uint32) float64{
		Sphere:    func(i uint32) float64 { return float64(s.Normal(step, i)) },
		Uniform:   func(i uint32) float64 { return float64(s.Uniform(step, i)) },
		Symmetric: func(i uint32) float64 { return 2*float64(s.Uniform(step, i)) - 1 },
	} {
		program, err := newProgram(d, string(prior), func(rec *vk.Recorder) {
			prior.record(rec, s, counter.All(), scratch, plain)
			prior.record(rec, s, counter.All(), scratch, wide)
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
		if prior == Sphere {
			want = ref.ZNorm(want, n)
		}
		for _, latent := range []layers.Tensor{plain, wide} {
			got, err := latent.Read(d)
			if err != nil {
				t.Fatal(err)
			}
			for row := range rows {
				for j := range n {
					if v := float64(got[row*latent.C+j]); !(math.Abs(v-want[row*n+j]) < 1e-6) {
						t.Errorf("%s, width %d: row %d has %g at %d, want %g", prior, latent.C, row, v, j, want[row*n+j])
					}
				}
				if !slices.Equal(got[row*latent.C+n:][:latent.C-n], make([]float32, latent.C-n)) {
					t.Errorf("%s: row %d was written beyond its noise", prior, row)
				}
			}
		}
	}
}

// On the host noise vector i has the numbers that the device gives row i, and in the cube it stays in the cube.
func TestPriorInCube(t *testing.T) {
	const n = 12
	s := philox.Stream{Seed: 5, ID: philox.StreamSampleZ}
	for _, c := range []struct {
		prior Prior
		low   float64
	}{{Uniform, 0}, {Symmetric, -1}} {
		inside := func(what string, z []float32) {
			t.Helper()
			for _, v := range z {
				if !(float64(v) >= c.low && v <= 1) {
					t.Errorf("%s: %s leaves the cube: %v", c.prior, what, z)
				}
			}
		}
		a, b, direction := c.prior.vector(s, 0, n), c.prior.vector(s, 3, n), sphere(s, 9, n)
		inside("a vector", a)
		for j, v := range b {
			near(t, "component", float64(v), c.low+(1-c.low)*float64(s.Uniform(0, uint32(3*n+j))))
		}
		if !slices.Equal(c.prior.between(a, b, 0), a) || !slices.Equal(c.prior.between(a, b, 1), b) {
			t.Errorf("%s: the way from a to b has other ends", c.prior)
		}
		for j, v := range c.prior.between(a, b, 0.25) {
			near(t, "a quarter of the way", float64(v), 0.75*float64(a[j])+0.25*float64(b[j]))
		}
		centre := slices.Repeat([]float32{float32(c.low+1) / 2}, n)
		deviation := (1 - c.low) / math.Sqrt(12)
		moved := c.prior.moved(centre, direction, 0.3)
		for j, v := range moved { // by 0.3 deviations a component, on average over the components
			near(t, "moved", float64(v-centre[j]), 0.3*deviation*math.Sqrt(n)*float64(direction[j]))
		}
		for _, by := range []float64{-9, -1.5, 1.5, 9} {
			z := c.prior.moved(a, direction, by)
			inside("what was moved", z)
			if slices.Equal(z, a) {
				t.Errorf("%s: moved by %g it stayed", c.prior, by)
			}
		}
		back := c.prior.moved(a, direction, 0)
		for j, v := range back {
			near(t, "moved by nothing", float64(v), float64(a[j]))
		}
	}
	if err := Prior("normal").check(); err == nil {
		t.Error("an unknown prior is taken")
	}
}
