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
// Adversarial Nets") with one categorical code. The discriminator D and the code's posterior Q share all layers but
// the last; on MNIST the code comes to stand for the digit.
type InfoGAN struct {
	pair
	recipe InfoGANRecipe

	generator     *layers.Sequence
	discriminator *layers.Sequence    // the layers that D and Q share
	adversarial   *layers.LinearLayer // D's logit: real or fake
	posterior     *layers.LinearLayer // Q's logits: which code

	noise   layers.Tensor // [B, z]
	latent  layers.Tensor // [B, z+codes]: z, then the one-hot code
	code    vk.Range      // [B] u32
	indices vk.Range      // [B] u32, this step's training images
	x       layers.Tensor // [2B, H,W,1]: fake, real
	dLogit  layers.Tensor // [3B, 1]: D's loss on fake, on real; G's loss on fake
	dCode   layers.Tensor // [3B, codes]: likewise; zero for real images, which have no code
}

// The figures of a step, and their places.
var infoGANFigures = []string{"loss_fake", "acc_fake", "loss_real", "acc_real", "loss_g", "fooled", "loss_code"}

const (
	figureFake = 0 // loss of D on fake images; then its accuracy
	figureReal = 2 // loss of D on real images; then its accuracy
	figureFool = 4 // loss of G; then how often it fools D
	figureCode = 6 // cross-entropy of the code
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
	if err == nil && r.EMADecay > 0 {
		m.averageG, err = m.memoryG.Shadow()
	}
	if err != nil {
		m.Free()
		return nil, err
	}
	return m, m.uploadSampleLatents()
}

// buildGenerator: z and code → 7×7×128 → deconvolutions to 28×28, doubling the side each.
func (m *InfoGAN) buildGenerator() (err error) {
	m.memoryG = layers.NewBuilder(m.dev, "G", layers.Batch{Forward: m.mostSamples(), Backward: m.recipe.BatchSize, Groups: 1})
	m.generator = m.recipe.generator(m.memoryG, m.data.Shape)
	m.ParamsG, err = m.memoryG.Finish(m.seed, philox.StreamGenerator)
	return err
}

func (r InfoGANRecipe) generator(b *layers.Builder, image layers.Shape) *layers.Sequence {
	seedling := seedling(image)
	return b.Sequence(layers.Vector(r.ZDim+r.Labels),
		layers.Linear{Name: "linear1", Out: seedling.Size()},
		layers.BatchNorm{Name: "bn1", Act: layers.ReLU},
		layers.Reshape{To: seedling},
		layers.Deconv2D{Name: "deconv1", Out: 128, Kernel: 5, Stride: 2},
		layers.BatchNorm{Name: "bn2", Act: layers.ReLU},
		layers.Deconv2D{Name: "deconv2", Out: 1, Kernel: 5, Stride: 2, Bias: true, Act: layers.Sigmoid})
}

// seedling is the image that G's deconvolutions begin with and D's convolutions end with.
func seedling(image layers.Shape) layers.Shape {
	return layers.Shape{H: image.H / 4, W: image.W / 4, C: 128}
}

// Flattened are those on either side of the seedling.
func (m *InfoGAN) Flattened() (image layers.Shape, axes map[string]int) {
	return seedling(m.data.Shape), map[string]int{
		"G.linear1.weight": 0, "G.bn1.weight": 0, "G.bn1.bias": 0, "G.bn1.running_mean": 0, "G.bn1.running_var": 0, "D.linear3.weight": 1,
	}
}

// buildDiscriminator: 28×28 → convolutions to 7×7×128, halving the side each → 1024 features → two heads.
func (m *InfoGAN) buildDiscriminator() (err error) {
	b := m.recipe.BatchSize
	m.memoryD = layers.NewBuilder(m.dev, "D", layers.Batch{Forward: max(2*b, testRows), Backward: 3 * b, Groups: 2})
	m.discriminator, m.adversarial, m.posterior = m.recipe.discriminator(m.memoryD, m.data.Shape)
	m.ParamsD, err = m.memoryD.Finish(m.seed, philox.StreamDiscriminator)
	return err
}

func (r InfoGANRecipe) discriminator(b *layers.Builder, image layers.Shape) (shared *layers.Sequence, adversarial, posterior *layers.LinearLayer) {
	shared = b.Sequence(image,
		layers.Conv2D{Name: "conv1", Out: 64, Kernel: 5, Stride: 2, Bias: true, Act: layers.LeakyReLU},
		layers.Conv2D{Name: "conv2", Out: 128, Kernel: 5, Stride: 2},
		layers.BatchNorm{Name: "bn2", Act: layers.LeakyReLU},
		layers.Linear{Name: "linear3", Out: 1024},
		layers.BatchNorm{Name: "bn3", Act: layers.LeakyReLU})
	adversarial = b.Linear(shared.Out, layers.Linear{Name: "adversarial", Out: 1, Bias: true})
	posterior = b.Linear(shared.Out, layers.Linear{Name: "code", Out: r.Labels, Bias: true})
	return shared, adversarial, posterior
}

// Step records one training step: one forward pass, both losses, both networks' gradients from it, both updates.
func (m *InfoGAN) Step(rec *vk.Recorder) {
	b := m.recipe.BatchSize
	x, dLogit, dCode := m.x.Part(0, 2*b).InGroups(2), m.dLogit, m.dCode

	rec.Section("input")
	m.drawLatents(rec, philox.StreamZ, philox.StreamCode, m.step)
	m.drawImages(rec, philox.StreamPermutation, m.step, x.Part(b, 2*b))

	rec.Section("G forward")
	m.generator.ForwardInto(rec, m.latent, x.Part(0, b))
	rec.Section("D forward")
	features := m.discriminator.Forward(rec, x)
	logit := m.adversarial.Forward(rec, features)
	code := m.posterior.Forward(rec, features)

	rec.Section("losses")
	layers.SigmoidCE(rec, logit.Part(0, b), 0, dLogit.Part(0, b), m.figure(figureFake, 2))
	layers.SigmoidCE(rec, logit.Part(b, 2*b), 1, dLogit.Part(b, 2*b), m.figure(figureReal, 2))
	layers.SigmoidCE(rec, logit.Part(0, b), 1, dLogit.Part(2*b, 3*b), m.figure(figureFool, 2))
	layers.SoftmaxCE(rec, code.Part(0, b), m.code, dCode.Part(0, b), m.figure(figureCode, 1))
	rec.Copy(dCode.Part(2*b, 3*b).Data, dCode.Part(0, b).Data)

	// Backward rows: D's loss on fake and on real, then G's loss on fake. Only the last reach the generator.
	rec.Section("D backward")
	dFeatures := m.posterior.Backward(rec, dCode, 3*b)
	dFeatures = m.adversarial.BackwardAdd(rec, dLogit, 3*b, dFeatures)
	dFake := m.discriminator.Backward(rec, dFeatures, b)
	rec.Section("G backward")
	m.generator.Backward(rec, dFake, 0)

	rec.Section("figures")
	layers.Argmax(rec, code.Part(b, 2*b), m.winners)
	layers.Count(rec, m.winners, m.indices, m.data.Train.Labels, m.seen, b, m.data.Classes)

	rec.Section("update")
	m.update(rec, m.recipe.adam(), m.ParamsD, m.ParamsG)
	m.endStep(rec)
	if m.averageG != nil {
		layers.EMA{Decay: m.recipe.EMADecay, Guard: m.guard}.Step(rec, m.ParamsG, m.averageG)
	}
}

// drawLatents records [z, code] of the step that counter [1] u32 tells.
func (m *InfoGAN) drawLatents(rec *vk.Recorder, z, code uint32, counter vk.Range) {
	m.recipe.ZPrior.record(rec, m.stream(z), counter, m.noise, m.latent)
	layers.RandomClass(rec, m.stream(code), counter, m.recipe.Labels, m.recipe.BatchSize, m.code)
	layers.OneHot(rec, m.code, m.recipe.Labels, m.latent, m.recipe.ZDim)
}

// drawImages records the training images x of the step that counter [1] u32 tells.
func (m *InfoGAN) drawImages(rec *vk.Recorder, stream uint32, counter vk.Range, x layers.Tensor) {
	layers.ShuffledBatch(rec, m.stream(stream), counter, m.data.Train.Count, x.Rows, m.indices)
	layers.Gather(rec, m.data.Train.Pixels, m.indices, x)
}

// BeginCalibration records that no batch has been calibrated on.
func (m *InfoGAN) BeginCalibration(rec *vk.Recorder) {
	rec.Fill(m.batch, 0)
	m.generator.BeginCalibration(rec)
	m.discriminator.BeginCalibration(rec)
}

// Calibrate records one of so many batches of the batch-norms' calibration, as they are in training: G's on latents, D's on
// training images.
func (m *InfoGAN) Calibrate(rec *vk.Recorder, batches int) {
	x := m.x.Part(0, m.recipe.BatchSize)
	m.drawLatents(rec, philox.StreamCalibrationZ, philox.StreamCalibrationCode, m.batch)
	m.generator.Calibrate(rec, m.latent, batches)
	m.drawImages(rec, philox.StreamCalibrationImages, m.batch, x)
	m.discriminator.Calibrate(rec, x, batches)
	layers.CountUp(rec, m.batch)
}

// Test records one batch of an evaluation: Q's code for the next test images. It gives Q's logits.
func (m *InfoGAN) Test(rec *vk.Recorder, mode BatchNormMode) layers.Tensor {
	rows := m.testRows(mode)
	x := m.x.Part(0, rows)
	layers.OrderedBatch(rec, m.batch, m.data.Test.Count, rows, m.indices)
	layers.Gather(rec, m.data.Test.Pixels, m.indices, x)
	logits := m.codeLogits(rec, x, mode)
	m.countTested(rec, logits, m.indices)
	return logits
}

// codeLogits records Q's logits [rows,codes] for images x.
func (m *InfoGAN) codeLogits(rec *vk.Recorder, x layers.Tensor, mode BatchNormMode) layers.Tensor {
	if mode == BatchStatistics {
		return m.posterior.Forward(rec, m.discriminator.Forward(rec, x))
	}
	return m.posterior.Forward(rec, m.discriminator.Infer(rec, x))
}

// Describe adds G, z and code → image, or D with Q, image → the codes' logits and probabilities and D's logit.
func (m *InfoGAN) Describe(g *layers.Graph, part Part) {
	if part == PartGenerator {
		z := g.Input("z", m.recipe.ZPrior.about(), layers.Vector(m.recipe.ZDim))
		code := g.Input("code", "one-hot", layers.Vector(m.recipe.Labels))
		g.Output("image", "0 black to 1 white", m.generator.Describe(g, g.Concat("latent", z, code)))
		return
	}
	features := m.discriminator.Describe(g, g.Input("image", "0 black to 1 white", m.data.Shape))
	logits := g.Output("logits", "of the codes", m.posterior.Describe(g, features))
	g.Output("probabilities", "of the codes", g.Softmax(logits))
	g.Output("real", "logit of being real, not generated", m.adversarial.Describe(g, features))
}

// Sample records the grid of samples: a row per code, a column per noise vector.
func (m *InfoGAN) Sample(rec *vk.Recorder) layers.Tensor { return m.generator.Forward(rec, m.wanted) }

// Explore records the images of latents x.
func (m *InfoGAN) Explore(rec *vk.Recorder, x layers.Tensor) layers.Tensor {
	return m.generator.Again(rec, x)
}

// mostSamples is the most that G makes at once: of a step, or of the sample grid.
func (m *InfoGAN) mostSamples() int { return max(m.recipe.BatchSize, m.recipe.Labels*sampleColumns) }
