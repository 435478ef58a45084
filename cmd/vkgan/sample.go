package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/vk"
)

// sampleFlags are the flags of `vkgan sample`.
type sampleFlags struct {
	out, sweep, device, dir string
	seed                    uint64
	rows, cols, count       int
	frames                  int
	gif, average, json      bool
}

func newSample(s streams) *cobra.Command {
	var f sampleFlags
	c := &cobra.Command{
		Use:   "sample RUN|FILE",
		Short: "Make images with a checkpoint's generator",
		Long: "Makes images with a checkpoint's generator. A RUN is a run's folder, its number, or 'latest', the run most\n" +
			"recently started, and stands for its latest checkpoint; a FILE is a checkpoint.\n" +
			"What --out ends in says what is written, whole or not at all:\n" +
			"  .png       a grid: of a model with codes a row per code, a column per noise vector\n" +
			"  .gif       the grid, its noise vectors moving: an animation that ends where it begins\n" +
			"  .npy       NumPy's float32 [images,height,width], 0 black to 1 white\n" +
			"  a folder   00000.png, 00001.png, …; it must be new or empty\n" +
			"An image is a function of its noise vector and codes, a noise vector, with the continuous codes that go with it,\n" +
			"of --seed and its number: image i of --count has noise vector i, and code i modulo the number of codes, whatever\n" +
			"the count.",
		Example: "  vkgan sample latest\n" +
			"  vkgan sample latest --seed 7 --rows 4 --cols 16 --out four-codes.png\n" +
			"  vkgan sample 3 --sweep code --out sweep.png\n" +
			"  vkgan sample 3 --sweep c1 --seed 2 --out slant.png\n" +
			"  vkgan sample 3 --gif --cols 5\n" +
			"  vkgan sample 3 --count 10000 --out digits/\n" +
			"  vkgan sample runs/00001-ssgan-n10/checkpoints/003300.safetensors --count 100000 --out digits.npy",
		GroupID: groupResults,
		Args:    oneRun,
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, s, args[0]) },
	}
	section(c, "Which images", func(p *pflag.FlagSet) {
		p.Uint64Var(&f.seed, "seed", 0, "`number` of the noise vectors (default: the run's, which has them in samples/)")
		p.IntVar(&f.rows, "rows", 0, "`rows` of the grid (default: one per code, or 10)")
		p.IntVar(&f.cols, "cols", 0, "`columns` of the grid (default: 10; with --count as near a square as can be)")
		p.IntVar(&f.count, "count", 0, fmt.Sprintf("`images`, each with a noise vector of its own: 1 to %s", count(gan.MostSamples)))
		p.StringVar(&f.sweep, "sweep", "", "go through a `code` in each row, whose noise vector stays: code; c1, c2, … from -2 to 2")
		p.BoolVar(&f.average, "ema", false, "take the average of the generator's weights over the training steps (train --ema-decay)")
	})
	section(c, "Output", func(p *pflag.FlagSet) {
		p.StringVar(&f.out, "out", "grid.png", "`file` or folder to write")
		p.BoolVar(&f.gif, "gif", false, "an animation; --out is grid.gif by default")
		p.IntVar(&f.frames, "frames", 60, "`frames` of an animation, 20 a second")
		p.BoolVar(&f.json, "json", false, "print a JSON object: what was written, and how fast")
		p.StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
		p.StringVar(&f.dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	})
	if err := c.MarkFlagDirname("dir"); err != nil {
		panic(err) // only if there is no such flag
	}
	return c
}

func (f *sampleFlags) run(c *cobra.Command, s streams, name string) (err error) {
	samples, err := f.samples(c)
	if err != nil {
		return err
	}
	_, checkpoint, err := readCheckpoint(f.dir, name)
	if err != nil {
		return err
	}
	dev, err := openDevice(vk.Options{Device: f.device}, s.err)
	if err != nil {
		return err
	}
	defer func() { err = closing(&session{dev: dev}, err) }()
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	generator, err := checkpoint.Generator(dev, f.average)
	if err != nil {
		return inferenceError(err)
	}
	defer generator.Free()
	if !c.Flags().Changed("seed") {
		samples.Seed = generator.Seed
	}
	if samples, err = generator.Arrange(samples); err != nil {
		return fmt.Errorf("%s: %w", checkpoint.Path, err)
	}
	meter := newMeter(s.err, samples.Images(), generator.Batch())
	err = generator.WriteSamples(f.out, samples, meter.images(generator.Images(signals, generator.Latents(samples))))
	if stopped := signals.stopped(); stopped != nil {
		return stopped
	}
	if err != nil {
		return inferenceError(err)
	}
	rate := meter.finish()
	if f.json {
		return json.NewEncoder(s.out).Encode(sampleReport{f.out, samples.Images(), rate})
	}
	fmt.Fprintf(s.out, "wrote %s: %s\n", f.out, described(f.out, samples))
	return nil
}

// sampleReport is the object of `vkgan sample --json`.
type sampleReport struct {
	Out        string  `json:"out"`
	Images     int     `json:"images"`
	ImagesPerS float64 `json:"images_per_s,omitempty"` // made and written, after the first batch, which compiles kernels
}

// samples is what the flags ask for.
func (f *sampleFlags) samples(c *cobra.Command) (gan.Samples, error) {
	given := c.Flags().Changed
	if f.gif && !given("out") {
		f.out = "grid.gif"
	}
	kind, err := gan.SampleFileOf(f.out)
	sweep, unknown := gan.ParseAxis(f.sweep)
	animated := kind == gan.SampleGIF
	for _, n := range []struct {
		name  string
		value int
		least int
	}{{"rows", f.rows, 1}, {"cols", f.cols, 1}, {"count", f.count, 1}, {"frames", f.frames, 2}} {
		if given(n.name) && (n.value < n.least || n.value > gan.MostSamples) {
			return gan.Samples{}, wrongUsage(c, "--%s is %d: want %d to %d", n.name, n.value, n.least, gan.MostSamples)
		}
	}
	switch {
	case err != nil:
		err = wrongUsage(c, "--out is %q: %w", f.out, err)
	case f.gif && !animated:
		err = wrongUsage(c, "--gif writes an animation, but --out is %q: want a name that ends in .gif", f.out)
	case given("frames") && !animated:
		err = wrongUsage(c, "--frames are those of an animation, but --out is %q: want --gif, or a name that ends in .gif", f.out)
	case unknown != nil:
		err = wrongUsage(c, "--sweep is %q: %w", f.sweep, unknown)
	case f.count > 0 && (given("rows") || given("cols") || f.sweep != "" || animated):
		err = wrongUsage(c, "--count is of images by themselves: leave out --rows, --cols, --sweep and --gif")
	case sweep == gan.CodeAxis && given("cols") && !animated:
		err = wrongUsage(c, "--sweep code has a column for each code: leave out --cols")
	}
	samples := gan.Samples{Seed: f.seed, Count: f.count, Rows: f.rows, Cols: f.cols, Sweep: sweep}
	if animated {
		samples.Frames = f.frames
	}
	return samples, err
}

// described says what was written, for people.
func described(out string, s gan.Samples) string {
	images := count(s.Images()) + " images"
	if kind, _ := gan.SampleFileOf(out); kind == gan.SamplePNG || kind == gan.SampleGIF {
		images = fmt.Sprintf("%d×%d images", s.Rows, s.Cols)
	}
	if s.Frames > 0 {
		images += fmt.Sprintf(", %d frames", s.Frames)
	}
	return images
}
