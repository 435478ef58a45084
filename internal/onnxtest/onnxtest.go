// Package onnxtest runs ONNX models in onnxruntime, for tests.
package onnxtest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Model is a model's file and what to feed it: of each input the values of all rows, row-major.
type Model struct {
	File   string
	Batch  int // rows at a time
	Inputs map[string][]float32
	Wanted []string // outputs
}

// Run gives each model's wanted outputs, by name.
func Run(t *testing.T, models ...Model) []map[string][]float32 {
	t.Helper()
	type job struct {
		Model   string            `json:"model"`
		Batch   int               `json:"batch"`
		Inputs  map[string]string `json:"inputs"`
		Outputs map[string]string `json:"outputs"`
	}
	jobs := make([]job, len(models))
	for i, m := range models {
		dir := t.TempDir()
		jobs[i] = job{m.File, m.Batch, map[string]string{}, map[string]string{}}
		for name, values := range m.Inputs {
			jobs[i].Inputs[name] = filepath.Join(dir, "in."+name)
			if err := os.WriteFile(jobs[i].Inputs[name], encode(values), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range m.Wanted {
			jobs[i].Outputs[name] = filepath.Join(dir, "out."+name)
		}
	}
	list, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	node(t, list)
	results := make([]map[string][]float32, len(jobs))
	for i, j := range jobs {
		results[i] = map[string][]float32{}
		for name, file := range j.Outputs {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			results[i][name] = decode(data)
		}
	}
	return results
}

// node runs tools/onnx/run.js on the runtime that `make test` unpacks in the user's cache.
func node(t *testing.T, jobs []byte) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(cache, "vkgan", "onnxruntime", "node_modules")
	program, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(modules, "onnxruntime-node"))
	}
	if err != nil {
		t.Fatalf("no onnxruntime to test with (%v): run `make test`, which sets it up", err)
	}
	c := exec.Command(program, filepath.Join(root(t), "tools", "onnx", "run.js"))
	c.Env, c.Stdin = append(environment(), "NODE_PATH="+modules), bytes.NewReader(jobs)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("onnxruntime: %v: %s", err, out)
	}
}

// root is the module's folder. A test's own is below it.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatalf("the test does not run below the module's folder (%v)", err)
	return ""
}

// environment is this process's, less what the tests' own driver has put there.
func environment() (all []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "LD_") && !strings.HasPrefix(v, "MALLOC_") {
			all = append(all, v)
		}
	}
	return all
}

func encode(values []float32) []byte {
	b := make([]byte, 0, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func decode(b []byte) []float32 {
	values := make([]float32, len(b)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return values
}
