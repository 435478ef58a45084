package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// idx builds an IDX file of the given dimensions; its data counts up from 0.
func idx(dims ...uint32) []byte {
	file := binary.BigEndian.AppendUint32(nil, 0x0800|uint32(len(dims)))
	size := 1
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, d)
		size *= int(d)
	}
	for i := range size {
		file = append(file, byte(i))
	}
	return file
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// small is a data set of 3 training and 2 test images of 2×4 pixels, in MNIST's names.
func small() map[string][]byte {
	return map[string][]byte{
		"train-images-idx3-ubyte": idx(3, 2, 4), "train-labels-idx1-ubyte": idx(3),
		"t10k-images-idx3-ubyte": idx(2, 2, 4), "t10k-labels-idx1-ubyte": idx(2),
	}
}

func write(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMNIST(t *testing.T) {
	s, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Count != 60000 || s.Test.Count != 10000 || s.Train.Height != 28 || s.Train.Width != 28 || s.Classes != 10 {
		t.Errorf("%d + %d images of %d×%d, %d classes", s.Train.Count, s.Test.Count, s.Train.Height, s.Train.Width, s.Classes)
	}
	if len(s.Train.Pixels) != 60000*28*28 || len(s.TestLabels) != 10000 {
		t.Errorf("%d pixels, %d test labels", len(s.Train.Pixels), len(s.TestLabels))
	}
	if got := s.TrainLabels[:10]; !bytes.Equal(got, []byte{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}) {
		t.Errorf("first training labels %v", got)
	}
	if s.Origin != "MNIST, embedded" {
		t.Errorf("origin %q", s.Origin)
	}
}

func TestLoadFolder(t *testing.T) {
	plain := small()
	zipped, dotted := map[string][]byte{}, map[string][]byte{}
	for name, data := range plain {
		zipped[name+".gz"] = gzipped(t, data)
		dotted[strings.Replace(name, "-idx", ".idx", 1)] = data
	}
	for name, files := range map[string]map[string][]byte{"plain": plain, "zipped": zipped, "dotted": dotted} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, files)
			s, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			if s.Train.Count != 3 || s.Train.Height != 2 || s.Train.Width != 4 || s.Test.Count != 2 || s.Classes != 3 || s.Origin != dir {
				t.Errorf("got %+v", s)
			}
			if s.Train.Pixels[23] != 23 || s.TestLabels[1] != 1 {
				t.Errorf("wrong data: %v %v", s.Train.Pixels, s.TestLabels)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	change := func(name string, data []byte) map[string][]byte {
		files := small()
		files[name] = data
		if data == nil {
			delete(files, name)
		}
		return files
	}
	const images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
	cases := map[string]struct {
		files map[string][]byte
		want  string
	}{
		"missing":        {change("t10k-labels-idx1-ubyte", nil), "none of the files t10k-labels-idx1-ubyte.gz, t10k-labels-idx1-ubyte,"},
		"count":          {change(labels, idx(4)), "has 3 images, but train-labels-idx1-ubyte has 4 labels"},
		"size":           {change(images, idx(3, 4, 4)), "the training images are 4×4, the test images 2×4"},
		"short":          {change(images, idx(3, 2, 4)[:30]), "call for 24 bytes, the file has 14"},
		"long":           {change(images, append(idx(3, 2, 4), 0)), "call for 24 bytes, the file has 25"},
		"header":         {change(images, []byte{0, 0, 8}), "3 bytes are too few"},
		"magic":          {change(images, idx(24)), "magic number 0x00000801, expected 0x00000803 (images of bytes)"},
		"empty":          {change(images, idx(0, 2, 4)), "no pixels: 0 images"},
		"overflow":       {change(images, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, 1<<31), 1<<31), 4)), "beyond the limit"},
		"damaged gzip":   {change(images, gzipped(t, idx(3, 2, 4))[:20]), "damaged gzip data"},
		"truncated gzip": {change(images, []byte{0x1f, 0x8b, 8}), "unexpected EOF"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := write(t, c.files)
			_, err := Load(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, ErrNoData) {
		t.Errorf("absent folder: %v", err)
	}
}

// A changed byte in a copy that claims to be MNIST is found.
func TestVerified(t *testing.T) {
	files := map[string][]byte{}
	for name := range Sums {
		data, err := embedded.ReadFile("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	name := "t10k-labels-idx1-ubyte.gz"
	files[name] = bytes.Clone(files[name])
	files[name][100] ^= 1
	_, err := read(os.DirFS(write(t, files)), "copy", Sums)
	if err == nil || !strings.Contains(err.Error(), name+" is not MNIST's: its SHA-256 is") {
		t.Errorf("got %v", err)
	}
}

// FuzzParse: whatever the bytes, parsing ends without a panic, and what it accepts is consistent.
func FuzzParse(f *testing.F) {
	for _, seed := range [][]byte{nil, idx(3), idx(2, 3, 4), idx(0, 1, 1), idx(2, 3, 4)[:20], gzipped(f, idx(2, 3, 4)), gzipped(f, idx(5))[:15]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if im, err := parseImages(file); err == nil && (im.Count*im.Height*im.Width != len(im.Pixels) || len(im.Pixels) == 0) {
			t.Errorf("accepted %d×%d×%d with %d pixels", im.Count, im.Height, im.Width, len(im.Pixels))
		}
		parseLabels(file)
	})
}
