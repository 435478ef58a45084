package gan

import (
	"errors"
	"fmt"

	"vkgan/internal/mnist"
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// SSGAN is a semi-supervised GAN (Salimans et al. 2016, "Improved Techniques for Training GANs"). The discriminator D
// classifies, from a few labelled images and many without a label; what it gives to no class it takes for generated.
// The generator G matches the mean of D's features on real images.
type SSGAN struct {
	pair
	recipe SSGANRecipe

	inputNoise *layers.Sequence // on D's images, while training
	trunk      *layers.Sequence // D up to its features
	head       *layers.Sequence // D from there to the class logits

	noise    layers.Tensor // [B, z]
	latent   layers.Tensor // [B, z]: what G makes images from
	chosen   []uint32      // the labelled images
	known    vk.Range      // [len(chosen)] u32, the same on the device
	places   vk.Range      // [B] u32, where this step's labelled images stand among them
	labelled vk.Range      // [B] u32, this step's labelled images
	unwarped layers.Tensor // [B, pixels], the same before they are warped
	by       layers.Tensor // [B, 6], how they are
	target   vk.Range      // [B] u32, their classes
	x        layers.Tensor // [max rows, pixels], of a step [3B or 4B, pixels]: fake, labelled, unlabelled; unlabelled, warped
	dLogits  layers.Tensor // [4B or 5B, classes]: D's loss on these; zero for G's loss, which has no logits
	dFake    layers.Tensor // [B, features]: G's loss on fake, where G comes after D
}

// figures are those of a step.
func (r SSGANRecipe) figures() []string {
	return append([]string{"loss_class", "loss_real", "acc_real", "loss_fake", "acc_fake", "loss_match"}, r.informationFigures()...)
}

// Their places.
const (
	ssganClass = 0 // cross-entropy on labelled images
	ssganReal  = 1 // loss of D on unlabelled images; then its accuracy
	ssganFake  = 3 // loss of D on fake images; then its accuracy
	ssganMatch = 5 // loss of G
)

// Features of the hidden layers.
var (
	ssganGenerator     = []int{500, 500}
	ssganDiscriminator = []int{1000, 500, 250, 250, 250}
)

const sampleRows = 10 // of a sample grid without codes

// CheckSSGAN says in clear words why a recipe cannot be trained on a set.
func CheckSSGAN(r SSGANRecipe, set *mnist.Set) error {
	if err := r.check(); err != nil {
		return err
	}
	h, w, images := set.Train.Height, set.Train.Width, min(r.TrainImages, set.Train.Count)
	switch {
	case h*w%4 != 0 || h == 0 || w == 0:
		return fmt.Errorf("images are %d×%d: the number of pixels must be divisible by 4", h, w)
	case set.Test.Height != h || set.Test.Width != w:
		return fmt.Errorf("training images are %d×%d, test images %d×%d", h, w, set.Test.Height, set.Test.Width)
	case images < r.BatchSize:
		return fmt.Errorf("batch-size is %d, but there are only %d training images", r.BatchSize, images)
	case images < r.InitImages:
		return fmt.Errorf("init-images is %d, but there are only %d training images: lower it, or 0 for none", r.InitImages, images)
	case set.Test.Count < 1:
		return errors.New("there are no test images")
	}
	_, err := labelledSet(set.TrainLabels[set.Train.Count-images:], set.Classes, r.ClassLabels, r.DataSeed)
	return err
}

// NewSSGAN builds both networks on dev and draws their first weights from seed.
func NewSSGAN(dev *vk.Device, r SSGANRecipe, data *Dataset, seed uint64) (*SSGAN, error) {
	m := &SSGAN{pair: pair{ledger: ledger{dev: dev}, data: data, seed: seed, batchSize: r.BatchSize, codes: data.Classes}, recipe: r}
	var err error
	if m.chosen, err = labelledSet(data.TrainLabels, data.Classes, r.ClassLabels, r.DataSeed); err != nil {
		return nil, err
	}
	err = errors.Join(m.buildGenerator(), m.buildDiscriminator(), m.allocate())
	if err == nil {
		err = errors.Join(m.upload(), m.initialise())
	}
	if err == nil {
		err = m.openAverages(r.EMADecay, r.EMADecay)
	}
	if err != nil {
		m.Free()
		return nil, err
	}
	return m, nil
}

// buildGenerator: z → 500 → 500 → pixels.
func (m *SSGAN) buildGenerator() (err error) {
	m.memoryG = layers.NewBuilder(m.dev, "G", layers.Batch{Forward: m.mostSamples(), Backward: m.recipe.BatchSize, Groups: 1})
	m.generator = m.recipe.generator(m.memoryG, m.data.Shape.Size())
	m.ParamsG, err = m.memoryG.Finish(m.seed, philox.StreamGenerator)
	return err
}

func (r SSGANRecipe) generator(b *layers.Builder, pixels int) *layers.Sequence {
	var output *layers.WeightNorm
	if r.GOutputNorm {
		output = &layers.WeightNorm{TrainScale: true}
	}
	return b.Sequence(layers.Vector(r.ZDim),
		layers.Linear{Name: "linear1", Out: ssganGenerator[0]},
		layers.BatchNorm{Name: "bn1", Act: layers.Softplus, ShiftOnly: r.GShiftOnly},
		layers.Linear{Name: "linear2", Out: ssganGenerator[1]},
		layers.BatchNorm{Name: "bn2", Act: layers.Softplus, ShiftOnly: r.GShiftOnly},
		layers.Linear{Name: "linear3", Out: pixels, Norm: output, Bias: true, Act: layers.Sigmoid})
}

// buildDiscriminator: pixels → 1000 → 500 → 250 → 250 → 250 features → classes, weight-normalised, with noise ahead of
// each layer. The features are without the last noise. The last layer's scale is trained; the others' are 1, or what
// initialisation from images makes of them.
func (m *SSGAN) buildDiscriminator() (err error) {
	m.memoryD = layers.NewBuilder(m.dev, "D", layers.Batch{Forward: m.mostRows(), Backward: (m.recipe.kinds() + 1) * m.recipe.BatchSize, Groups: 1})
	if err := m.openStep(m.memoryD); err != nil {
		return err
	}
	pixels := m.data.Shape.Size()
	m.inputNoise = m.memoryD.Sequence(layers.Vector(pixels), m.noiseAhead(0, m.recipe.NoiseInput)...)
	m.trunk, m.head = m.recipe.discriminator(m.memoryD, pixels, m.data.Classes, m.noiseAhead)
	m.ParamsD, err = m.memoryD.Finish(m.seed, philox.StreamDiscriminator)
	return err
}

// discriminator builds D behind its input noise; ahead gives the noise ahead of layer k, if any.
func (r SSGANRecipe) discriminator(b *layers.Builder, pixels, classes int, ahead func(k int, sigma float32) []layers.Config) (trunk, head *layers.Sequence) {
	var hidden []layers.Config
	for k, features := range ssganDiscriminator {
		if k > 0 {
			hidden = append(hidden, ahead(k, r.NoiseHidden)...)
		}
		hidden = append(hidden, layers.Linear{
			Name: fmt.Sprintf("linear%d", k+1), Out: features, Norm: &layers.WeightNorm{InitScale: r.InitImages > 0}, Bias: true, Act: layers.ReLU,
			Init: r.firstWeights(),
		})
	}
	last := len(ssganDiscriminator)
	trunk = b.Sequence(layers.Vector(pixels), hidden...)
	head = b.Sequence(trunk.Out, append(ahead(last, r.NoiseHidden), layers.Linear{
		Name: fmt.Sprintf("linear%d", last+1), Out: classes, Norm: &layers.WeightNorm{TrainScale: true}, Bias: true, Init: r.firstWeights(),
	})...)
	return trunk, head
}

// firstWeights are D's. Normalised, they are the same however large they are; but the larger, the slower they turn.
func (r SSGANRecipe) firstWeights() layers.Initializer {
	if r.InitSigma == 0 {
		return nil
	}
	return layers.Normal(float64(r.InitSigma))
}

// noiseAhead is the noise ahead of D's layer k.
func (m *SSGAN) noiseAhead(k int, sigma float32) []layers.Config {
	stream := m.stream(philox.StreamNoise + uint32(k))
	return []layers.Config{layers.GaussianNoise{Name: fmt.Sprintf("noise%d", k+1), Sigma: sigma, Stream: stream, Step: m.step}}
}

// initialise makes D's scales and biases from training images, once, if the recipe says so and there are any.
func (m *SSGAN) initialise() error {
	n := m.recipe.InitImages
	if n == 0 || m.data.Train.Count == 0 || m.dev.Rehearses() {
		return nil
	}
	program, err := newProgram(m.dev, "initialise", func(rec *vk.Recorder) {
		x := m.x.Part(0, n)
		m.drawTraining(rec, philox.StreamInitialisation, m.step, x)
		const initial = philox.StreamInitialNoise - philox.StreamNoise
		for _, part := range []*layers.Sequence{m.inputNoise, m.trunk, m.head} {
			x = part.Renoised(initial).InitialiseFrom(rec, x)
		}
	})
	if err != nil {
		return err
	}
	defer program.Free()
	return runOnce(m.dev, program)
}

// drawLatents records z of the step that counter [1] u32 tells.
func (m *SSGAN) drawLatents(rec *vk.Recorder, z uint32, counter vk.Range) {
	m.recipe.space().Noise.record(rec, m.stream(z), counter, m.noise, m.latent)
}

// BeginCalibration records that no batch has been calibrated on.
func (m *SSGAN) BeginCalibration(rec *vk.Recorder) {
	rec.Fill(m.batch, 0)
	m.generator.BeginCalibration(rec)
}

// Calibrate records one of so many batches of the calibration of G's batch-norms; D has none.
func (m *SSGAN) Calibrate(rec *vk.Recorder, batches int) {
	m.drawLatents(rec, philox.StreamCalibrationZ, m.batch)
	m.generator.Calibrate(rec, m.latent, batches)
	layers.CountUp(rec, m.batch)
}

// Test records one batch of an evaluation: D's classes of the next test images, without noise. It gives D's logits. D has no
// batch-norm.
func (m *SSGAN) Test(rec *vk.Recorder, mode BatchNormMode) layers.Tensor {
	rows := m.testRows(mode)
	x := m.x.Part(0, rows)
	m.drawTest(rec, x)
	logits := m.classLogits(rec, x)
	m.countTested(rec, logits)
	return logits
}

// classLogits records D's logits [rows,classes] for images x, without noise, by D's average where there is one.
func (m *SSGAN) classLogits(rec *vk.Recorder, x layers.Tensor) (logits layers.Tensor) {
	m.ParamsD.With(m.averageD, func() { logits = m.head.Infer(rec, m.trunk.Infer(rec, x)) })
	return logits
}

// Describe adds G, z → image, or D, image → the classes' logits and probabilities.
func (m *SSGAN) Describe(g *layers.Graph, part Part) {
	if part == PartGenerator {
		z := g.Input("z", m.recipe.space().Noise.about(), layers.Vector(m.recipe.ZDim))
		g.Output("image", "0 black to 1 white", g.Image(m.generator.Describe(g, z), m.data.Shape))
		return
	}
	x := g.Input("image", "0 black to 1 white", m.data.Shape)
	logits := g.Output("logits", "of the classes", m.head.Describe(g, m.trunk.Describe(g, x)))
	g.Output("probabilities", "of the classes", g.Softmax(logits))
}

// mostSamples is the most that G makes at once: of a step, or of the sample grid.
func (m *SSGAN) mostSamples() int { return max(m.recipe.BatchSize, sampleRows*sampleColumns) }

// mostRows is the most that D takes at once: of a step, of an evaluation, or of its initialisation.
func (m *SSGAN) mostRows() int {
	return max(m.recipe.kinds()*m.recipe.BatchSize, testRows, m.recipe.InitImages)
}
