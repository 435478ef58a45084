package gan

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"vkgan/layers"
	"vkgan/vk"
)

// Classifier says what images show with a checkpoint's discriminator, by its calibrated statistics: an answer depends on its
// image alone.
type Classifier struct {
	Classes       int
	Height, Width int // of an image
	// StandsFor is the class that each code stands for; -1: for none, as no image had it. nil: codes are classes.
	StandsFor []int

	*inference
}

// Answer is what an image is taken for.
type Answer struct {
	Code    int       // the most probable
	Classes []float64 // the probability of each class: of the codes that stand for it
}

// Guess is a class and its probability.
type Guess struct {
	Class       int     `json:"class"`
	Probability float64 `json:"probability"`
}

// Top is the n most probable classes, or all.
func (a Answer) Top(n int) []Guess {
	guesses := make([]Guess, len(a.Classes))
	for class, p := range a.Classes {
		guesses[class] = Guess{class, p}
	}
	slices.SortStableFunc(guesses, func(a, b Guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return guesses[:min(n, len(guesses))]
}

// Classifier makes the checkpoint's discriminator ready on a device: its average over the training, if it has one. Where it
// gives codes that were learnt without labels, Learn says which class each stands for. Free gives the memory back.
func (c *Checkpoint) Classifier(dev *vk.Device) (*Classifier, error) {
	return c.classifier(dev, inferenceRows(dev))
}

// classifier is Classifier with batches of so many rows.
func (c *Checkpoint) classifier(dev *vk.Device, rows int) (*Classifier, error) {
	r, err := c.recipe()
	if err != nil {
		return nil, err
	}
	k := &Classifier{Classes: c.Info.Data.Classes, Height: c.Info.Data.Height, Width: c.Info.Data.Width}
	if codes := r.space().Codes; codes > 0 {
		k.StandsFor = slices.Repeat([]int{-1}, codes)
	}
	prefix := ""
	if c.averaged("D") {
		prefix = averagePrefix
	}
	k.inference, err = c.newInference(dev, "D", prefix, rows, func(b *layers.Builder) network {
		return r.reader(b, layers.Shape{H: k.Height, W: k.Width, C: 1}, k.Classes)
	})
	return k, err
}

// Learn finds which class each code stands for: the one that most training images with it have, of the first n, or of all.
func (k *Classifier) Learn(ctx context.Context, set *Set, n int) error {
	if set.Train.Height != k.Height || set.Train.Width != k.Width || set.Classes != k.Classes {
		return fmt.Errorf("%s has images of %d×%d in %d classes, but the model was trained on %d×%d in %d: choose another data set",
			set.Origin, set.Train.Height, set.Train.Width, set.Classes, k.Height, k.Width, k.Classes)
	}
	n = min(n, set.Train.Count)
	counts := NewConfusion(len(k.StandsFor), k.Classes)
	image := 0
	for answer, err := range k.Answers(ctx, slices.Chunk(set.Train.Pixels[:n*k.Height*k.Width], k.Height*k.Width)) {
		if err != nil {
			return err
		}
		counts.Row(answer.Code)[set.TrainLabels[image]]++
		image++
	}
	for code, class := range counts.Majority() {
		if counts.Row(code)[class] > 0 {
			k.StandsFor[code] = class
		}
	}
	return nil
}

// Answers gives the answer to each image [Height,Width], 0 background to 255 digit as in MNIST, in order. An error, ctx's if
// ctx is done, is the last that comes.
func (k *Classifier) Answers(ctx context.Context, images iter.Seq[[]byte]) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		for logits, err := range k.apply(ctx, fractions(images)) {
			if err != nil {
				yield(Answer{}, err)
				return
			}
			if !yield(k.answer(logits), nil) {
				return
			}
		}
	}
}

func (k *Classifier) answer(logits []float32) Answer {
	code, p := softmax(logits)
	if k.StandsFor == nil {
		return Answer{code, p}
	}
	a := Answer{code, make([]float64, k.Classes)}
	for code, class := range k.StandsFor {
		if class >= 0 {
			a.Classes[class] += p[code]
		}
	}
	return a
}

// softmax is the probabilities of logits, and the place of the highest, the first of several.
func softmax(logits []float32) (highest int, p []float64) {
	for i, x := range logits {
		if x > logits[highest] {
			highest = i
		}
	}
	p, sum := make([]float64, len(logits)), 0.0
	for i, x := range logits {
		p[i] = math.Exp(float64(x) - float64(logits[highest]))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return highest, p
}

// fractions gives bytes as 0 to 1, as layers.Gather does. A row is good until the next.
func fractions(images iter.Seq[[]byte]) iter.Seq[[]float32] {
	return func(yield func([]float32) bool) {
		var row []float32
		for image := range images {
			row = row[:0]
			for _, v := range image {
				row = append(row, float32(v)/255)
			}
			if !yield(row) {
				return
			}
		}
	}
}
