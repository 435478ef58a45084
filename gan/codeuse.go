package gan

import (
	"math"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// CodeUse tells, without labels, how a posterior Q uses a categorical code on images: a good one uses all values alike, and is
// sure of each image's. Entropies are in nats, at most ln codes.
type CodeUse struct {
	Entropy           float64 // H(code): of the mean over the images of Q(code|image), so the balance of the values
	MutualInformation float64 // of code and image: Entropy less the mean of the entropies of Q(code|image)
}

// codeUseImages are the training images that the use of a code is measured on.
const codeUseImages = 2000

// codeUser is a model whose use of a code an evaluation measures, behind its tests.
type codeUser interface {
	CodeUseBatches() int
	UseCodes(rec *vk.Recorder)
}

// CodeUseBatches is how many batches there are of UseCodes.
func (m *InfoGAN) CodeUseBatches() int {
	return max(1, min(codeUseImages, m.data.Train.Count)/m.recipe.BatchSize)
}

// BeginTest records that the last evaluation is forgotten.
func (m *InfoGAN) BeginTest(rec *vk.Recorder) {
	m.pair.BeginTest(rec)
	rec.Fill(m.uses, 0)
}

// UseCodes records the use of the code on the next batch of training images, in the batch's own statistics.
func (m *InfoGAN) UseCodes(rec *vk.Recorder) {
	x := m.x.Part(0, m.recipe.BatchSize)
	m.drawTraining(rec, philox.StreamCodeUse, m.batch, x)
	layers.CodeSums(rec, m.codeLogits(rec, x, BatchStatistics), m.uses)
	layers.CountUp(rec, m.batch)
}

// use is what UseCodes has found since BeginTest, as newCodeUse gives it.
func (m *InfoGAN) use() (*CodeUse, error) {
	sums := make([]float32, m.uses.Bytes()/4)
	if err := m.dev.Download(vk.Bytes(sums), m.uses); err != nil {
		return nil, err
	}
	return newCodeUse(sums), nil
}

// newCodeUse is that of sums [2,codes] over images: of the probabilities, and of the terms of their entropies; nil without images,
// or where a logit is not finite.
func newCodeUse(sums []float32) *CodeUse {
	codes := len(sums) / 2
	used, uncertainty, images := make([]float64, codes), 0.0, 0.0
	for i := range codes {
		used[i] = float64(sums[i])
		images += used[i]
		uncertainty += float64(sums[codes+i])
	}
	if !(images > 0) || uncertainty-uncertainty != 0 {
		return nil
	}
	h := entropy(used, images)
	return &CodeUse{Entropy: h, MutualInformation: math.Max(0, h-uncertainty/images)}
}
