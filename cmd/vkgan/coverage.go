package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vkgan/gan"
	"vkgan/vk"
)

// coverageFlags are the flags of `vkgan coverage`.
type coverageFlags struct {
	by, device, dir string
	seed            uint64
	count           int
	average, json   bool
}

func newCoverage(s streams) *cobra.Command {
	var f coverageFlags
	c := &cobra.Command{
		Use:   "coverage RUN|FILE",
		Short: "Count the digits that a generator makes",
		Long: "Makes images with a checkpoint's generator and counts what a trained SSGAN takes them for: whether every digit\n" +
			"is made, and as often as the others. A RUN is a run's folder, its number, or 'latest', the run most recently\n" +
			"started, and stands for its latest checkpoint; a FILE is a checkpoint. The images are those of\n" +
			"'vkgan sample --count'; of a model with codes the digits of each code are counted too.",
		Example: "  vkgan coverage latest\n" +
			"  vkgan coverage 1 --by 2 --count 50000        InfoGAN's images, by an SSGAN",
		GroupID: groupResults,
		Args:    oneRun,
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, s, args[0]) },
	}
	section(c, "Flags", func(p *pflag.FlagSet) {
		p.StringVar(&f.by, "by", "", "`run` or file of the SSGAN that tells digits apart (default: the generator's own)")
		p.IntVar(&f.count, "count", 10000, fmt.Sprintf("`images`: 1 to %s", count(gan.MostSamples)))
		p.Uint64Var(&f.seed, "seed", 0, "`number` of the noise vectors (default: the run's)")
		p.BoolVar(&f.average, "ema", false, "take the average of the generator's weights over the training steps (train --ema-decay)")
		p.BoolVar(&f.json, "json", false, "print a JSON object")
		p.StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
		p.StringVar(&f.dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	})
	if err := c.MarkFlagDirname("dir"); err != nil {
		panic(err) // only if there is no such flag
	}
	return c
}

func (f *coverageFlags) run(c *cobra.Command, s streams, name string) (err error) {
	if f.count < 1 || f.count > gan.MostSamples {
		return wrongUsage(c, "--count is %d: want 1 to %d", f.count, gan.MostSamples)
	}
	_, maker, err := readCheckpoint(f.dir, name)
	if err != nil {
		return err
	}
	judge := maker
	if f.by != "" {
		if _, judge, err = readCheckpoint(f.dir, f.by); err != nil {
			return err
		}
	}
	if judge.Info.Model != "ssgan" {
		return wrongUsage(c, "%s is of model %s, which knows no digits: name an SSGAN with --by", judge.Path, judge.Info.Model)
	}
	dev, err := openDevice(vk.Options{Device: f.device}, s.err)
	if err != nil {
		return err
	}
	defer func() { err = closing(&session{dev: dev}, err) }()
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	generator, err := maker.Generator(dev, f.average)
	if err != nil {
		return inferenceError(err)
	}
	defer generator.Free()
	classifier, err := judge.Classifier(dev)
	if err != nil {
		return inferenceError(err)
	}
	defer classifier.Free()
	if !c.Flags().Changed("seed") {
		f.seed = generator.Seed
	}
	counted, err := generator.Cover(signals, classifier, f.seed, f.count)
	if stopped := signals.stopped(); stopped != nil {
		return stopped
	}
	if err != nil {
		return inferenceError(err)
	}
	if f.json {
		return json.NewEncoder(s.out).Encode(counted)
	}
	_, err = fmt.Fprint(s.out, coverageText(counted))
	return err
}

// coverageText is the counts for people.
func coverageText(c gan.Coverage) string {
	head := []string{"digit", "images", "share"}
	for code := range c.Codes {
		head = append(head, fmt.Sprintf("code %d", code))
	}
	rows, align := [][]string{head}, "lrr"
	for digit, n := range c.Classes {
		row := []string{fmt.Sprint(digit), count(n), percent(float64(n) / float64(c.Images))}
		for _, of := range c.Codes {
			row = append(row, count(of[digit]))
		}
		rows = append(rows, row)
	}
	for range c.Codes {
		align += "r"
	}
	return table(rows, align) + fmt.Sprintf("entropy %.3f of %.3f bits, mean confidence %s\n", c.Entropy, math.Log2(float64(len(c.Classes))), percent(c.Confidence))
}
