// Package build keeps the compiled kernels of a shaders folder in step with their sources.
//
// The folder holds NAME.comp and include/*.glsl; from them come spv/NAME.addr.spv and spv/NAME.ssbo.spv,
// shaders_gen.go, and manifest.json, which records what the modules were made of.
package build

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"vkgan/tools/shaders/kernel"
)

const generatedName = "shaders_gen.go"

// Update compiles what is stale, removes the modules of sources that are gone, and writes the Go file. It gives the
// names of the kernels it compiled. A kernel that does not compile keeps its old modules and is in the error.
//
// Without a compiler (nil, and why in missing) all goes well as long as nothing is stale.
func Update(folder string, c *Compiler, missing error) (compiled []string, err error) {
	unlock, err := lock(folder)
	if err != nil {
		return nil, err
	}
	defer unlock()
	m, err := readManifest(folder)
	if err != nil {
		return nil, err
	}
	names, err := kernelNames(folder)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(m.Kernels, func(name string, _ entry) bool { return !slices.Contains(names, name) })
	compiled, failed := m.compile(folder, names, c, missing)
	return compiled, errors.Join(failed, m.save(folder))
}

func (m *manifest) compile(folder string, names []string, c *Compiler, missing error) (compiled []string, failed error) {
	everything := c != nil && c.version != m.Compiler
	if everything {
		m.Compiler = c.version
	}
	var mutex sync.Mutex
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for _, name := range names {
		old := m.Kernels[name]
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			e, err := refresh(folder, name, old, everything, c, missing)
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil {
				failed = errors.Join(failed, err)
			} else if e.Source != "" {
				m.Kernels[name] = e
				compiled = append(compiled, name)
			}
		})
	}
	group.Wait()
	slices.Sort(compiled)
	return compiled, failed
}

// refresh compiles a kernel that is stale and gives its new entry, or an empty one if there was nothing to do.
func refresh(folder, name string, old entry, always bool, c *Compiler, missing error) (entry, error) {
	s, err := readSource(folder, name)
	if err != nil {
		return entry{}, err
	}
	why := old.stale(folder, s)
	if why == "" && !always {
		return entry{}, nil
	}
	if c == nil {
		return entry{}, fmt.Errorf("%s: %s, but %w", name, why, missing)
	}
	addresses, storage, err := c.compile(folder, name)
	if err != nil {
		return entry{}, err
	}
	k, err := kernel.Reflect(name, addresses, storage)
	if err != nil {
		return entry{}, err
	}
	k.Doc = s.doc
	if _, err := kernel.Generate([]kernel.Kernel{k}); err != nil {
		return entry{}, err
	}
	outputs := map[string][]byte{name + builds[0].ending: addresses, name + builds[1].ending: storage}
	for file, code := range outputs {
		if err := write(filepath.Join(folder, "spv", file), code); err != nil {
			return entry{}, err
		}
	}
	return newEntry(s, outputs), nil
}

// save writes the manifest and the Go file, and removes modules that are not in the manifest.
func (m manifest) save(folder string) error {
	generated, err := generate(folder, m)
	if err != nil {
		return err
	}
	text, err := m.text()
	if err != nil {
		return err
	}
	if err := write(filepath.Join(folder, generatedName), generated); err != nil {
		return err
	}
	if err := write(filepath.Join(folder, manifestName), text); err != nil {
		return err
	}
	orphans, err := m.orphans(folder)
	for _, file := range orphans {
		err = errors.Join(err, os.Remove(filepath.Join(folder, "spv", file)))
	}
	return err
}

// generate makes the Go file from the modules of the manifest.
func generate(folder string, m manifest) ([]byte, error) {
	var kernels []kernel.Kernel
	for _, name := range slices.Sorted(maps.Keys(m.Kernels)) {
		s, err := readSource(folder, name)
		if err != nil {
			return nil, err
		}
		var modules [2][]byte
		for i, b := range builds {
			if modules[i], err = os.ReadFile(filepath.Join(folder, "spv", name+b.ending)); err != nil {
				return nil, err
			}
		}
		k, err := kernel.Reflect(name, modules[0], modules[1])
		if err != nil {
			return nil, err
		}
		k.Doc = s.doc
		kernels = append(kernels, k)
	}
	return kernel.Generate(kernels)
}

// write replaces a file in one step, and leaves alone one that holds the same.
func write(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
