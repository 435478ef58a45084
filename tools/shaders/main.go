// Command shaders compiles the kernels of shaders/ whose sources changed, and writes their Go declarations.
//
// Run it from the root of the repository: go run ./tools/shaders
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"vkgan/tools/shaders/build"
)

func main() {
	folder := flag.String("dir", "shaders", "the `folder` that holds the kernels")
	glslc := flag.String("glslc", "", "glslc's `command` line (default $VKGAN_GLSLC, else the one that set-up unpacked)")
	check := flag.Bool("check", false, "compile nothing; list what is stale and fail if anything is")
	flag.Parse()
	do := update
	if *check {
		do = checkOnly
	}
	if err := do(*folder, *glslc); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func update(folder, glslc string) error {
	compiled, err := build.Update(folder, build.FindCompiler(glslc))
	if len(compiled) > 0 {
		fmt.Println("compiled", strings.Join(compiled, " "))
	}
	return err
}

func checkOnly(folder, _ string) error {
	stale, err := build.Check(folder)
	if err == nil && len(stale) > 0 {
		err = fmt.Errorf("stale, run `make shaders`:\n  %s", strings.Join(stale, "\n  "))
	}
	return err
}
