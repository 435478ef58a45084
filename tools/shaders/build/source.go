package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is a kernel's source and all that it includes, hashed.
type source struct {
	doc      []string
	hash     string
	includes map[string]string // hash by path below include/
}

var includeLine = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*include[ \t]+"([^"]+)"`)

// readSource reads a kernel. Includes count even where a condition of the preprocessor leaves them out.
func readSource(folder, name string) (source, error) {
	text, err := os.ReadFile(filepath.Join(folder, name+".comp"))
	if err != nil {
		return source{}, err
	}
	s := source{doc: leadingComment(string(text)), hash: hash(text), includes: map[string]string{}}
	if s.doc == nil {
		return s, fmt.Errorf("%s.comp: does not begin with a comment that says what it computes", name)
	}
	if err := s.include(filepath.Join(folder, "include"), text); err != nil {
		return s, fmt.Errorf("%s.comp: %w", name, err)
	}
	return s, nil
}

func (s *source) include(folder string, text []byte) error {
	for _, m := range includeLine.FindAllSubmatch(text, -1) {
		name := string(m[1])
		if _, seen := s.includes[name]; seen {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		s.includes[name] = hash(text)
		if err := s.include(folder, text); err != nil {
			return err
		}
	}
	return nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// leadingComment gives the lines of the // comment that a source begins with.
func leadingComment(text string) (lines []string) {
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "//")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimPrefix(comment, " "))
	}
	return lines
}

// kernelNames lists the kernels that have a source.
func kernelNames(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.comp"))
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".comp")
	}
	slices.Sort(files)
	return files, err
}
