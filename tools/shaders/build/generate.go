package build

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"vkgan/tools/shaders/kernel"
)

const generatedName = "shaders_gen.go"

// generate makes the Go file from the modules of the manifest and the comments of their sources.
func (m manifest) generate(folder string) ([]byte, error) {
	var kernels []kernel.Kernel
	for _, name := range slices.Sorted(maps.Keys(m.Kernels)) {
		var modules [2][]byte
		for i, b := range builds {
			code, err := os.ReadFile(filepath.Join(folder, "spv", name+b.ending))
			if err != nil {
				return nil, err
			}
			modules[i] = code
		}
		k, err := kernel.Reflect(name, modules[0], modules[1])
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(filepath.Join(folder, name+".comp"))
		if err != nil {
			return nil, err
		}
		k.Doc = leadingComment(string(text))
		kernels = append(kernels, k)
	}
	return kernel.Generate(kernels)
}
