package gan

import (
	"errors"
	"fmt"

	"vkgan/internal/mnist"
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// InfoGAN (Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative
// Adversarial Nets") with one categorical code and, if the recipe says so, continuous ones. The discriminator D and the codes'
// posterior Q share all layers but the last; on MNIST the categorical code comes to stand for the digit.
type InfoGAN struct {
	pair
	recipe InfoGANRecipe

	inputNoise    *layers.Sequence    // on D's images, while training
	discriminator *layers.Sequence    // the layers that D and Q share
	adversarial   *layers.LinearLayer // D's logit: real or fake
	posterior     posterior           // Q: which codes

	noise  layers.Tensor // [B, z]
	latent layers.Tensor // [B, z+codes]: z, then the one-hot code, then the continuous codes
	code   vk.Range      // [B] u32
	x      layers.Tensor // [rows, H,W,1]: in a step [2B or 3B], fake, real; real, warped
	dLogit layers.Tensor // [3B or 4B, 1]: D's loss on fake, on real, on warped (0); G's loss on fake
	dRead  readout       // [3B or 4B, …] of Q's loss: likewise; zero for what a recipe has no loss of
	uses   vk.Range      // [2,codes] f32, how the categorical code is used: layers.CodeSums
}

// figures are those of a step.
func (r InfoGANRecipe) figures() []string {
	names := []string{"loss_fake", "acc_fake", "loss_real", "acc_real", "loss_g", "fooled", "loss_code"}
	if r.Continuous > 0 {
		names = append(names, "loss_continuous")
	}
	return append(names, r.informationFigures()...)
}

// Their places.
const (
	figureFake       = 0 // loss of D on fake images; then its accuracy
	figureReal       = 2 // loss of D on real images; then its accuracy
	figureFool       = 4 // loss of G; then how often it fools D
	figureCode       = 6 // cross-entropy of the categorical code
	figureContinuous = 7 // loss of the continuous codes, without weight
)

// Channels of D's two convolutions, the latter also G's, and the features that D ends with.
var (
	infoganChannels = []int{64, 128}
	infoganFeatures = 1024
)

// CheckInfoGAN says in clear words why a recipe cannot be trained on a set.
func CheckInfoGAN(r InfoGANRecipe, set *mnist.Set) error {
	if err := r.check(); err != nil {
		return err
	}
	h, w := set.Train.Height, set.Train.Width
	switch {
	case h%4 != 0 || w%4 != 0 || h == 0 || w == 0:
		return fmt.Errorf("%s: images are %d×%d, but InfoGAN halves the sides twice: both must be divisible by 4", set.Origin, h, w)
	case set.Test.Height != h || set.Test.Width != w:
		return fmt.Errorf("training images are %d×%d, test images %d×%d", h, w, set.Test.Height, set.Test.Width)
	case min(r.TrainImages, set.Train.Count) < r.BatchSize:
		return fmt.Errorf("batch-size is %d, but there are only %d training images", r.BatchSize, min(r.TrainImages, set.Train.Count))
	case set.Test.Count < 1:
		return errors.New("there are no test images")
	}
	return nil
}

// NewInfoGAN builds both networks on dev and draws their first weights from seed.
func NewInfoGAN(dev *vk.Device, r InfoGANRecipe, data *Dataset, seed uint64) (*InfoGAN, error) {
	m := &InfoGAN{pair: pair{ledger: ledger{dev: dev}, data: data, seed: seed, batchSize: r.BatchSize, codes: r.Labels}, recipe: r}
	err := errors.Join(m.buildGenerator(), m.buildDiscriminator(), m.allocate())
	if err == nil {
		err = errors.Join(m.openAverages(r.EMADecay, r.EMADecayD), m.uploadSampleLatents())
	}
	if err != nil {
		m.Free()
		return nil, err
	}
	return m, nil
}

// buildGenerator: z and codes → 7×7×128 → deconvolutions to 28×28, doubling the side each.
func (m *InfoGAN) buildGenerator() (err error) {
	m.memoryG = layers.NewBuilder(m.dev, "G", layers.Batch{Forward: m.mostSamples(), Backward: m.recipe.BatchSize, Groups: 1})
	m.generator = m.recipe.generator(m.memoryG, m.data.Shape)
	m.ParamsG, err = m.memoryG.Finish(m.seed, philox.StreamGenerator)
	return err
}

func (r InfoGANRecipe) generator(b *layers.Builder, image layers.Shape) *layers.Sequence {
	seedling := seedling(image)
	return b.Sequence(layers.Vector(r.space().Size()),
		layers.Linear{Name: "linear1", Out: seedling.Size()},
		layers.BatchNorm{Name: "bn1", Act: layers.ReLU},
		layers.Reshape{To: seedling},
		layers.Deconv2D{Name: "deconv1", Out: infoganChannels[1], Kernel: 5, Stride: 2},
		layers.BatchNorm{Name: "bn2", Act: layers.ReLU},
		layers.Deconv2D{Name: "deconv2", Out: 1, Kernel: 5, Stride: 2, Bias: true, Act: layers.Sigmoid})
}

// seedling is the image that G's deconvolutions begin with and D's convolutions end with.
func seedling(image layers.Shape) layers.Shape {
	return layers.Shape{H: image.H / 4, W: image.W / 4, C: infoganChannels[1]}
}

// Flattened are those on either side of the seedling.
func (m *InfoGAN) Flattened() (image layers.Shape, axes map[string]int) {
	return seedling(m.data.Shape), map[string]int{
		"G.linear1.weight": 0, "G.bn1.weight": 0, "G.bn1.bias": 0, "G.bn1.running_mean": 0, "G.bn1.running_var": 0, "D.linear3.weight": 1,
	}
}

// buildDiscriminator: 28×28 → convolutions to 7×7×128, halving the side each → 1024 features → D's and Q's heads.
func (m *InfoGAN) buildDiscriminator() (err error) {
	b, groups := m.recipe.BatchSize, m.recipe.groups()
	m.memoryD = layers.NewBuilder(m.dev, "D", layers.Batch{Forward: max(groups*b, testRows), Backward: (groups + 1) * b, Groups: groups})
	if err := m.openStep(m.memoryD); err != nil {
		return err
	}
	m.inputNoise = m.memoryD.Sequence(m.data.Shape, m.noiseAhead()...)
	m.discriminator, m.adversarial, m.posterior = m.recipe.discriminator(m.memoryD, m.data.Shape)
	m.ParamsD, err = m.memoryD.Finish(m.seed, philox.StreamDiscriminator)
	return err
}

// noiseAhead is the noise on D's images, if there is any.
func (m *InfoGAN) noiseAhead() []layers.Config {
	if m.recipe.NoiseInput == 0 {
		return nil
	}
	return []layers.Config{layers.GaussianNoise{
		Name: "noise1", Sigma: m.recipe.NoiseInput, Anneal: m.recipe.NoiseSteps, Stream: m.stream(philox.StreamNoise), Step: m.step,
	}}
}

func (r InfoGANRecipe) discriminator(b *layers.Builder, image layers.Shape) (shared *layers.Sequence, adversarial *layers.LinearLayer, q posterior) {
	shared = b.Sequence(image,
		layers.Conv2D{Name: "conv1", Out: infoganChannels[0], Kernel: 5, Stride: 2, Bias: true, Act: layers.LeakyReLU},
		layers.Conv2D{Name: "conv2", Out: infoganChannels[1], Kernel: 5, Stride: 2},
		layers.BatchNorm{Name: "bn2", Act: layers.LeakyReLU},
		layers.Linear{Name: "linear3", Out: infoganFeatures},
		layers.BatchNorm{Name: "bn3", Act: layers.LeakyReLU})
	adversarial = b.Linear(shared.Out, layers.Linear{Name: "adversarial", Out: 1, Bias: true})
	return shared, adversarial, r.posterior(b, shared.Out)
}

// BeginCalibration records that no batch has been calibrated on.
func (m *InfoGAN) BeginCalibration(rec *vk.Recorder) {
	rec.Fill(m.batch, 0)
	m.generator.BeginCalibration(rec)
	m.discriminator.BeginCalibration(rec)
	m.posterior.hidden.BeginCalibration(rec)
}

// Calibrate records one of so many batches of the batch-norms' calibration, as they are in training: G's on latents, D's and Q's,
// of the average where there is one, on training images.
func (m *InfoGAN) Calibrate(rec *vk.Recorder, batches int) {
	x := m.x.Part(0, m.recipe.BatchSize)
	m.drawLatents(rec, calibrationLatents, m.batch)
	m.generator.Calibrate(rec, m.latent, batches)
	m.drawTraining(rec, philox.StreamCalibrationImages, m.batch, x)
	m.ParamsD.With(m.averageD, func() { m.posterior.hidden.Calibrate(rec, m.discriminator.Calibrate(rec, x, batches), batches) })
	layers.CountUp(rec, m.batch)
}

// Test records one batch of an evaluation: Q's code for the next test images. It gives Q's logits.
func (m *InfoGAN) Test(rec *vk.Recorder, mode BatchNormMode) layers.Tensor {
	rows := m.testRows(mode)
	x := m.x.Part(0, rows)
	m.drawTest(rec, x)
	logits := m.codeLogits(rec, x, mode)
	m.countTested(rec, logits)
	return logits
}

// codeLogits records Q's logits [rows,codes] for images x, by the average of D and Q where there is one.
func (m *InfoGAN) codeLogits(rec *vk.Recorder, x layers.Tensor, mode BatchNormMode) (logits layers.Tensor) {
	m.ParamsD.With(m.averageD, func() {
		if mode == BatchStatistics {
			logits = m.posterior.forward(rec, m.discriminator.Forward(rec, x)).logits
		} else {
			logits = m.posterior.infer(rec, m.discriminator.Infer(rec, x)).logits
		}
	})
	return logits
}

// Describe adds G, z and codes → image, or D with Q, image → Q's reading of the codes and D's logit.
func (m *InfoGAN) Describe(g *layers.Graph, part Part) {
	if part == PartGenerator {
		space := m.recipe.space()
		parts := []layers.Value{g.Input("z", space.Noise.about(), layers.Vector(space.Noise.Dim)), g.Input("code", "one-hot", layers.Vector(space.Codes))}
		if space.Continuous > 0 {
			parts = append(parts, g.Input("continuous", "numbers from -1 to 1", layers.Vector(space.Continuous)))
		}
		g.Output("image", "0 black to 1 white", m.generator.Describe(g, g.Concat("latent", parts...)))
		return
	}
	features := m.discriminator.Describe(g, g.Input("image", "0 black to 1 white", m.data.Shape))
	m.posterior.describe(g, features)
	g.Output("real", "logit of being real, not generated", m.adversarial.Describe(g, features))
}

// mostSamples is the most that G makes at once: of a step, or of the sample grid.
func (m *InfoGAN) mostSamples() int { return max(m.recipe.BatchSize, m.recipe.Labels*sampleColumns) }
