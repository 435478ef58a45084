package gan

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/layers"
	"vkgan/vk"
)

// calibrate calibrates a model's batch-norms on one batch.
func calibrate(t *testing.T, d *vk.Device, m Model) {
	t.Helper()
	once(t, d, func(rec *vk.Recorder) {
		m.BeginCalibration(rec)
		m.Calibrate(rec, 1)
	})
}

// fill uploads numbers in [0,1).
func fill(t *testing.T, d *vk.Device, x layers.Tensor) {
	t.Helper()
	random, values := rand.New(rand.NewPCG(1, 2)), make([]float32, x.Rows*x.Size())
	for i := range values {
		values[i] = random.Float32()
	}
	if err := d.Upload(x.Data, vk.Bytes(values)); err != nil {
		t.Fatal(err)
	}
}

// once records a program, runs it and frees it.
func once(t *testing.T, d *vk.Device, record func(rec *vk.Recorder)) {
	t.Helper()
	rec := d.NewRecorder("once")
	record(rec)
	p, err := rec.End()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Free()
	ticket, err := d.Submit(p, 1)
	if err == nil {
		err = d.Wait(ticket)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// By calibrated statistics an image alone has the same logits, bit for bit, as in any batch, and a latent the same image.
func TestAnswersAloneAndInBatches(t *testing.T) {
	families(t, func(t *testing.T, d *vk.Device) {
		set := everyClass(40, 10, 12, 12, 3) // so large that the products ahead of a batch-norm are split
		info, semi := InfoGANReference(), SSGANReference()
		info.BatchSize, info.Labels, info.ZDim = 8, 3, 5
		semi.BatchSize, semi.ClassLabels, semi.ZDim = 8, 2, 5
		i, s := newModel(t, d, info, set, 1), newSSGAN(t, d, semi, set, 1)
		calibrate(t, d, i)
		calibrate(t, d, s)
		fill(t, d, i.x)
		fill(t, d, s.x)
		parts := [][2]int{{0, 8}, {5, 6}, {2, 5}}
		if !d.CPU() {
			parts = parts[:2] // its kernels take long to compile on a processor, for each number of rows
		}
		for _, c := range []struct {
			name  string
			x     layers.Tensor
			infer func(rec *vk.Recorder, x layers.Tensor) layers.Tensor
		}{
			{"InfoGAN, codes", i.x.Part(0, 8), func(rec *vk.Recorder, x layers.Tensor) layers.Tensor {
				return i.codeLogits(rec, x, CalibratedStatistics)
			}},
			{"InfoGAN, images", i.wanted.Part(0, 8), i.generator.Infer},
			{"SSGAN, classes", s.x.Part(0, 8), s.classLogits},
			{"SSGAN, images", s.wanted.Part(0, 8), s.generator.Infer},
		} {
			var whole []float32
			for _, part := range parts {
				var y layers.Tensor
				once(t, d, func(rec *vk.Recorder) { y = c.infer(rec, c.x.Part(part[0], part[1])) })
				got, err := y.Read(d)
				if err != nil {
					t.Fatal(err)
				}
				if whole == nil {
					whole = got
				}
				if !sameRows(d, got, whole[part[0]*y.Size():part[1]*y.Size()]) {
					t.Errorf("%s: rows %d to %d differ from the same rows among 8", c.name, part[0], part[1])
				}
			}
			if one := len(whole) / 8; slices.Equal(whole[:one], whole[one:2*one]) {
				t.Errorf("%s: two rows have the same answer", c.name)
			}
		}
	})
}

// sameRows tells whether rows of batches of unlike size are the same. A GPU's kernels cut another number of rows in another
// way, and add up in another order; so what uses a model takes batches of one size (inference.go).
func sameRows(d *vk.Device, got, want []float32) bool {
	if d.CPU() || len(got) != len(want) {
		return slices.Equal(got, want)
	}
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-5*max(1, math.Abs(float64(want[i]))) {
			return false
		}
	}
	return true
}

// An evaluation by calibrated statistics counts what one image at a time gets; one by the batches' own is another.
func TestEvaluate(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(40, 105, 12, 12, 3)
	r := InfoGANReference()
	r.BatchSize, r.Labels, r.ZDim = 8, 4, 5
	m := newModel(t, d, r, set, 1)
	calibrate(t, d, m)
	once(t, d, m.BeginTest)
	once(t, d, func(rec *vk.Recorder) {
		x := m.x.Part(0, 1)
		for range set.Test.Count {
			layers.OrderedBatch(rec, m.batch, set.Test.Count, 1, m.indices)
			layers.Gather(rec, m.data.Test.Pixels, m.indices, x)
			layers.Argmax(rec, m.codeLogits(rec, x, CalibratedStatistics), m.winners)
			layers.Count(rec, m.winners, m.indices, m.data.Test.Labels, m.tested, 1, m.data.Classes)
			layers.CountUp(rec, m.batch)
		}
	})
	alone, err := m.Evaluation()
	if err != nil {
		t.Fatal(err)
	}
	evaluate := func(mode BatchNormMode) Evaluation {
		e, err := Evaluate(t.Context(), d, m, mode)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	c := alone.Confusion
	if e := evaluate(CalibratedStatistics); !slices.Equal(e.Confusion.Counts, c.Counts) || e.ImagesPerS <= 0 {
		t.Errorf("counts %v, one image at a time %v, at %g images a second", e.Confusion.Counts, c.Counts, e.ImagesPerS)
	}
	if alone.Error != c.MajorityError() || *alone.Hungarian != c.HungarianError() || *alone.NMI != c.NMI() || *alone.ARI != c.ARI() {
		t.Errorf("%+v", alone)
	}
	if e := evaluate(BatchStatistics); slices.Equal(e.Confusion.Counts, c.Counts) || e.Confusion.Total() != set.Test.Count {
		t.Errorf("by the batches' statistics the counts are %v", e.Confusion.Counts)
	}
	for share, want := range map[float64]int{0.01: 100, 0.5: 100, 0.51: 105, 1: 105} { // a batch is 100 images, or up to all of them
		if err := CountTested(t.Context(), d, m, share); err != nil {
			t.Fatal(err)
		}
		counted, err := m.confusion(m.tested)
		if err != nil {
			t.Fatal(err)
		}
		if counted.Total() != want || want == 105 && !slices.Equal(counted.Counts, c.Counts) {
			t.Errorf("of a share of %g %v are counted, want %d", share, counted.Counts, want)
		}
	}
}
