package gan

import "slices"

// Flops is the arithmetic of one training step in floating-point operations: 2 for each multiply-add of the matrix
// products and convolutions; all else is left out. Dense counts every tap of every filter, Taps leaves out those that
// fall on the padding.
type Flops struct{ Dense, Taps float64 }

func (f Flops) times(n float64) Flops { return Flops{f.Dense * n, f.Taps * n} }

func totalFlops(parts ...Flops) (total Flops) {
	for _, f := range parts {
		total.Dense += f.Dense
		total.Taps += f.Taps
	}
	return total
}

func linearFlops(in, out int) Flops {
	f := 2 * float64(in) * float64(out)
	return Flops{f, f}
}

// convFlops is one image's share of a convolution of stride 2 with SAME padding from h×w×in, even sides, to
// h/2×w/2×out, and of the transposed convolution the other way round.
func convFlops(h, w, in, out, kernel int) Flops {
	perTap := 2 * float64(in) * float64(out)
	return Flops{perTap * float64(h/2*kernel) * float64(w/2*kernel), perTap * float64(taps(h, kernel)) * float64(taps(w, kernel))}
}

// taps counts, along one axis of n pixels, the filter taps that meet a pixel, over all positions of the filter.
func taps(n, kernel int) int {
	before := (kernel - 2) / 2 // the padding; where it is odd, SAME puts one more after
	count := 0
	for at := -before; at < n-before; at += 2 {
		count += min(at+kernel, n) - max(at, 0)
	}
	return count
}

// InfoGANFlops counts one step of InfoGAN on images of h×w. The generator runs forward once, and backward once for its
// parameters' gradients and once for its layers' inputs', less the first layer's. The discriminator does so for fake and
// for real images; the generator's loss runs once more through it, backward to its input.
func InfoGANFlops(r InfoGANRecipe, h, w int) Flops {
	seedling, features := h/4*(w/4)*128, 1024
	g := []Flops{
		linearFlops(r.ZDim+r.Labels, seedling),
		convFlops(h/2, w/2, 128, 128, 5),
		convFlops(h, w, 1, 128, 5),
	}
	d := []Flops{
		convFlops(h, w, 1, 64, 5),
		convFlops(h/2, w/2, 64, 128, 5),
		linearFlops(seedling, features),
		linearFlops(features, 1+r.Labels),
	}
	image := totalFlops(trainFlops(g), trainFlops(d).times(2), totalFlops(d...))
	return image.times(float64(r.BatchSize))
}

// SSGANFlops counts one step of SSGAN on images of so many pixels, likewise: the discriminator runs on fake, labelled and
// unlabelled images, and the generator's loss once more backward through all of its layers but the last.
func SSGANFlops(r SSGANRecipe, pixels, classes int) Flops {
	chain := func(in int, features []int, out int) (layers []Flops) {
		for _, n := range append(slices.Clone(features), out) {
			layers = append(layers, linearFlops(in, n))
			in = n
		}
		return layers
	}
	g, d := chain(r.ZDim, ssganGenerator, pixels), chain(pixels, ssganDiscriminator, classes)
	image := totalFlops(trainFlops(g), trainFlops(d).times(3), totalFlops(d[:len(d)-1]...))
	return image.times(float64(r.BatchSize))
}

// trainFlops runs layers forward, and backward for their parameters' gradients and, but for the first, for their inputs'.
func trainFlops(layers []Flops) Flops {
	return totalFlops(totalFlops(layers...).times(2), totalFlops(layers[1:]...))
}
