// Package build keeps the compiled kernels of a shaders folder in step with their sources.
//
// The folder holds NAME.comp and include/*.glsl; from them come spv/NAME.addr.spv and spv/NAME.ssbo.spv,
// shaders_gen.go, and manifest.json, which records what the modules were made of.
package build

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"vkgan/internal/files"
)

// Update compiles what is stale, removes the modules of sources that are gone, and writes the Go file. It gives the
// names of the kernels it compiled. A kernel that does not compile keeps its old modules and is in the error.
func Update(folder string, c *Compiler) (compiled []string, err error) {
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
	compiled, failed := m.compile(folder, names, c)
	return compiled, errors.Join(failed, m.save(folder))
}

// save writes the manifest and the Go file, and removes modules that are not in the manifest.
func (m manifest) save(folder string) error {
	generated, err := m.generate(folder)
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

// write replaces a file in one step, and leaves alone one that holds the same.
func write(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	return files.Write(path, content)
}
