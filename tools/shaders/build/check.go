package build

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
)

// Check lists everything in the shaders folder that Update would change, without a compiler.
func Check(folder string) (stale []string, err error) {
	m, err := readManifest(folder)
	if err != nil {
		return nil, err
	}
	names, err := kernelNames(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		s, err := readSource(folder, name)
		if err != nil {
			return nil, err
		}
		if why := m.Kernels[name].stale(folder, s); why != "" {
			stale = append(stale, name+": "+why)
		}
	}
	for name := range m.Kernels {
		if !slices.Contains(names, name) {
			stale = append(stale, name+": source is gone")
		}
	}
	orphans, err := m.orphans(folder)
	for _, file := range orphans {
		stale = append(stale, "spv/"+file+": not in the manifest")
	}
	if err != nil || len(stale) > 0 {
		slices.Sort(stale)
		return stale, err
	}
	want, err := m.generate(folder)
	if err != nil {
		return nil, err
	}
	if have, _ := os.ReadFile(filepath.Join(folder, generatedName)); !bytes.Equal(have, want) {
		stale = append(stale, generatedName+": not what the generator writes")
	}
	return stale, nil
}

// orphans lists the files in spv/ that no kernel of the manifest owns.
func (m manifest) orphans(folder string) (files []string, err error) {
	paths, err := filepath.Glob(filepath.Join(folder, "spv", "*"))
	for _, path := range paths {
		file := filepath.Base(path)
		owned := false
		for _, e := range m.Kernels {
			_, ours := e.Outputs[file]
			owned = owned || ours
		}
		if !owned {
			files = append(files, file)
		}
	}
	return files, err
}
