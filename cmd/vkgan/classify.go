package main

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/vk"
)

// classifyFlags are the flags of `vkgan classify`.
type classifyFlags struct {
	data, device, dir string
	json              bool
}

const (
	topGuesses = 3    // of an image that are told
	learntFrom = 2000 // training images that tell what codes stand for
)

func newClassify(s streams) *cobra.Command {
	var f classifyFlags
	c := &cobra.Command{
		Use:   "classify RUN|FILE IMAGE...",
		Short: "Say which digits images show",
		Long: "Says which digits images show: the three most probable, with their probabilities. A RUN is a run's folder, its\n" +
			"number, or 'latest', the run most recently started, and stands for its latest checkpoint; a FILE is a checkpoint.\n" +
			"An IMAGE is a PNG or JPEG of one digit, a folder of them, or '-', one on standard input. It may have any size\n" +
			"and colours and is made like MNIST's: in grey, light on dark, the digit fitted into 20×20 pixels and set with its\n" +
			"centre of mass into the middle of 28×28. The background is what most of its border is.\n" +
			"InfoGAN answers with the digit that its code stands for: the one that most of 2,000 training images with that\n" +
			"code show.",
		Example: "  vkgan classify latest seven.png\n" +
			"  vkgan classify 3 photos/ --json | jq -r '[.image, .class] | @tsv'\n" +
			"  vkgan classify latest - <seven.png",
		GroupID: groupResults,
		Args: func(c *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return wrongUsage(c, "%s wants a run, a folder, a number or 'latest', or a checkpoint's file, and images", c.CommandPath())
			case 1:
				return wrongUsage(c, "there is nothing to classify: name images or folders behind %s, or '-' for standard input", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, s, args[0], args[1:]) },
	}
	c.Flags().StringVar(&f.data, "data", "", "`folder` of IDX files that tell what codes stand for (default: the one it was trained on)")
	c.Flags().StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
	c.Flags().StringVar(&f.dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object for each image, a line each")
	for _, folder := range []string{"data", "dir"} {
		if err := c.MarkFlagDirname(folder); err != nil {
			panic(err) // only if there is no such flag
		}
	}
	return c
}

func (f *classifyFlags) run(c *cobra.Command, s streams, name string, images []string) (err error) {
	names, err := pictureNames(images)
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
	classifier, err := checkpoint.Classifier(dev)
	if err != nil {
		return inferenceError(err)
	}
	defer classifier.Free()
	if err = f.learn(signals, c, s, checkpoint, classifier); err == nil {
		report := newClassifyReport(s.out, f.json, names)
		meter := newMeter(s.err, len(names), classifier.Batch())
		err = classifyAll(signals, classifier, readPictures(names, s.in, classifier.Height, classifier.Width), report, meter)
	}
	if stopped := signals.stopped(); stopped != nil {
		return stopped
	}
	return inferenceError(err)
}

// learn finds what the codes of a model without classes stand for, and says so.
func (f *classifyFlags) learn(ctx context.Context, c *cobra.Command, s streams, checkpoint *gan.Checkpoint, k *gan.Classifier) error {
	if k.StandsFor == nil {
		return nil
	}
	set, err := loadOr(c, f.data, checkpoint)
	if err != nil {
		return err
	}
	if err := k.Learn(ctx, set, learntFrom); err != nil {
		return err
	}
	var stands []string
	for code, class := range k.StandsFor {
		if class >= 0 {
			stands = append(stands, fmt.Sprintf("%d→%d", code, class))
		}
	}
	fmt.Fprintf(s.err, "codes stand for the digits of most of %s training images with them: %s\n", count(min(learntFrom, set.Train.Count)), strings.Join(stands, " "))
	return nil
}

// classifyAll reports an answer to each picture that could be read; the error tells of the others.
func classifyAll(ctx context.Context, k *gan.Classifier, pictures iter.Seq[picture], report *classifyReport, m *meter) error {
	var asked []string // the pictures that are being looked at
	images := func(yield func([]byte) bool) {
		for p := range pictures {
			if p.err != nil {
				report.fail(p)
				continue
			}
			asked = append(asked, p.name)
			if !yield(p.pixels) {
				return
			}
		}
	}
	for answer, err := range k.Answers(ctx, images) {
		if err == nil {
			err = report.answer(asked[0], answer, k.StandsFor != nil)
		}
		if err != nil {
			return err
		}
		asked = asked[1:]
		m.add()
	}
	m.finish()
	return report.failures()
}
