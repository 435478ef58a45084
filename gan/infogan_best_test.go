package gan

import (
	"bytes"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/onnxtest"
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// bestInfoGAN is all ingredients for everyClass(60, 30, 8, 8, 3).
func bestInfoGAN() InfoGANRecipe {
	r := smallInfoGAN(InfoGANBest())
	r.Rate, r.NoiseInput, r.NoiseSteps, r.ZScale = 1e-2, 0.3, 9, 2
	return r
}

// One seed leaves the same bytes whatever the number of steps to a submission and the cadence of evaluations; another seed
// does not.
func TestInfoGANBestIsDeterministic(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	after := func(seed uint64, o Options) (all []byte) {
		m := newModel(t, d, bestInfoGAN(), set, seed)
		o.MaxSteps = 13
		if _, err := newTrainer(t, d, m, o, nobody{}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, s := range m.State() {
			content := make([]byte, s.Range.Bytes())
			if err := d.Download(content, s.Range); err != nil {
				t.Fatal(err)
			}
			all = append(all, content...)
		}
		return all
	}
	want := after(1, Options{})
	for _, o := range []Options{{StepsPerSubmission: 1}, {StepsPerSubmission: 3, EvalEvery: 5, SampleEvery: 7, LogEvery: 1, CheckpointSteps: 4}} {
		if !bytes.Equal(after(1, o), want) {
			t.Errorf("%+v changes the result", o)
		}
	}
	if bytes.Equal(after(2, Options{}), want) {
		t.Error("another seed gives the same result")
	}
}

// An evaluation is of the averaged D and Q, and leaves the live ones as they are; so are calibrated statistics; and training is
// that without an average.
func TestInfoGANEvaluatesItsAverage(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	r := bestInfoGAN()
	r.EMADecayD = 0.9
	averaged := newModel(t, d, r, set, 1)
	r.EMADecayD = 0
	plain := newModel(t, d, r, set, 1)
	replayer(t, d, averaged)(5)
	replayer(t, d, plain)(5)
	live, average := bytesOf(t, d, averaged.ParamsD.Value), bytesOf(t, d, averaged.averageD)
	if !bytes.Equal(live, bytesOf(t, d, plain.ParamsD.Value)) {
		t.Error("the average changes training")
	}
	logits := func(m *InfoGAN, mode BatchNormMode) []float32 {
		calibrate(t, d, m)
		once(t, d, m.BeginTest)
		var y layers.Tensor
		once(t, d, func(rec *vk.Recorder) { y = m.Test(rec, mode) })
		values, err := y.Read(d)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	modes := []BatchNormMode{BatchStatistics, CalibratedStatistics}
	var ofAverage, ofLive [][]float32
	for _, mode := range modes {
		ofAverage, ofLive = append(ofAverage, logits(averaged, mode)), append(ofLive, logits(plain, mode))
	}
	if !bytes.Equal(bytesOf(t, d, averaged.ParamsD.Value), live) || !bytes.Equal(bytesOf(t, d, averaged.averageD), average) {
		t.Error("an evaluation changes parameters")
	}
	if err := d.Upload(plain.ParamsD.Value.All(), average); err != nil {
		t.Fatal(err)
	}
	for i, mode := range modes {
		if slices.Equal(ofAverage[i], ofLive[i]) {
			t.Errorf("%s: an evaluation of the average is that of the live parameters", mode)
		}
		if !slices.Equal(logits(plain, mode), ofAverage[i]) {
			t.Errorf("%s: with the average for its parameters a model has other logits", mode)
		}
	}
}

// The use of a code is what its definition says of Q's logits on the drawn training images, and neither a test nor another
// training step leaves anything of it behind.
func TestCodeUse(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	m := newModel(t, d, bestInfoGAN(), set, 1)
	replayer(t, d, m)(4)
	if e, err := Evaluate(t.Context(), d, m, BatchStatistics); err != nil || e.Use != nil {
		t.Errorf("not measured it is %+v, %v", e.Use, err)
	}
	for range 2 {
		var line Metrics
		if err := newTrainer(t, d, m, Options{}, nobody{}).testErrors(&line); err != nil {
			t.Fatal(err)
		}
		images := m.CodeUseBatches() * m.recipe.BatchSize
		if images != 60 {
			t.Errorf("of %d images", images)
		}
		first := m.TestBatches(BatchStatistics) // the count goes on behind the tests
		used, entropy := make([]float64, 3), 0.0
		for batch := first; batch < first+m.CodeUseBatches(); batch++ {
			for _, row := range logitsOf(t, d, m, batch) {
				p, h := ref.CodeSums(row, 3)
				for i := range p {
					used[i] += p[i] / float64(images)
					entropy += h[i] / float64(images)
				}
			}
		}
		balance := 0.0
		for _, p := range used {
			balance -= p * math.Log(p)
		}
		if math.Abs(*line.CodeEntropy-balance) > 1e-5 || math.Abs(*line.MutualInformation-(balance-entropy)) > 1e-5 || !(balance > entropy) {
			t.Errorf("entropy %g, information %g; want %g, %g", *line.CodeEntropy, *line.MutualInformation, balance, balance-entropy)
		}
	}
	nan := float32(math.NaN())
	for _, sums := range [][]float32{{0, 0, 0, 0}, {nan, 1, 1, 1}, {1, 1, nan, 0}} {
		if u := newCodeUse(sums); u != nil {
			t.Errorf("of %v it is %+v", sums, u)
		}
	}
	for name, c := range map[string]struct {
		sums              []float32
		entropy, mutually float64
	}{
		"balanced and sure": {[]float32{5, 5, 0, 0}, math.Ln2, math.Ln2},
		"one code for all":  {[]float32{10, 0, 0, 0}, 0, 0},
		"never sure":        {[]float32{5, 5, 5 * math.Ln2, 5 * math.Ln2}, math.Ln2, 0},
	} {
		if u := newCodeUse(c.sums); math.Abs(u.Entropy-c.entropy) > 1e-6 || math.Abs(u.MutualInformation-c.mutually) > 1e-6 {
			t.Errorf("%s: %+v", name, u)
		}
	}
}

// logitsOf are Q's on a batch of the images that the use of its code is measured on, row by row.
func logitsOf(t *testing.T, d *vk.Device, m *InfoGAN, batch int) (rows [][]float64) {
	t.Helper()
	var y layers.Tensor
	if err := d.Upload(m.batch, []byte{byte(batch), 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	once(t, d, func(rec *vk.Recorder) {
		x := m.x.Part(0, m.recipe.BatchSize)
		m.drawTraining(rec, philox.StreamCodeUse, m.batch, x)
		y = m.codeLogits(rec, x, BatchStatistics)
	})
	values, err := y.Read(d)
	if err != nil {
		t.Fatal(err)
	}
	for row := range slices.Chunk(wide(values), y.Size()) {
		rows = append(rows, row)
	}
	return rows
}

// Exported, both networks answer in onnxruntime as here, the continuous codes among what goes in and what comes out; imported
// again everything is as it was.
func TestExportOfInfoGANBestInONNXRuntime(t *testing.T) {
	const rows = 12
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	m := newModel(t, d, bestInfoGAN(), set, 1)
	c := trainedFor(t, d, m, RunInfo{Model: "infogan", Recipe: m.recipe}, 4)
	dir := t.TempDir()
	for _, part := range []Part{PartGenerator, PartDiscriminator} {
		if err := c.ExportONNX(filepath.Join(dir, string(part)), part); err != nil {
			t.Fatal(err)
		}
	}
	g, err := c.Generator(d, false)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Free()
	var z, code, continuous, images []float32
	for latent := range g.independent(3, sampleLatents, rows) {
		z, code, continuous = append(z, latent[:5]...), append(code, latent[5:8]...), append(continuous, latent[8:]...)
	}
	for image, err := range g.Images(t.Context(), g.independent(3, sampleLatents, rows)) {
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, image...)
	}
	p := portable{x: m.x.Part(0, rows)}
	var logits, means []float32
	read := func(of func(readout) layers.Tensor) []float32 {
		return p.answers(t, d, p.x, images, func(rec *vk.Recorder, x layers.Tensor) (y layers.Tensor) {
			m.ParamsD.With(m.averageD, func() { y = of(m.posterior.infer(rec, m.discriminator.Infer(rec, x))) })
			return y
		})
	}
	logits, means = read(func(r readout) layers.Tensor { return r.logits }), read(func(r readout) layers.Tensor { return r.means })
	got := onnxtest.Run(t,
		onnxtest.Model{File: filepath.Join(dir, "generator"), Batch: rows, Inputs: map[string][]float32{"z": z, "code": code, "continuous": continuous}, Wanted: []string{"image"}},
		onnxtest.Model{File: filepath.Join(dir, "discriminator"), Batch: rows, Inputs: map[string][]float32{"image": images}, Wanted: []string{"logits", "continuous"}})
	within(t, "images", got[0]["image"], images, 1e-5)
	within(t, "logits", got[1]["logits"], logits, 1e-5)
	within(t, "means", got[1]["continuous"], means, 1e-5)

	weights := exported(t, c, Whole).Tensors
	sizes := InfoGANReference()
	w := writeWeights(t, weights)
	if w.FitInfoGAN(&sizes); sizes.Labels != 3 || sizes.Continuous != 2 || sizes.QHead != 9 || sizes.ZDim != 5 {
		t.Errorf("sizes by the weights are %+v", sizes)
	}
	begun := imported(t, d, newModel(t, d, m.recipe, set, 2), w, Options{})
	for _, want := range weights {
		if got, _ := begun.tensors.Tensor(want.Name); !slices.Equal(got.Data, want.Data) {
			t.Errorf("imported again %s is not as it was", want.Name)
		}
	}
}
