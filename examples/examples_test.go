package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The classifier learns, built in a module outside the tree: all that it uses is public.
func TestClassifierOutside(t *testing.T) {
	program := buildOutside(t, "classifier")
	out, err := exec.Command(program, "-epochs", "2").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	errors := regexp.MustCompile(`(?m)^epoch (\d)   test error (\S+) %$`).FindAllStringSubmatch(string(out), -1)
	if len(errors) != 2 || errors[1][1] != "2" {
		t.Fatalf("not the errors of two epochs:\n%s", out)
	}
	if percent, err := strconv.ParseFloat(errors[1][2], 64); err != nil || !(percent < 3) {
		t.Errorf("wants 97 %% of the test images right:\n%s", out)
	}

	missing := filepath.Join(t.TempDir(), "missing")
	out, err = exec.Command(program, "-data", missing).CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "classifier: "+missing+": ") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("without data: %v\n%s", err, out)
	}
}

// buildOutside copies an example into a module of its own, which knows of this one by a replace directive, and builds it
// there. What this one requires it requires too: so Go needs no modules but those that were downloaded to build this one.
func buildOutside(t *testing.T, example string) (program string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	read := func(path ...string) []byte {
		data, err := os.ReadFile(filepath.Join(path...))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	module := strings.Replace(string(read(root, "go.mod")), "module vkgan\n", "module outside\n", 1)
	for name, data := range map[string][]byte{
		"main.go": read(example, "main.go"),
		"go.sum":  read(root, "go.sum"),
		"go.mod":  []byte(module + "\nrequire vkgan v0.0.0\n\nreplace vkgan => " + strconv.Quote(root) + "\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", example, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return filepath.Join(dir, example)
}
