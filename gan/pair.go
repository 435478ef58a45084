package gan

import (
	"errors"
	"fmt"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// pair is what every model has beside its layers: a generator's and a discriminator's memory, the ledger of their steps,
// and what the discriminator takes images for, by codes: its classes, or those that it made up.
type pair struct {
	ledger
	data      *Dataset
	seed      uint64
	batchSize int
	codes     int

	memoryG, memoryD *layers.Builder
	ParamsG, ParamsD *layers.Params
	averageG         *vk.Buffer // of G's parameters over the steps, laid out as they are; nil: none
	averageD         *vk.Buffer // of D's

	generator   *layers.Sequence
	rows        int      // the most that D takes at once
	indices     vk.Range // [rows] u32, a batch's images: their places in the data set
	winners     vk.Range // [rows] u32, the codes of a batch
	seen        vk.Range // [codes,classes] u32: code × true class over the training images since the last clearing
	tested      vk.Range // the same over the test images
	batch       vk.Range // [1] u32, the next batch of an evaluation or a calibration
	information informationMemory
	wanted      layers.Tensor // [rows*sampleColumns, z…], the sample grid's latents
}

const (
	testRows      = 100 // images per batch of an evaluation by the batches' own statistics
	sampleColumns = 10  // of the sample grid
)

// openPair takes a's memory for batches of up to so many rows, and sample latents of shape z.
func (p *pair) openPair(a *allocator, figures []string, rows, sampleRows int, z layers.Shape) {
	classes := p.data.Classes
	p.rows = rows
	p.indices = a.words("indices", rows)
	p.winners = a.words("winners", rows)
	p.seen = a.words("seen", p.codes*classes)
	p.tested = a.words("tested", p.codes*classes)
	p.batch = a.words("batch", 1)
	p.wanted = a.tensor("wanted", sampleRows*sampleColumns, z)
	a.errs = append(a.errs, p.openLedger(p.dev, a.from, figures, p.ParamsD, p.ParamsG))
}

// allocator takes memory from a builder and collects the errors.
type allocator struct {
	from *layers.Builder
	errs []error
}

func (a *allocator) tensor(name string, rows int, s layers.Shape) layers.Tensor {
	t, err := a.from.Tensor(name, rows, s)
	a.errs = append(a.errs, err)
	return t
}

// words takes n uint32.
func (a *allocator) words(name string, n int) vk.Range {
	b, err := a.from.Buffer(name, 4*int64(n), vk.Local)
	if err != nil {
		a.errs = append(a.errs, err)
		return vk.Range{}
	}
	return b.All()
}

// openAverages makes the averages of both networks, of those whose decay is not 0.
func (p *pair) openAverages(decayG, decayD float32) error {
	var err1, err2 error
	if decayG > 0 {
		p.averageG, err1 = p.memoryG.Shadow()
	}
	if decayD > 0 {
		p.averageD, err2 = p.memoryD.Shadow()
	}
	return errors.Join(err1, err2)
}

// average records a step of the averages that there are, behind the step's end.
func (p *pair) average(rec *vk.Recorder, decayG, decayD float32, warmUp bool) {
	if p.averageG != nil {
		layers.EMA{Decay: decayG, WarmUp: warmUp, Guard: p.guard}.Step(rec, p.ParamsG, p.averageG, p.step)
	}
	if p.averageD != nil {
		layers.EMA{Decay: decayD, WarmUp: warmUp, Guard: p.guard}.Step(rec, p.ParamsD, p.averageD, p.step)
	}
}

func (p *pair) stream(id uint32) philox.Stream { return philox.Stream{Seed: p.seed, ID: id} }

// BatchSize is the number of training images per step.
func (p *pair) BatchSize() int { return p.batchSize }

// StepsPerEpoch leaves a last partial batch out.
func (p *pair) StepsPerEpoch() int { return p.data.Train.Count / p.batchSize }

// TestBatches covers every test image, in file order.
func (p *pair) TestBatches(mode BatchNormMode) int {
	rows := p.testRows(mode)
	return (p.data.Test.Count + rows - 1) / rows
}

// testRows are the images of a batch of an evaluation: where they do not count, as many as in a training step, whose kernels
// then serve.
func (p *pair) testRows(mode BatchNormMode) int {
	rows := testRows
	if mode == CalibratedStatistics {
		rows = p.rows
	}
	return min(rows, p.data.Test.Count)
}

// BeginEpoch records that the predictions made while training are forgotten.
func (p *pair) BeginEpoch(rec *vk.Recorder) { rec.Fill(p.seen, 0) }

// BeginTest records that the last evaluation is forgotten.
func (p *pair) BeginTest(rec *vk.Recorder) {
	rec.Fill(p.tested, 0)
	rec.Fill(p.batch, 0)
}

// drawTraining records the training images x of the step that counter [1] u32 tells.
func (p *pair) drawTraining(rec *vk.Recorder, stream uint32, counter vk.Range, x layers.Tensor) {
	layers.ShuffledBatch(rec, p.stream(stream), counter, p.data.Train.Count, x.Rows, p.indices)
	layers.Gather(rec, p.data.Train.Pixels, p.indices, x)
}

// drawTest records the next test images x of an evaluation.
func (p *pair) drawTest(rec *vk.Recorder, x layers.Tensor) {
	layers.OrderedBatch(rec, p.batch, p.data.Test.Count, x.Rows, p.indices)
	layers.Gather(rec, p.data.Test.Pixels, p.indices, x)
}

// countTested records what the logits of a batch of test images make of them.
func (p *pair) countTested(rec *vk.Recorder, logits layers.Tensor) {
	layers.Argmax(rec, logits, p.winners)
	layers.Count(rec, p.winners, p.indices, p.data.Test.Labels, p.tested, logits.Rows, p.data.Classes)
	layers.CountUp(rec, p.batch)
}

// allTested is the confusion of an evaluation, of every test image.
func (p *pair) allTested() (Confusion, error) {
	c, err := p.confusion(p.tested)
	if err == nil && c.Total() != p.data.Test.Count {
		err = fmt.Errorf("an evaluation counted %d of %d test images", c.Total(), p.data.Test.Count)
	}
	return c, err
}

// Predictions is where the device counts the codes of images, by true class.
type Predictions struct {
	Codes, Classes int
	Seen           vk.Range // [Codes,Classes] u32, of the training images of this epoch
	Tested         vk.Range // the same of the test images of the latest evaluation
}

// Predictions is where the device counts.
func (p *pair) Predictions() Predictions {
	return Predictions{Codes: p.codes, Classes: p.data.Classes, Seen: p.seen, Tested: p.tested}
}

func (p *pair) confusion(counts vk.Range) (Confusion, error) {
	c := NewConfusion(p.codes, p.data.Classes)
	return c, p.dev.Download(vk.Bytes(c.Counts), counts)
}

// Sample records the sample grid's images.
func (p *pair) Sample(rec *vk.Recorder) layers.Tensor { return p.generator.Forward(rec, p.wanted) }

// Explore records the images of latents x.
func (p *pair) Explore(rec *vk.Recorder, x layers.Tensor) layers.Tensor {
	return p.generator.Again(rec, x)
}

// State is both networks with Adam's moments, the count of steps, the predictions made in this epoch, and the averages.
func (p *pair) State() []Saved {
	all := append(append(savedNetwork(p.ParamsG), savedNetwork(p.ParamsD)...),
		savedWords("step", p.step, 1), savedWords("seen", p.seen, p.codes, p.data.Classes))
	if p.averageG != nil {
		all = append(all, savedParameters(averagePrefix, p.ParamsG, p.averageG)...)
	}
	if p.averageD != nil {
		all = append(all, savedParameters(averagePrefix, p.ParamsD, p.averageD)...)
	}
	return all
}

// Networks are the parameters of the generator and of the discriminator.
func (p *pair) Networks() (g, d *layers.Params) { return p.ParamsG, p.ParamsD }

// Free gives the device memory back.
func (p *pair) Free() {
	for _, b := range []*layers.Builder{p.memoryG, p.memoryD} {
		if b != nil {
			b.Free()
		}
	}
}
