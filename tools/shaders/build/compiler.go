package build

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Compiler is glslc, with what stands in front of it on the command line.
type Compiler struct {
	command []string
	version string
}

// ErrNoTool is in the error of a tool that is not installed.
var ErrNoTool = errors.New("not installed: `make setup` unpacks it in the user's cache")

// Tool gives the command line of a program of the shader tools: what the environment variable says, else the
// program in the side folder that the set-up fills.
func Tool(program, variable string) ([]string, error) {
	if command := strings.Fields(os.Getenv(variable)); len(command) > 0 {
		return command, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	side := filepath.Join(cache, "vkgan", "shader-tools")
	command := []string{filepath.Join(side, "run"), filepath.Join(side, "root", "usr", "bin", program)}
	for _, file := range command {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("%s: %w; or set %s to its command line", program, ErrNoTool, variable)
		}
	}
	return command, nil
}

// NewCompiler asks a glslc for its version.
func NewCompiler(command []string) (*Compiler, error) {
	out, err := run(slices.Concat(command, []string{"--version"}))
	if err != nil {
		return nil, err
	}
	version, _, _ := strings.Cut(string(out), "\n\n")
	return &Compiler{command, strings.Join(strings.Split(strings.TrimSpace(version), "\n"), ", ")}, nil
}

// flags are common to both builds of every kernel. Drivers optimise; spirv-opt would only strip the names and the
// unused specialisation constants that reflection reads.
var flags = []string{"--target-env=vulkan1.2", "-std=460", "-O0"}

// builds gives the ending of each build's output, and what else its compilation is told.
var builds = []struct {
	ending  string
	defines []string
}{
	{".addr.spv", nil},
	{".ssbo.spv", []string{"-DSTORAGE"}},
}

// compile makes both builds of a kernel.
func (c *Compiler) compile(folder, name string) (addresses, storage []byte, err error) {
	var modules [2][]byte
	for i, b := range builds {
		args := slices.Concat(c.command, flags, b.defines,
			[]string{"-I" + filepath.Join(folder, "include"), "-o", "-", filepath.Join(folder, name+".comp")})
		if modules[i], err = run(args); err != nil {
			return nil, nil, err
		}
	}
	return modules[0], modules[1], nil
}

func run(command []string) ([]byte, error) {
	var out, message bytes.Buffer
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &message
	if err := cmd.Run(); err != nil {
		if message.Len() == 0 {
			return nil, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
		}
		return nil, errors.New(strings.TrimSpace(message.String()))
	}
	return out.Bytes(), nil
}
