package build

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrNoTool is in the error of a tool that is not installed.
var ErrNoTool = errors.New("not installed")

// Tool gives the command line of a program of the shader tools: what the environment variable says, else the
// program in the side folder that set-up fills.
func Tool(program, variable string) ([]string, error) {
	if command := strings.Fields(os.Getenv(variable)); len(command) > 0 {
		return command, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	side := filepath.Join(cache, "vkgan", "shader-tools")
	command := []string{filepath.Join(side, "run"), filepath.Join(side, "root", "usr", "bin", program)}
	for _, file := range command {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("%s: %w: `tools/setup.sh shaders` unpacks it in %s, or set %s to its command line", program, ErrNoTool, side, variable)
		}
	}
	return command, nil
}
