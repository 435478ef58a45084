// Package mnist reads image data sets in MNIST's file format, IDX, and carries MNIST itself.
//
// # Basics
//
// Load("") gives MNIST as `make setup` embedded it; Load(dir) gives any data set of the same format:
// four files with MNIST's names, gzipped or not. Sizes and the number of classes are the files' own.
package mnist

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Images are grey images of one size, a byte a pixel, image after image, row after row.
type Images struct {
	Count, Height, Width int
	Pixels               []byte
}

// Set is a labelled data set in its two parts.
type Set struct {
	Train, Test             Images
	TrainLabels, TestLabels []byte
	Classes                 int    // the highest label of both parts, plus one
	Origin                  string // where it came from, for people to read
}

// ErrNoData is returned (wrapped) by Load where no data set was found.
var ErrNoData = errors.New("no data set")

// Sums are the published SHA-256 sums of MNIST's four files.
var Sums = map[string]string{
	"train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
	"train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
	"t10k-images-idx3-ubyte.gz":  "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
	"t10k-labels-idx1-ubyte.gz":  "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}

// Verify tells whether the data has the given SHA-256; the error names the file.
func Verify(name string, data []byte, sum string) error {
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != sum {
		return fmt.Errorf("%s is not MNIST's: its SHA-256 is %x, expected %s", name, got, sum)
	}
	return nil
}

//go:embed data
var embedded embed.FS

// Load reads the data set in dir. Without a dir it is MNIST: embedded, or else from the user's cache
// (vkgan/mnist there), its SHA-256 checked either way.
func Load(dir string) (*Set, error) {
	if dir != "" {
		s, err := read(os.DirFS(dir), dir, nil)
		if err != nil {
			return nil, fmt.Errorf("data set in %s: %w", dir, err)
		}
		return s, nil
	}
	built, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	s, err := read(built, "MNIST, embedded", Sums)
	if !errors.Is(err, ErrNoData) {
		return s, err
	}
	if cache, err := os.UserCacheDir(); err == nil {
		cached := filepath.Join(cache, "vkgan", "mnist")
		s, err := read(os.DirFS(cached), "MNIST, from "+cached, Sums)
		if err == nil || !errors.Is(err, ErrNoData) {
			return s, err
		}
	}
	return nil, fmt.Errorf("%w: this binary was built without MNIST and the cache has none; "+
		"run `make build`, or name a folder of IDX files with --data", ErrNoData)
}

// read reads the four files and checks them against each other and, where given, against their sums.
func read(dir fs.FS, origin string, sums map[string]string) (*Set, error) {
	s := &Set{Origin: origin}
	parts := []struct {
		name   string
		images *Images
		labels *[]byte
	}{
		{"train", &s.Train, &s.TrainLabels},
		{"t10k", &s.Test, &s.TestLabels},
	}
	for _, p := range parts {
		imagesName, file, err := open(dir, p.name+"-images", "idx3-ubyte", sums)
		if err != nil {
			return nil, err
		}
		if *p.images, err = parseImages(file); err != nil {
			return nil, fmt.Errorf("%s: %w", imagesName, err)
		}
		labelsName, file, err := open(dir, p.name+"-labels", "idx1-ubyte", sums)
		if err != nil {
			return nil, err
		}
		if *p.labels, err = parseLabels(file); err != nil {
			return nil, fmt.Errorf("%s: %w", labelsName, err)
		}
		if n := len(*p.labels); n != p.images.Count {
			return nil, fmt.Errorf("%s has %d images, but %s has %d labels", imagesName, p.images.Count, labelsName, n)
		}
		s.Classes = max(s.Classes, int(slices.Max(*p.labels))+1)
	}
	if a, b := s.Train, s.Test; a.Height != b.Height || a.Width != b.Width {
		return nil, fmt.Errorf("the training images are %d×%d, the test images %d×%d", a.Height, a.Width, b.Height, b.Width)
	}
	return s, nil
}

// open reads stem-kind or stem.kind, gzipped or not, and verifies it where sums are given.
func open(dir fs.FS, stem, kind string, sums map[string]string) (name string, file []byte, err error) {
	names := []string{stem + "-" + kind + ".gz", stem + "-" + kind, stem + "." + kind + ".gz", stem + "." + kind}
	if sums != nil {
		names = names[:1]
	}
	for _, name := range names {
		file, err := fs.ReadFile(dir, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return "", nil, err
		case sums != nil:
			err = Verify(name, file, sums[name])
		}
		return name, file, err
	}
	return "", nil, fmt.Errorf("%w: none of the files %s is there", ErrNoData, strings.Join(names, ", "))
}
