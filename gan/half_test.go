package gan

import (
	"bytes"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/layers"
	"vkgan/vk"
)

// half opens a device that multiplies in fp16, nil where the driver cannot: the tests of layers are sure that it is refused.
func half(t *testing.T) *vk.Device {
	t.Helper()
	d := devicetest.Open(t, vk.Options{AsGPU: true, Guard: true})
	if wrong, err := layers.UseHalf(d); err != nil || wrong != nil {
		t.Fatal(err, wrong)
	}
	if len(d.Half()) == 0 {
		if d.Info().HalfMissing() == "" || Precision(d) != "fp32" {
			t.Fatalf("%s, and nothing is missing", Precision(d))
		}
		return nil
	}
	return d
}

// curves are the losses of each step of a short training, one after the other, and what it leaves.
func curves(t *testing.T, d *vk.Device, model string, seed uint64, steps int, o Options) (losses []float64, state []byte) {
	t.Helper()
	var m Model
	set := everyClass(120, 30, 12, 12, 3)
	if model == "ssgan" {
		r := SSGANReference()
		r.ClassLabels, r.BatchSize, r.ZDim = 2, 12, 20
		m = newSSGAN(t, d, r, set, seed)
	} else {
		r := InfoGANReference()
		r.BatchSize = 8
		m = newModel(t, d, r, set, seed)
	}
	w := &witness{}
	o.MaxSteps, o.EvalEvery, o.SampleEvery, o.LogEvery = steps, steps, steps, 1
	if _, err := newTrainer(t, d, m, o, w).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, line := range w.lines {
		for _, loss := range []*float64{line.LossD, line.LossG, line.LossCode, line.LossClass} {
			if loss != nil {
				losses = append(losses, *loss)
			}
		}
	}
	for _, s := range m.State() {
		content := make([]byte, s.Range.Bytes())
		if err := d.Download(content, s.Range); err != nil {
			t.Fatal(err)
		}
		state = append(state, content...)
	}
	return losses, state
}

// In fp16 a training goes the way that it goes in fp32, much closer to it than another seed does, and its bits repeat, however many
// steps a submission has. InfoGAN's hundred kernels take a CPU driver minutes to compile; it is as wide as published, since where few weights
// make an activation its gradient is beyond the 16 that fp16 has room for.
func TestHalfTrains(t *testing.T) {
	for model, steps := range map[string]int{"ssgan": 20, "infogan": 5} {
		t.Run(model, func(t *testing.T) {
			d := half(t)
			if d == nil || model == "infogan" && d.Info().Type == vk.CPU && os.Getenv("VKGAN_TEST_ALL") != "1" {
				return
			}
			if model == "infogan" {
				asPublished(t)
			}
			full := devicetest.Open(t, vk.Options{})
			want, _ := curves(t, full, model, 1, steps, Options{})
			other, _ := curves(t, full, model, 2, steps, Options{})
			got, bits := curves(t, d, model, 1, steps, Options{})
			if err := d.CheckGuards(); err != nil {
				t.Error(err)
			}
			rounding, seed := apart(t, got, want), apart(t, other, want)
			t.Logf("losses of fp16 are %.2g of fp32's away from them, those of another seed %.2g", rounding, seed)
			if !(rounding < 0.25*seed) || rounding == 0 {
				t.Errorf("fp16: %v\nfp32: %v", got, want)
			}
			if _, again := curves(t, d, model, 1, steps, Options{StepsPerSubmission: 3}); !bytes.Equal(again, bits) {
				t.Error("the same training again leaves other bits")
			}
		})
	}
}

// A gradient that fp16 has no room for ends training, and the error names the remedy.
func TestHalfOverflows(t *testing.T) {
	d := half(t)
	if d == nil {
		return
	}
	r := SSGANReference()
	r.ClassLabels, r.BatchSize, r.ZDim, r.WeightLabelled = 2, 12, 20, 1e6
	train := func(d *vk.Device) error {
		m := newSSGAN(t, d, r, everyClass(120, 30, 12, 12, 3), 1)
		_, err := newTrainer(t, d, m, Options{MaxSteps: 2}, nobody{}).Run(t.Context())
		return err
	}
	if err := train(devicetest.Open(t, vk.Options{})); err != nil {
		t.Fatal(err)
	}
	err := train(d)
	if diverged := (*DivergedError)(nil); !errors.As(err, &diverged) || !strings.Contains(err.Error(), "or --precision fp32") {
		t.Error(err)
	}
}

// apart is the root of the mean square of a - b, as a share of b's.
func apart(t *testing.T, a, b []float64) float64 {
	t.Helper()
	if len(a) != len(b) || len(a) == 0 {
		t.Fatalf("%d and %d losses", len(a), len(b))
	}
	differences, squares := 0.0, 0.0
	for i := range a {
		differences += (a[i] - b[i]) * (a[i] - b[i])
		squares += b[i] * b[i]
	}
	return math.Sqrt(differences / squares)
}
