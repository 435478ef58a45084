package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

// version is set by the Makefile's -X; a plain `go build` leaves it empty.
var version string

// versionText is the version, or the commit that a plain `go build` noted.
func versionText() string {
	if version != "" {
		return version
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, s := range build.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 7 {
				return s.Value[:7]
			}
		}
	}
	return "unknown"
}

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		GroupID: groupOther,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(s.out, "vkgan %s\n%s, %s/%s, kernels %.12s\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH, gan.KernelHash())
			return err
		},
	}
}
