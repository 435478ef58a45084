package main

import "github.com/spf13/cobra"

func newBench(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:     "bench",
		Short:   "Measure speed",
		Long:    "Measures speed. Without a part it runs every part there is.",
		GroupID: groupMeasure,
	}
	var step stepFlags
	c.AddCommand(newBenchStep(s))
	step.define(c)
	c.RunE = func(c *cobra.Command, _ []string) error { return step.run(c, s) }
	return c
}
