package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// streams are where a command reads, and where it writes: results to out, all else to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// The groups of commands in `vkgan --help`.
const (
	groupTrain   = "train"
	groupResults = "results"
	groupMeasure = "measure"
	groupMachine = "machine"
	groupOther   = "other"
)

// newRoot is the whole command line.
func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "vkgan",
		Short: "Train GANs on the GPU, through Vulkan",
		Long: "vkgan trains generative adversarial networks entirely on the GPU, through Vulkan:\n" +
			"any vendor's, or a CPU driver where there is none. MNIST is built in.",
		Example: "  vkgan train infogan                   learn MNIST's digits without labels\n" +
			"  vkgan train infogan --resume latest   go on where the last run stopped\n" +
			"  vkgan train ssgan                     learn to classify them from ten labels each\n" +
			"  vkgan doctor                          can this machine train, and on what",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddGroup(
		&cobra.Group{ID: groupTrain, Title: "Train"},
		&cobra.Group{ID: groupResults, Title: "Results"},
		&cobra.Group{ID: groupMeasure, Title: "Measure"},
		&cobra.Group{ID: groupMachine, Title: "This machine"},
		&cobra.Group{ID: groupOther, Title: "Other"},
	)
	root.AddCommand(newTrain(s), newSweep(s), newRuns(s), newPlot(s), newEval(s), newSample(s), newClassify(s), newCoverage(s), newExport(s), newImport(s), newView(s), newBench(s), newTune(s), newDevices(s), newDoctor(s), newVersion(s))
	root.SetHelpCommandGroupID(groupOther)
	root.SetCompletionCommandGroupID(groupOther)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("completion")
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(c.OutOrStdout(), help(c)) })
	root.SetFlagErrorFunc(flagError)
	polish(root)
	return root
}

// polish makes wrong arguments of every command wrong usage, and the commands that only group others print their help.
func polish(c *cobra.Command) {
	for _, sub := range c.Commands() {
		polish(sub)
	}
	c.InitDefaultHelpFlag()
	c.Flags().Lookup("help").Usage = "print this help"
	c.SuggestionsMinimumDistance = 2
	switch {
	case c.Name() == "help":
		c.Args, c.Run, c.RunE = cobra.ArbitraryArgs, nil, helpAbout
	case c.HasSubCommands():
		c.Args = knownCommand
		if c.RunE == nil {
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	case c.Use == c.Name(): // else its usage names arguments, and it looks at them itself
		c.Args = noArguments
	}
}

// helpAbout is `vkgan help COMMAND`.
func helpAbout(c *cobra.Command, args []string) error {
	about, rest, err := c.Root().Find(args)
	if err != nil {
		return usageError{c.Root().CommandPath(), err}
	}
	if err := knownCommand(about, rest); err != nil {
		return err
	}
	return about.Help()
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return wrongUsage(c, "%s takes no argument, but there is %q%s", c.CommandPath(), args[0], modelHint(c, args[0]))
}

func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := modelHint(c, args[0])
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("; did you mean %s?", strings.Join(near, " or "))
	}
	return wrongUsage(c, "there is no command '%s %s'%s", c.CommandPath(), args[0], hint)
}

// modelHint suggests the flag to who gives a command a model's name as an argument.
func modelHint(c *cobra.Command, argument string) string {
	if c.Flags().Lookup("model") == nil || !slices.Contains(modelNames, argument) {
		return ""
	}
	return fmt.Sprintf("; did you mean --model %s?", argument)
}
