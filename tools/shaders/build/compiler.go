package build

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Compiler is glslc, with what stands in front of it on the command line. It may be absent: then only a compilation
// fails, and says why.
type Compiler struct {
	command []string
	version string
	absent  error
}

// FindCompiler takes the command line of a glslc, or looks for one as [Tool] does if that is empty.
func FindCompiler(command string) *Compiler {
	c := &Compiler{command: strings.Fields(command)}
	if len(c.command) == 0 {
		c.command, c.absent = Tool("glslc", "VKGAN_GLSLC")
	}
	if c.absent == nil {
		c.version, c.absent = versionOf(c.command)
	}
	return c
}

func versionOf(command []string) (string, error) {
	out, err := run(slices.Concat(command, []string{"--version"}))
	version, _, _ := strings.Cut(string(out), "\n\n")
	return strings.ReplaceAll(strings.TrimSpace(version), "\n", ", "), err
}

// flags are common to both builds of every kernel. -O0, because drivers optimise (gemm_lanes takes lavapipe as long
// either way) and spirv-opt strips the names and the unused specialisation constants that reflection reads.
var flags = []string{"--target-env=vulkan1.2", "-std=460", "-O0"}

// builds gives the ending of each build's output, and what is defined for it.
var builds = [2]struct {
	ending  string
	defines []string
}{
	{".addr.spv", nil},
	{".ssbo.spv", []string{"-DSTORAGE"}},
}

// compile makes both builds of a kernel.
func (c *Compiler) compile(folder, name string) (modules [2][]byte, err error) {
	files := []string{"-I" + filepath.Join(folder, "include"), "-o", "-", filepath.Join(folder, name+".comp")}
	for i, b := range builds {
		if modules[i], err = run(slices.Concat(c.command, flags, b.defines, files)); err != nil {
			return modules, err
		}
	}
	return modules, nil
}

func run(command []string) ([]byte, error) {
	var out, message bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &message
	err := cmd.Run()
	if err != nil && message.Len() > 0 {
		err = errors.New(strings.TrimSpace(message.String()))
	} else if err != nil {
		err = fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	return out.Bytes(), err
}
