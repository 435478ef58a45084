package gan

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/layers"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// smallSSGAN is a recipe for everyClass(60, 30, 8, 8, 3).
func smallSSGAN(emaDecay float32, initImages int) SSGANRecipe {
	r := SSGANReference()
	r.ClassLabels, r.BatchSize, r.ZDim, r.Rate = 2, 6, 7, 1e-2
	r.EMADecay, r.InitImages = emaDecay, initImages
	return r
}

// bytesOf reads a buffer off the device.
func bytesOf(t *testing.T, d *vk.Device, b *vk.Buffer) []byte {
	t.Helper()
	content := make([]byte, b.All().Bytes())
	if err := d.Download(content, b.All()); err != nil {
		t.Fatal(err)
	}
	return content
}

func readParam(t *testing.T, d *vk.Device, p *layers.Param, of *vk.Buffer) []float64 {
	t.Helper()
	values, err := p.Read(d, of)
	if err != nil {
		t.Fatal(err)
	}
	return wide(values)
}

func wide(values []float32) []float64 {
	w := make([]float64, len(values))
	for i, v := range values {
		w[i] = float64(v)
	}
	return w
}

func nearAll(t *testing.T, name string, got, want []float64, within float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= within*(1+math.Abs(w))) {
			t.Fatalf("%s: element %d is %g, want %g", name, i, got[i], w)
		}
	}
}

// averageFollows holds a network's average over steps of training against the definition.
func averageFollows(t *testing.T, d *vk.Device, m Model, ps *layers.Params, average *vk.Buffer, decay float64) {
	t.Helper()
	replay, want := replayer(t, d, m), map[string][]float64{}
	for _, p := range ps.All {
		want[p.Name] = readParam(t, d, p, ps.Value)
	}
	if !bytes.Equal(bytesOf(t, d, average), bytesOf(t, d, ps.Value)) {
		t.Error("it does not begin as the parameters")
	}
	for range 4 {
		replay(1)
		for _, p := range ps.All {
			ref.EMA(decay, want[p.Name], readParam(t, d, p, ps.Value))
		}
	}
	for _, p := range ps.All {
		nearAll(t, p.Name, readParam(t, d, p, average), want[p.Name], 1e-6)
	}
}

func TestSSGANAverage(t *testing.T) {
	const decay = 0.75
	d := devicetest.Open(t, vk.Options{})
	m := newSSGAN(t, d, smallSSGAN(decay, 20), everyClass(60, 30, 8, 8, 3), 1)
	averageFollows(t, d, m, m.ParamsD, m.averageD, decay)
}

// tests evaluates a model and gives its counts.
func (m *SSGAN) tests(t *testing.T, trainer *Trainer) Confusion {
	t.Helper()
	var line Metrics
	if err := trainer.testErrors(&line); err != nil {
		t.Fatal(err)
	}
	c, err := m.confusion(m.tested)
	if err != nil || *line.TestError != c.Error() {
		t.Fatalf("a test error of %g, the counts say %g, %v", *line.TestError, c.Error(), err)
	}
	return c
}

// An evaluation is of the averaged parameters, and leaves the live ones as they are; training is that without an average.
func TestSSGANEvaluatesItsAverage(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	averaged, plain := newSSGAN(t, d, smallSSGAN(0.99, 0), set, 1), newSSGAN(t, d, smallSSGAN(0, 0), set, 1)
	replayer(t, d, averaged)(5)
	replayer(t, d, plain)(5)
	live := bytesOf(t, d, averaged.ParamsD.Value)
	if !bytes.Equal(live, bytesOf(t, d, plain.ParamsD.Value)) {
		t.Error("the average changes training")
	}
	average := bytesOf(t, d, averaged.averageD)
	ofAverage := averaged.tests(t, newTrainer(t, d, averaged, Options{}, nobody{}))
	plainTrainer := newTrainer(t, d, plain, Options{}, nobody{})
	if ofLive := plain.tests(t, plainTrainer); slices.Equal(ofAverage.Counts, ofLive.Counts) {
		t.Error("an evaluation of the average is that of the live parameters")
	}
	if !bytes.Equal(bytesOf(t, d, averaged.ParamsD.Value), live) || !bytes.Equal(bytesOf(t, d, averaged.averageD), average) {
		t.Error("an evaluation changes parameters")
	}
	if err := d.Upload(plain.ParamsD.Value.All(), average); err != nil {
		t.Fatal(err)
	}
	if same := plain.tests(t, plainTrainer); !slices.Equal(ofAverage.Counts, same.Counts) {
		t.Errorf("with the average for its parameters a model counts %v, want %v", same.Counts, ofAverage.Counts)
	}
}

// When training is frozen, so is the average.
func TestSSGANAverageFreezes(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	m := newSSGAN(t, d, smallSSGAN(0.5, 0), everyClass(60, 30, 8, 8, 3), 1)
	replay := replayer(t, d, m)
	replay(2)
	before := bytesOf(t, d, m.averageD)
	nan := []byte{0, 0, 0xc0, 0x7f}
	if err := d.Upload(m.ParamsD.All[0].Value().Slice(0, 4), nan); err != nil {
		t.Fatal(err)
	}
	replay(2)
	if _, err := m.Figures(3); err == nil {
		t.Error("training is not frozen")
	}
	if !bytes.Equal(bytesOf(t, d, m.averageD), before) {
		t.Error("the average has moved")
	}
}
