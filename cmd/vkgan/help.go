package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help is what `vkgan COMMAND --help` prints.
func help(c *cobra.Command) string {
	var b strings.Builder
	about := c.Long
	if about == "" {
		about = c.Short + "."
	}
	fmt.Fprintf(&b, "%s\n\nUsage:\n", strings.TrimSpace(about))
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n", c.CommandPath())
	} else {
		fmt.Fprintf(&b, "  %s\n", c.UseLine())
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	helpCommands(&b, c)
	helpFlags(&b, c.NonInheritedFlags())
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n'%s COMMAND --help' says more of a command.\n", c.CommandPath())
	}
	return b.String()
}

// helpCommands lists the commands below c, by group where there are groups.
func helpCommands(b *strings.Builder, c *cobra.Command) {
	groups := c.Groups()
	if len(groups) == 0 {
		groups = []*cobra.Group{{Title: "Commands"}}
	}
	for _, g := range groups {
		title := "\n" + g.Title + ":\n"
		for _, sub := range c.Commands() {
			if (sub.IsAvailableCommand() || sub.Name() == "help") && sub.GroupID == g.ID {
				fmt.Fprintf(b, "%s  %-*s  %s\n", title, c.NamePadding(), sub.Name(), sub.Short)
				title = ""
			}
		}
	}
}

// sectionOf annotates a flag with the heading under which the help shows it.
const sectionOf = "section"

// section puts the flags that add defines under a heading in the help.
func section(c *cobra.Command, heading string, add func(f *pflag.FlagSet)) {
	f := pflag.NewFlagSet(heading, pflag.ContinueOnError)
	f.SortFlags = false
	add(f)
	f.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{sectionOf: {heading}} })
	c.Flags().SortFlags = false
	c.Flags().AddFlagSet(f)
}

// helpFlags lists flags under their headings, in the order of their definition.
func helpFlags(b *strings.Builder, flags *pflag.FlagSet) {
	var order []string
	sections := map[string]*pflag.FlagSet{}
	flags.VisitAll(func(f *pflag.Flag) {
		heading := "Flags"
		if of := f.Annotations[sectionOf]; len(of) > 0 {
			heading = of[0]
		}
		if sections[heading] == nil {
			order = append(order, heading)
			sections[heading] = pflag.NewFlagSet(heading, pflag.ContinueOnError)
			sections[heading].SortFlags = false
		}
		sections[heading].AddFlag(f)
	})
	for _, heading := range order {
		fmt.Fprintf(b, "\n%s:\n%s", heading, sections[heading].FlagUsages())
	}
}
