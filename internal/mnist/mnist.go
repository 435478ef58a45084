// Package mnist reads image data sets in MNIST's file format, IDX, and carries MNIST itself.
//
// # Basics
//
// Load("") gives MNIST as `make setup` embedded it; Load(dir) gives any data set of the same format:
// four files with MNIST's names, gzipped or not. The images' size is the files' own. So is the number
// of classes: labels count from 0, so there are as many classes as the highest label of both parts
// says. A class in between that no image has counts too (EMNIST's letters, labelled 1 to 26, make 27
// classes): it changes no error rate, and Absent finds it.
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

// Absent are the classes that no training image has.
func (s *Set) Absent() []int {
	var absent []int
	for class := range s.Classes {
		if !slices.Contains(s.TrainLabels, byte(class)) {
			absent = append(absent, class)
		}
	}
	return absent
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
// (vkgan/mnist there), its SHA-256 checked either way. Errors name folder, file, cause and remedy.
func Load(dir string) (*Set, error) {
	if dir != "" {
		return loadFolder(dir)
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
		switch {
		case err == nil:
			return s, nil
		case !errors.Is(err, ErrNoData):
			return nil, fmt.Errorf("%s: %w; delete the folder and run `make setup`", cached, err)
		}
	}
	return nil, fmt.Errorf("%w: this binary was built without MNIST and the cache has none; "+
		"run `make build`, or name a folder of IDX files with --data", ErrNoData)
}

func loadFolder(dir string) (*Set, error) {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w: there is no such folder; name another with --data", dir, ErrNoData)
	case err == nil && !info.IsDir():
		return nil, fmt.Errorf("%s: %w: it is a file; name the folder of the IDX files with --data", dir, ErrNoData)
	}
	s, err := read(os.DirFS(dir), dir, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return s, nil
}

// read reads the four files and checks them against each other and, where given, against their sums.
func read(dir fs.FS, origin string, sums map[string]string) (*Set, error) {
	s := &Set{Origin: origin}
	train, err := readPart(dir, "train", &s.Train, &s.TrainLabels, sums)
	if err != nil {
		return nil, err
	}
	test, err := readPart(dir, "t10k", &s.Test, &s.TestLabels, sums)
	if err != nil {
		return nil, err
	}
	if a, b := s.Train, s.Test; a.Height != b.Height || a.Width != b.Width {
		return nil, fmt.Errorf("%s has images of %d×%d, but %s of %d×%d; make them the same size",
			train, a.Height, a.Width, test, b.Height, b.Width)
	}
	s.Classes = int(max(slices.Max(s.TrainLabels), slices.Max(s.TestLabels))) + 1
	return s, nil
}

// readPart reads the images and labels of one part and gives the name of the images' file.
func readPart(dir fs.FS, part string, images *Images, labels *[]byte, sums map[string]string) (string, error) {
	imagesName, file, err := open(dir, part+"-images", "idx3-ubyte", sums)
	if err != nil {
		return "", err
	}
	if *images, err = parseImages(file); err != nil {
		return "", fmt.Errorf("%s: %w", imagesName, err)
	}
	labelsName, file, err := open(dir, part+"-labels", "idx1-ubyte", sums)
	if err != nil {
		return "", err
	}
	if *labels, err = parseLabels(file); err != nil {
		return "", fmt.Errorf("%s: %w", labelsName, err)
	}
	if n := len(*labels); n != images.Count {
		return "", fmt.Errorf("%s has %d images, but %s has %d labels; get both from the same data set",
			imagesName, images.Count, labelsName, n)
	}
	return imagesName, nil
}

// open reads stem-kind or stem.kind, gzipped or not, and verifies it where sums are given.
func open(dir fs.FS, stem, kind string, sums map[string]string) (name string, file []byte, err error) {
	names := []string{stem + "-" + kind + ".gz", stem + "-" + kind, stem + "." + kind + ".gz", stem + "." + kind}
	if sums != nil {
		names = names[:1]
	}
	for _, name := range names {
		file, err := readFile(dir, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case errors.Is(err, fs.ErrPermission):
			err = fmt.Errorf("%w; make folder and file readable", err)
		case err == nil && sums != nil:
			err = Verify(name, file, sums[name])
		}
		return name, file, err
	}
	return "", nil, fmt.Errorf("%w: none of the files %s is there; name a folder that has images and labels for training (train) and test (t10k)",
		ErrNoData, strings.Join(names, ", "))
}

// readFile reads a file that fits into memory.
func readFile(dir fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(dir, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file; put the data set's there", name)
	case info.Size() > maxBytes+headerBytes(magicImages):
		return nil, fmt.Errorf("%s has %d bytes, beyond the limit of %d: is it another file?", name, info.Size(), maxBytes)
	}
	return fs.ReadFile(dir, name)
}
