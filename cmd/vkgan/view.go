package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"vkgan/gan"
	"vkgan/internal/preview"
	"vkgan/vk"
)

func newView(s streams) *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use:   "view RUN|FILE",
		Short: "Explore what a model learned, in a window",
		Long: "Opens a window on a checkpoint's generator: pin a cell of the sample grid, move its code and its noise by\n" +
			"sliders, go from one cell to another. The key h shows the keys. A RUN is a run's folder, its number, or\n" +
			"'latest', the run most recently started, and stands for its latest checkpoint; a FILE is a checkpoint.",
		Example: "  vkgan view latest\n" +
			"  vkgan view runs/00001-infogan-l10/checkpoints/000550.safetensors",
		GroupID: groupResults,
		Args:    oneRun,
		RunE: func(c *cobra.Command, args []string) (err error) {
			preview.Main(func() { err = f.view(c, s, args[0]) })
			return err
		},
	}
	c.Flags().StringVar(&f.data, "data", "", "`folder` of IDX files with MNIST's names (default: the data set that it was trained on)")
	c.Flags().StringVar(&f.device, "device", "", "`index`, name or UUID of a device (default: the best)")
	c.Flags().StringVar(&f.dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	for _, folder := range []string{"data", "dir"} {
		if err := c.MarkFlagDirname(folder); err != nil {
			panic(err) // only if there is no such flag
		}
	}
	return c
}

// view runs `vkgan view`, inside of preview.Main.
func (f *evalFlags) view(c *cobra.Command, s streams, name string) (err error) {
	run, checkpoint, err := readCheckpoint(f.dir, name)
	if err != nil {
		return err
	}
	set, err := f.load(c, checkpoint)
	if err != nil {
		return err
	}
	j := savedJob(checkpoint, set)
	window, err := preview.OpenWindow("vkgan: "+j.title, windowSize)
	if err != nil {
		return fmt.Errorf("no window: %w", err)
	}
	session, err := openModel(vk.Options{Device: f.device, Window: window.Vulkan()}, fp32, j, recordedTable(checkpoint.Info.Tuning), s.err)
	if err != nil {
		window.Close()
		return err
	}
	defer func() { err = closing(session, err) }()
	signals := onInterrupt(context.Background(), s.err)
	defer signals.release()
	if err := restore(signals, session, checkpoint); err != nil {
		session.dev.Leave()
		window.Close()
		return signals.ended(err)
	}
	viewer, err := newExplorer(s, window, session, run, checkpoint)
	if err != nil {
		session.dev.Leave()
		window.Close()
		return fmt.Errorf("no window: %w", err)
	}
	defer viewer.Close()
	if err := viewer.Explore(signals.Done()); err != nil {
		return workError(err)
	}
	return signals.stopped()
}

// countedShare of the test images tells the digit that most of a code's images have: 2,000 of MNIST's.
const countedShare = 0.2

// restore fills the session's model from a checkpoint, and counts what its discriminator takes test images for: a checkpoint
// holds the counts of its epoch's training images alone, and none at an epoch's end.
func restore(ctx context.Context, session *session, checkpoint *gan.Checkpoint) error {
	if err := checkpoint.Restore(session.dev, session.model); err != nil {
		return err
	}
	return gan.CountTested(ctx, session.dev, session.model, countedShare)
}

// newExplorer shows a model that was restored from a checkpoint.
func newExplorer(s streams, w *preview.Window, session *session, run string, checkpoint *gan.Checkpoint) (*preview.Viewer, error) {
	folder := filepath.Join(run, "preview")
	if run == "" {
		folder = "."
	}
	return preview.NewViewer(w, session.dev, session.model, preview.Options{
		Title: session.title, Lines: []string{checkpoint.Path}, At: checkpoint.Position.Step,
		Say:  func(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) },
		Path: func(step int) string { return filepath.Join(folder, fmt.Sprintf("explorer-%06d.png", step)) },
	})
}
