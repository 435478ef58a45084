package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

const manifestName = "manifest.json"

// manifest says what the committed modules were made of. All hashes are SHA-256.
type manifest struct {
	Compiler string           `json:"compiler"`
	Kernels  map[string]entry `json:"kernels"`
}

type entry struct {
	Flags    []string          `json:"flags"`
	Source   string            `json:"source"`
	Includes map[string]string `json:"includes"`
	Outputs  map[string]string `json:"outputs"`
}

func readManifest(folder string) (manifest, error) {
	m := manifest{Kernels: map[string]entry{}}
	text, err := os.ReadFile(filepath.Join(folder, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return m, err
}

func (m manifest) text() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "\t")
	return append(text, '\n'), err
}

// stale says why a kernel's modules are not what its source makes, or "".
func (e entry) stale(folder string, s source) string {
	switch {
	case e.Source == "":
		return "not compiled"
	case e.Source != s.hash:
		return "source changed"
	case !slices.Equal(e.Flags, flags):
		return "compiler flags changed"
	case !maps.Equal(e.Includes, s.includes):
		return "an included file changed"
	}
	for file, want := range e.Outputs {
		code, err := os.ReadFile(filepath.Join(folder, "spv", file))
		if err != nil || hash(code) != want {
			return fmt.Sprintf("spv/%s is not what was compiled", file)
		}
	}
	return ""
}
