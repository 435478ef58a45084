package gan

import (
	"math"
	"slices"
	"testing"

	"vkgan/internal/philox"
	"vkgan/vk"
)

// ssganFixture is of tools/fixture/ssgan_step.py.
type ssganFixture struct {
	fixture
	ClassLabels int      `json:"class_labels"`
	LabelledSet []uint32 `json:"labelled_set"`
	Parameters  struct{ Generator, Discriminator int }
	First       struct {
		Z                            []float64
		Labelled, Target, Unlabelled []uint32
		FakeMean                     float64 `json:"fake_mean"`
	}
	Steps []struct {
		LossG     float64 `json:"loss_g"`
		LossD     float64 `json:"loss_d"`
		LossClass float64 `json:"loss_class"`
		LossReal  float64 `json:"loss_real"`
		LossFake  float64 `json:"loss_fake"`
		AccReal   float64 `json:"acc_real"`
		AccFake   float64 `json:"acc_fake"`
	}
}

// TestSSGANStepIsPyTorchs compares the reference recipe's first step on MNIST, every gradient, and the figures of the ten
// steps after it with PyTorch's in float64. What float32 can hold was measured in PyTorch: gradients by a normalised
// squared error of 2e-12, losses by 1e-6 at every step.
func TestSSGANStepIsPyTorchs(t *testing.T) {
	asPublished(t)
	f, set := readFixture[ssganFixture](t, "testdata/ssgan_step.json.gz"), realMNIST(t)
	r := SSGANReference()
	r.BatchSize, r.ClassLabels = f.Batch, f.ClassLabels
	families(t, func(t *testing.T, d *vk.Device) {
		m := newSSGAN(t, d, r, set, f.Seed)
		if g, d := m.ParamsG.Count(), m.ParamsD.Count(); g != f.Parameters.Generator || d != f.Parameters.Discriminator {
			t.Errorf("%d and %d parameters, PyTorch has %+v", g, d, f.Parameters)
		}
		replay := replayer(t, d, m)
		replay(1)
		f.checkInputs(t, m)
		f.checkGradients(t, d, m.ParamsG, philox.StreamGenerator)
		f.checkGradients(t, d, m.ParamsD, philox.StreamDiscriminator)
		if d.Info().Type == vk.CPU && !d.CPU() {
			f.Steps = f.Steps[:3] // a processor takes long for a step of a GPU's kernels
		}
		replay(len(f.Steps) - 1)
		f.checkFigures(t, m)
	})
}

func (f ssganFixture) checkInputs(t *testing.T, m *SSGAN) {
	t.Helper()
	latent, err := m.latent.Read(m.dev)
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range f.First.Z {
		if !(math.Abs(float64(latent[j])-want) <= 1e-6) {
			t.Fatalf("z %d is %g, PyTorch has %g", j, latent[j], want)
		}
	}
	for _, words := range []struct {
		name string
		of   vk.Range
		want []uint32
	}{
		{"labelled set", m.known, f.LabelledSet}, {"labelled images", m.labelled, f.First.Labelled}, {"labels", m.target, f.First.Target},
		{"unlabelled images", m.indices.Slice(0, 4*int64(f.Batch)), f.First.Unlabelled},
	} {
		if got := words32(t, m.dev, words.of); !slices.Equal(got, words.want) {
			t.Fatalf("%s: %v, PyTorch has %v", words.name, got, words.want)
		}
	}
	fakes, err := m.x.Part(0, f.Batch).Read(m.dev)
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for _, v := range fakes {
		mean += float64(v) / float64(len(fakes))
	}
	if !(math.Abs(mean-f.First.FakeMean) <= 1e-6) {
		t.Errorf("the mean of the fake images is %.9g, PyTorch has %.9g", mean, f.First.FakeMean)
	}
}

func (f ssganFixture) checkFigures(t *testing.T, m *SSGAN) {
	t.Helper()
	for step, want := range f.Steps {
		figures, err := m.Figures(step)
		if err != nil {
			t.Fatal(err)
		}
		var got Metrics
		m.Losses(figures, &got)
		for _, figure := range []struct {
			name string
			got  *float64
			want float64
		}{
			{"loss_g", got.LossG, want.LossG}, {"loss_d", got.LossD, want.LossD}, {"loss_class", got.LossClass, want.LossClass},
			{"loss_real", got.LossReal, want.LossReal}, {"loss_fake", got.LossFake, want.LossFake}, {"loss_match", got.LossMatch, want.LossG},
			{"acc_real", got.AccReal, want.AccReal}, {"acc_fake", got.AccFake, want.AccFake},
		} {
			if !(math.Abs(*figure.got-figure.want) <= 1e-5) {
				t.Errorf("step %d: %s is %.8g, PyTorch has %.8g", step, figure.name, *figure.got, figure.want)
			}
		}
	}
}
