package layers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

func TestMain(m *testing.M) {
	devicetest.Storm()
	os.Exit(m.Run())
}

// each runs a test on every build that the device has and, where it is a processor, with both families of kernels; all
// buffers are guarded.
func each(t *testing.T, test func(t *testing.T, d *vk.Device)) {
	list, err := vk.Devices()
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := vk.Choose(list, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, build := range list[chosen].Builds() {
		for _, asGPU := range []bool{false, true} {
			if asGPU && list[chosen].Type != vk.CPU {
				continue
			}
			t.Run(fmt.Sprintf("%s, as GPU: %v", build, asGPU), func(t *testing.T) {
				t.Parallel()
				d := devicetest.Open(t, vk.Options{Build: &build, Guard: true, AsGPU: asGPU})
				test(t, d)
				checkGuards(t, d)
			})
		}
	}
}

// checkGuards fails where something was written beside a buffer that is not yet freed.
func checkGuards(t *testing.T, d *vk.Device) {
	t.Helper()
	if err := d.CheckGuards(); err != nil {
		t.Error(err)
	}
}

// random returns n normal numbers, exact in float32, the same ones for the same salt.
func random(salt uint64, n int) []float64 {
	rng := rand.New(rand.NewPCG(7, salt))
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(float32(rng.NormFloat64()))
	}
	return x
}

// near fails unless got is want as float32 can have it: the normalised squared error at most 1e-10, the largest error at
// most 1e-4 of want's rms; with loose, the errors may be so many times larger.
func near(t *testing.T, name string, got []float32, want []float64, loose float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return
	}
	errors, squares, worst, at := 0.0, 0.0, 0.0, 0
	for i, w := range want {
		e := math.Abs(float64(got[i]) - w)
		errors += e * e
		squares += w * w
		if !(e <= worst) {
			worst, at = e, i
		}
	}
	if squares == 0 {
		if !(worst <= 1e-6*loose) {
			t.Errorf("%s: element %d is %g, want all of them 0", name, at, got[at])
		}
		return
	}
	normalised, largest := errors/squares, worst/math.Sqrt(squares/float64(len(want)))
	if !(normalised <= 1e-10*loose*loose) || !(largest <= 1e-4*loose) {
		t.Errorf("%s: normalised squared error %.2g; element %d of %d is %.8g, want %.8g, off by %.2g of the rms",
			name, normalised, at, len(want), got[at], want[at], largest)
	}
}

// equal fails unless got is want exactly.
func equal[E comparable](t *testing.T, name string, got, want []E) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: element %d of %d is %v, want %v", name, i, len(got), got[i], want[i])
			return
		}
	}
}

// buffer makes a buffer of n words that the test frees at its end.
func buffer(t *testing.T, d *vk.Device, n int) vk.Range {
	t.Helper()
	b, err := d.NewBuffer(t.Name(), 4*int64(n), vk.Local)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Free)
	return b.All()
}

// tensor makes a batch that the test frees at its end.
func tensor(t *testing.T, d *vk.Device, rows int, s Shape) Tensor {
	t.Helper()
	return Tensor{Data: buffer(t, d, rows*s.Size()), Rows: rows, Groups: 1, Shape: s}
}

// record makes a program that the test frees at its end.
func record(t *testing.T, d *vk.Device, steps func(rec *vk.Recorder)) *vk.Program {
	t.Helper()
	rec := d.NewRecorder(t.Name())
	steps(rec)
	p, err := rec.End()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Free)
	return p
}

func run(t *testing.T, d *vk.Device, p *vk.Program, times int) {
	t.Helper()
	ticket, err := d.Submit(p, times)
	if err == nil {
		err = d.Wait(ticket)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// do runs steps once.
func do(t *testing.T, d *vk.Device, steps func(rec *vk.Recorder)) {
	t.Helper()
	run(t, d, record(t, d, steps), 1)
}

type word interface{ uint32 | float32 }

func upload[W word](t *testing.T, d *vk.Device, to vk.Range, values []W) {
	t.Helper()
	if err := d.Upload(to, vk.Bytes(values)); err != nil {
		t.Fatal(err)
	}
}

func download[W word](t *testing.T, d *vk.Device, from vk.Range) []W {
	t.Helper()
	values := make([]W, from.Bytes()/4)
	if err := d.Download(vk.Bytes(values), from); err != nil {
		t.Fatal(err)
	}
	return values
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}
