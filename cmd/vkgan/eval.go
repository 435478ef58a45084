package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

// evalFlags are the flags of `vkgan eval`.
type evalFlags struct {
	data, bn, device, dir string
	validate, json        bool
}

func newEval(s streams) *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use:   "eval RUN|FILE",
		Short: "Measure a checkpoint on the test set",
		Long: "Measures a checkpoint on the test set: its errors, and which class its answers fall to. A RUN is a run's\n" +
			"folder, its number, or 'latest', the run most recently started, and stands for its latest checkpoint;\n" +
			"a FILE is a checkpoint. A run that is being trained may be measured too.\n" +
			"An answer depends on the statistics by which the batch-norms normalise:\n" +
			"  calibrated   those that the checkpoint holds: the same answer for an image alone and in any batch\n" +
			"  batch        those of 100 images in file order at a time: the test errors that training tells",
		Example: "  vkgan eval latest\n" +
			"  vkgan eval 3 --bn batch\n" +
			"  vkgan eval runs/00001-infogan-l10/checkpoints/000550.safetensors --json | jq .test_error",
		GroupID: groupResults,
		Args:    oneRun,
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, s, args[0]) },
	}
	c.Flags().StringVar(&f.data, "data", "", "`folder` of IDX files with MNIST's names (default: the data set that it was trained on)")
	c.Flags().BoolVar(&f.validate, "validate", false, "measure on the images that training with --validate held out")
	c.Flags().StringVar(&f.bn, "bn", string(gan.CalibratedStatistics), "batch-norms' `statistics`: calibrated or batch")
	c.Flags().StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
	c.Flags().StringVar(&f.dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
	for _, folder := range []string{"data", "dir"} {
		if err := c.MarkFlagDirname(folder); err != nil {
			panic(err) // only if there is no such flag
		}
	}
	return c
}

// oneRun is the argument of a command on one checkpoint.
func oneRun(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return wrongUsage(c, "%s wants one run, a folder, a number or 'latest', or a checkpoint's file", c.CommandPath())
	}
	return nil
}

func (f *evalFlags) run(c *cobra.Command, s streams, name string) (err error) {
	mode := gan.BatchNormMode(f.bn)
	if mode != gan.CalibratedStatistics && mode != gan.BatchStatistics {
		return wrongUsage(c, "--bn is %q: want calibrated or batch", f.bn)
	}
	run, checkpoint, err := readCheckpoint(f.dir, name)
	if err != nil {
		return err
	}
	set, err := f.load(c, checkpoint)
	if err != nil {
		return err
	}
	session, err := openModel(vk.Options{Device: f.device}, fp32, savedJob(checkpoint, set), recordedTable(checkpoint.Info.Tuning), s.err)
	if err != nil {
		return err
	}
	defer func() { err = closing(session, err) }()
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	var e gan.Evaluation
	if err = checkpoint.Restore(session.dev, session.model); err == nil {
		e, err = gan.Evaluate(signals, session.dev, session.model, mode)
	}
	if stopped := signals.stopped(); stopped != nil {
		return stopped
	}
	if err != nil {
		return workError(err)
	}
	return newEvalReport(run, checkpoint, set, mode, e, f.validate).print(s.out, f.json)
}

// isFile tells a checkpoint's file from a run.
func isFile(name string) bool {
	at, err := os.Stat(name)
	return strings.HasSuffix(name, ".safetensors") || err == nil && at.Mode().IsRegular()
}

// readCheckpoint reads a checkpoint's file, or the latest one of a run, whose folder it gives too. It changes nothing there.
func readCheckpoint(dir, name string) (run string, c *gan.Checkpoint, err error) {
	if isFile(name) {
		c, err := gan.ReadCheckpoint(name)
		return "", c, err
	}
	if run, err = gan.FindRun(dir, name); err != nil {
		return "", nil, err
	}
	c, err = gan.LatestCheckpoint(run)
	if err == nil && c == nil {
		err = fmt.Errorf("%s has no checkpoint yet: a run has one from its first --checkpoint-every on, and at its end", run)
	}
	return run, c, err
}

// load reads the data set to measure on.
func (f *evalFlags) load(c *cobra.Command, checkpoint *gan.Checkpoint) (*mnist.Set, error) {
	options, err := flagTexts(checkpoint.Info.Options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", checkpoint.Path, err)
	}
	if f.validate && options["validate"] != "true" {
		return nil, wrongUsage(c, "%s was trained without --validate: no images were held out for it", checkpoint.Path)
	}
	set, err := loadOr(c, f.data, checkpoint)
	if err == nil && f.validate {
		set = set.HoldOut()
	}
	return set, err
}

// loadOr reads the data set of --data or, where that is not given, the one that a checkpoint was trained on.
func loadOr(c *cobra.Command, dir string, checkpoint *gan.Checkpoint) (*mnist.Set, error) {
	if c.Flags().Changed("data") {
		return mnist.Load(dir)
	}
	options, err := flagTexts(checkpoint.Info.Options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", checkpoint.Path, err)
	}
	set, err := mnist.Load(options["data"])
	if err != nil {
		return nil, fmt.Errorf("the data set that %s was trained on: %w", checkpoint.Path, err)
	}
	if gan.DataDigest(set) != checkpoint.Info.Data.SHA256 {
		return nil, fmt.Errorf("%s was trained on another data set than what %s holds now: name one with --data", checkpoint.Path, set.Origin)
	}
	return set, nil
}
