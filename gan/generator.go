package gan

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"vkgan/layers"
	"vkgan/vk"
)

// Generator makes images with a checkpoint's generator, by calibrated statistics: an image depends on its latent alone.
type Generator struct {
	Space
	Height, Width int    // of an image
	Seed          uint64 // the run's

	*inference
	layers *layers.Sequence
}

// Generator makes the checkpoint's generator ready on a device; average: with the average of its weights over the training
// steps. Free gives the memory back.
func (c *Checkpoint) Generator(dev *vk.Device, average bool) (*Generator, error) {
	return c.generator(dev, average, inferenceRows(dev))
}

// generator is Generator with batches of so many rows.
func (c *Checkpoint) generator(dev *vk.Device, average bool, rows int) (*Generator, error) {
	r, err := c.recipe()
	if err != nil {
		return nil, err
	}
	prefix := ""
	if average {
		if prefix = averagePrefix; !c.averaged("G") {
			return nil, fmt.Errorf("%s holds no average of the generator's weights: train with --ema-decay, or sample the weights themselves", c.Path)
		}
	}
	g := &Generator{Height: c.Info.Data.Height, Width: c.Info.Data.Width, Seed: c.Info.Seeds.Seed}
	g.Space = r.space()
	g.inference, err = c.newInference(dev, "G", prefix, rows, func(b *layers.Builder) network {
		g.layers = r.maker(b, layers.Shape{H: g.Height, W: g.Width, C: 1})
		return network{layers.Vector(g.Size()), g.layers.Out, g.layers.Infer}
	})
	if err != nil {
		return nil, err
	}
	if average {
		err = g.calibrate()
	}
	if err != nil {
		g.Free()
		return nil, err
	}
	return g, nil
}

// Images gives the image [Height,Width] of each latent, 0 black to 1 white, in order. It is good until the next. An error,
// ctx's if ctx is done, is the last that comes.
func (g *Generator) Images(ctx context.Context, latents iter.Seq[[]float32]) iter.Seq2[[]float32, error] {
	return g.apply(ctx, latents)
}

// calibrate calibrates the batch-norms on latents, as a training run does for a checkpoint on the way: a checkpoint holds the
// statistics of the weights themselves, not those of their average.
func (g *Generator) calibrate() error {
	count := max(1, interimCalibration/g.rows)
	b := g.batches[0]
	begin, err1 := newProgram(g.dev, "begin calibration", g.layers.BeginCalibration)
	batch, err2 := newProgram(g.dev, "calibrate", func(rec *vk.Recorder) {
		rec.Copy(g.x.Data, b.from)
		g.layers.Calibrate(rec, g.x, count)
	})
	for _, p := range []*vk.Program{begin, batch} {
		if p != nil {
			defer p.Free()
		}
	}
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if err := runOnce(g.dev, begin); err != nil {
		return err
	}
	row := 0
	for latent := range g.independent(g.Seed, calibrationLatents, count*g.rows) {
		copy(b.in[row*b.width:], latent)
		if row++; row == g.rows {
			if err := runOnce(g.dev, batch); err != nil {
				return err
			}
			row = 0
		}
	}
	return nil
}
