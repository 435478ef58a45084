package gan

import (
	"context"
	"fmt"
	"math"
)

// Coverage is what a classifier takes a generator's images for: whether it makes every class, and as often as the others.
type Coverage struct {
	Images     int     `json:"images"`
	Classes    []int   `json:"classes"`         // images of each class
	Codes      [][]int `json:"codes,omitempty"` // of a generator with codes, by code
	Entropy    float64 `json:"entropy"`         // of the shares of the classes, in bits
	Confidence float64 `json:"confidence"`      // mean probability of the class that is answered
}

// Cover counts the classes of n images: those of Samples with this seed and count, in 8 bits as MNIST's are. ctx's error, if ctx is
// done, or the device's is the last.
func (g *Generator) Cover(ctx context.Context, k *Classifier, seed uint64, n int) (Coverage, error) {
	if k.StandsFor != nil {
		return Coverage{}, fmt.Errorf("the classifier knows codes, and no classes: want an SSGAN's")
	}
	if g.Height != k.Height || g.Width != k.Width {
		return Coverage{}, fmt.Errorf("the generator makes images of %d×%d, and the classifier takes %d×%d", g.Height, g.Width, k.Height, k.Width)
	}
	c := Coverage{Images: n, Classes: make([]int, k.Classes)}
	for range g.Codes {
		c.Codes = append(c.Codes, make([]int, k.Classes))
	}
	var failed error
	images := func(yield func([]byte) bool) {
		image := make([]byte, g.Height*g.Width)
		for pixels, err := range g.Images(ctx, g.independent(seed, sampleLatents, n)) {
			if failed = err; err != nil {
				return
			}
			for i, v := range pixels {
				image[i] = grey(v)
			}
			if !yield(image) {
				return
			}
		}
	}
	seen := 0
	for answer, err := range k.Answers(ctx, images) {
		if err != nil {
			return c, err
		}
		c.Classes[answer.Code]++
		c.Confidence += answer.Classes[answer.Code] / float64(n)
		if g.Codes > 0 {
			c.Codes[seen%g.Codes][answer.Code]++
		}
		seen++
	}
	counts := make([]float64, len(c.Classes))
	for i, n := range c.Classes {
		counts[i] = float64(n)
	}
	c.Entropy = entropy(counts, float64(n)) / math.Ln2
	return c, failed
}
