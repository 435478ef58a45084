package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

func newPlot(s streams) *cobra.Command {
	var out, dir, against string
	c := &cobra.Command{
		Use:   "plot RUN...",
		Short: "Draw the losses and errors of runs",
		Long: "Draws the losses and errors of runs over their training into a PNG file of 1200×800 pixels.\n" +
			"A RUN is a run's folder, its number, or 'latest', the run most recently started.",
		Example: "  vkgan plot latest\n" +
			"  vkgan plot 1 2 3 --out seeds.png\n" +
			"  vkgan plot runs/00001-infogan-l10 --against steps",
		GroupID: groupResults,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return wrongUsage(c, "%s wants a run: a folder, a number or 'latest'", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, names []string) error {
			switch {
			case !strings.EqualFold(filepath.Ext(out), ".png"):
				return wrongUsage(c, "--out is %q: want a name that ends in .png", out)
			case against != "epochs" && against != "steps":
				return wrongUsage(c, "--against is %q: want epochs or steps", against)
			}
			runs, err := chartRuns(dir, names)
			if err != nil {
				return err
			}
			if err := (gan.Chart{Runs: runs, AgainstSteps: against == "steps"}).WritePNG(out); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "wrote %s\n", out)
			return nil
		},
	}
	c.Flags().StringVar(&out, "out", "curves.png", "`file` to write")
	c.Flags().StringVar(&against, "against", "epochs", "what the curves are drawn over: `epochs` or steps")
	c.Flags().StringVar(&dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	if err := c.MarkFlagDirname("dir"); err != nil {
		panic(err) // only if there is no such flag
	}
	return c
}

// chartRuns reads the curves of runs. A run is called by its folder's name or, where two have the same, by its path.
func chartRuns(dir string, names []string) ([]gan.ChartRun, error) {
	var runs []gan.ChartRun
	paths := map[string][]string{} // by folder's name
	for _, name := range names {
		path, err := gan.FindRun(dir, name)
		if err != nil {
			return nil, err
		}
		curves, err := gan.ReadCurves(path)
		if err != nil {
			return nil, err
		}
		runs = append(runs, gan.ChartRun{Name: path, Curves: curves})
		paths[filepath.Base(path)] = append(paths[filepath.Base(path)], path)
	}
	for i, r := range runs {
		if base := filepath.Base(r.Name); len(paths[base]) == 1 {
			runs[i].Name = base
		}
	}
	return runs, nil
}
