package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// header is an IDX file's.
func header(dims ...uint32) []byte {
	file := binary.BigEndian.AppendUint32(nil, 0x0800|uint32(len(dims)))
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, d)
	}
	return file
}

// idx builds an IDX file of the given dimensions; its data counts up from 0.
func idx(dims ...uint32) []byte {
	file, size := header(dims...), 1
	for _, d := range dims {
		size *= int(d)
	}
	for i := range size {
		file = append(file, byte(i))
	}
	return file
}

func gzipped(t testing.TB, data []byte) []byte { return deflated(t, data, gzip.BestSpeed) }

func deflated(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
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
	zipped := func(name string, data []byte) map[string][]byte {
		files := change(name, nil)
		files[name+".gz"] = gzipped(t, data)
		return files
	}
	flipped := func(data []byte) []byte {
		data[len(data)-8] ^= 1 // the checksum
		return data
	}
	const images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
	cases := map[string]struct {
		files map[string][]byte
		want  string
	}{
		"missing":   {change("t10k-labels-idx1-ubyte", nil), "no data set: none of the files t10k-labels-idx1-ubyte.gz, t10k-labels-idx1-ubyte,"},
		"empty":     {nil, "no data set: none of the files train-images-idx3-ubyte.gz, train-images-idx3-ubyte,"},
		"count":     {change(labels, idx(4)), images + " has 3 images, but " + labels + " has 4 labels; get both"},
		"size":      {change(images, idx(3, 4, 4)), images + " has images of 4×4, but t10k-images-idx3-ubyte of 2×4; make them"},
		"header":    {change(images, []byte{0, 0, 8}), images + ": truncated: of the IDX header's 16 bytes, 13 are missing; get"},
		"short":     {change(images, idx(3, 2, 4)[:30]), images + ": truncated: dimensions [3 2 4] call for 24 bytes, 10 of them are missing; get"},
		"long":      {change(images, append(idx(3, 2, 4), 0)), images + ": damaged: dimensions [3 2 4] call for 24 bytes, the file has more; get"},
		"magic":     {change(images, idx(24)), images + ": magic number 0x00000801, expected 0x00000803 (images of bytes): is it another file?"},
		"no images": {change(images, idx(0, 2, 4)), images + ": dimensions [0 2 4]: the file holds nothing"},
		"no pixels": {change(images, idx(3, 2, 0)), images + ": dimensions [3 2 0]: the file holds nothing"},
		"no labels": {change(labels, idx(0)), labels + ": dimensions [0]: the file holds nothing"},
		"overflow":  {change(images, header(1<<31, 1<<31, 4)), images + ": dimensions [2147483648] are beyond the limit of 1073741824 bytes"},

		"short gzip":       {zipped(images, idx(3, 2, 4)[:30]), images + ".gz: truncated: dimensions [3 2 4] call for 24 bytes, 10 of them are missing"},
		"long gzip":        {zipped(images, append(idx(3, 2, 4), 0)), images + ".gz: damaged: dimensions [3 2 4] call for 24 bytes, the file has more"},
		"short header":     {zipped(images, idx(3, 2, 4)[:7]), images + ".gz: truncated: of the IDX header's 16 bytes, 9 are missing"},
		"no gzip header":   {change(images, []byte{0x1f, 0x8b, 8}), images + ": damaged gzip data: unexpected EOF; get"},
		"gzip cut in head": {change(images, gzipped(t, idx(3, 2, 4))[:20]), images + ": damaged gzip data: unexpected EOF; get"},
		"gzip cut in data": {change(images, gzipped(t, idx(3, 2, 4))[:40]), images + ": damaged gzip data: unexpected EOF; get"},
		"gzip changed":     {change(images, flipped(gzipped(t, idx(3, 2, 4)))), images + ": damaged gzip data: gzip: invalid checksum; get"},
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
}

func TestLoadNoFolder(t *testing.T) {
	dir := write(t, map[string][]byte{"file": nil})
	for name, want := range map[string]string{"absent": "there is no such folder", "file": "it is a file; name the folder"} {
		path := filepath.Join(dir, name)
		if _, err := Load(path); !errors.Is(err, ErrNoData) || !strings.HasPrefix(err.Error(), path+": no data set: "+want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where a file should be there is something else.
func TestLoadNoFile(t *testing.T) {
	const name = "train-images-idx3-ubyte"
	dir := write(t, small())
	path := filepath.Join(dir, name)
	if err := os.Truncate(path, 2<<30); err != nil { // of no blocks
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), name+" has 2147483648 bytes, beyond the limit of 1073741824") {
		t.Errorf("a huge file: %v", err)
	}
	if err := errors.Join(os.Remove(path), os.Symlink("/dev/zero", path)); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), name+" is not a file") {
		t.Errorf("a device: %v", err)
	}
}

// A gzip bomb takes no more memory than its header calls for, and a header no more than the file can hold.
func TestGzipBomb(t *testing.T) {
	bomb := gzipped(t, append(idx(3, 2, 4), make([]byte, 16<<20)...))
	liar := gzipped(t, header(1<<10, 1<<10, 1<<10))
	for what, file := range map[string][]byte{"bomb": bomb, "liar": liar} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parseImages(file)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 1<<20 {
			t.Errorf("%s of %d bytes: %v, %d bytes of memory", what, len(file), err, took)
		}
	}
}

func TestAbsent(t *testing.T) {
	s := &Set{TrainLabels: []byte{1, 4, 1}, TestLabels: []byte{2}, Classes: 5}
	if got := s.Absent(); !slices.Equal(got, []int{0, 2, 3}) {
		t.Errorf("got %v", got)
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

// FuzzParse: whatever the bytes, parsing ends without a panic; what it accepts is consistent, and the same gzipped.
func FuzzParse(f *testing.F) {
	for _, seed := range [][]byte{nil, idx(3), idx(2, 3, 4), idx(0, 1, 1), idx(2, 3, 4)[:20], gzipped(f, idx(2, 3, 4)), gzipped(f, idx(5))[:15]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		im, err := parseImages(file)
		if err == nil && (im.Count*im.Height*im.Width != len(im.Pixels) || len(im.Pixels) == 0) {
			t.Errorf("accepted %d×%d×%d with %d pixels", im.Count, im.Height, im.Width, len(im.Pixels))
		}
		labels, labelsErr := parseLabels(file)
		if labelsErr == nil && len(labels) == 0 {
			t.Error("accepted no labels")
		}
		if bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
			return // parsed as gzip already
		}
		zipped := deflated(t, file, gzip.NoCompression)
		if again, errAgain := parseImages(zipped); (err == nil) != (errAgain == nil) || !reflect.DeepEqual(again, im) {
			t.Errorf("images: plain %v %v, gzipped %v %v", im, err, again, errAgain)
		}
		if again, errAgain := parseLabels(zipped); (labelsErr == nil) != (errAgain == nil) || !bytes.Equal(again, labels) {
			t.Errorf("labels: plain %v %v, gzipped %v %v", labels, labelsErr, again, errAgain)
		}
	})
}
