package gan

import (
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/internal/files"
)

// numbered are n images of 2×3 whose pixels tell number and place; then an error if there is one.
func numbered(n int, failed error) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		row := make([]float32, 6)
		for i := range n {
			for p := range row {
				row[p] = float32(i*6+p) / 255
			}
			if !yield(row, nil) {
				return
			}
		}
		if failed != nil {
			yield(nil, failed)
		}
	}
}

var small = &Generator{Height: 2, Width: 3}

func decode(t *testing.T, path string, with func(f *os.File) error) {
	t.Helper()
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		err = with(f)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteSamples(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, s Samples, n int) string {
		path := filepath.Join(dir, name)
		for range 2 { // also over an older one
			if err := small.WriteSamples(path, s, numbered(n, nil)); err != nil {
				t.Fatal(err)
			}
			if filepath.Ext(name) == "" {
				break
			}
		}
		return path
	}
	var im image.Image
	decode(t, write("a/grid.png", Samples{Count: 5, Rows: 2, Cols: 3}, 5), func(f *os.File) (err error) {
		im, err = png.Decode(f)
		return err
	})
	grey := func(im image.Image, x, y int) int { return int(color.GrayModel.Convert(im.At(x, y)).(color.Gray).Y) }
	if im.Bounds().Size() != image.Pt(2+3*5, 2+2*4) || grey(im, 2+5+1, 2+4+1) != 4*6+4 || grey(im, 2+2*5, 2+4) != 0 {
		t.Errorf("grid: %v", im)
	}

	var film *gif.GIF
	decode(t, write("film.GIF", Samples{Rows: 1, Cols: 2, Frames: 3}, 6), func(f *os.File) (err error) {
		film, err = gif.DecodeAll(f)
		return err
	})
	if len(film.Image) != 3 || film.LoopCount != 0 || film.Delay[2] != frameDelay || grey(film.Image[2], 2+5+2, 2+1) != 5*6+5 {
		t.Errorf("animation: %d frames, %v", len(film.Image), film.Delay)
	}

	array, err := os.ReadFile(write("a.npy", Samples{Count: 4, Rows: 2, Cols: 2}, 4))
	if err != nil || len(array) != 128+4*6*4 || !strings.Contains(string(array[:128]), "'shape': (4, 2, 3)") {
		t.Fatalf("array: %d bytes, %q, %v", len(array), array[:128], err)
	}
	if v := math.Float32frombits(binary.LittleEndian.Uint32(array[128+4*13:])); v != float32(13)/255 {
		t.Errorf("element 13 is %g", v)
	}

	folder := write("folder", Samples{Count: 12}, 12)
	if names, _ := filepath.Glob(filepath.Join(folder, "*")); len(names) != 12 || filepath.Base(names[11]) != "00011.png" {
		t.Errorf("%v", names)
	}
	decode(t, filepath.Join(folder, "00007.png"), func(f *os.File) (err error) {
		im, err = png.Decode(f)
		return err
	})
	if im.Bounds().Size() != image.Pt(3, 2) || grey(im, 1, 1) != 7*6+4 {
		t.Errorf("image 7: %v", im)
	}
	empty := filepath.Join(dir, "empty")
	if err := errors.Join(os.Mkdir(empty, 0o777), small.WriteSamples(empty+"/", Samples{Count: 1}, numbered(1, nil))); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*"+files.TemporarySuffix)); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// What cannot be made or written leaves nothing, and what was there as it was.
func TestWriteSamplesErrors(t *testing.T) {
	dir, broken := t.TempDir(), errors.New("broken")
	full := filepath.Join(dir, "full")
	if err := errors.Join(os.Mkdir(full, 0o777), os.WriteFile(filepath.Join(full, "mine"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x.png", "x.gif", "x.npy", "x"} {
		if err := small.WriteSamples(filepath.Join(dir, name), Samples{Count: 2, Rows: 1, Cols: 2}, numbered(1, broken)); err != broken {
			t.Errorf("%s: %v", name, err)
		}
		err := small.WriteSamples(filepath.Join(full, "mine", name), Samples{Count: 1, Rows: 1, Cols: 1}, numbered(1, nil))
		if err == nil || !strings.Contains(err.Error(), "a part of the path is a file") {
			t.Errorf("under a file: %s: %v", name, err)
		}
	}
	if err := small.WriteSamples(full, Samples{Count: 1}, numbered(1, nil)); err == nil || !strings.Contains(err.Error(), full+": it is not empty") {
		t.Errorf("a folder with contents: %v", err)
	}
	if err := small.WriteSamples(filepath.Join(full, "mine")+"/", Samples{Count: 1}, numbered(1, nil)); err == nil {
		t.Error("a file in place of the folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	for path, want := range map[string]SampleFile{"a": SampleFolder, "a.jpg/": SampleFolder, "a.PNG": SamplePNG, "b/c.gif": SampleGIF, "c.npy": SampleNPY} {
		if kind, err := SampleFileOf(path); kind != want || err != nil {
			t.Errorf("%s: %v, %v", path, kind, err)
		}
	}
	for _, path := range []string{"", "a.jpg", "b.npz"} {
		if _, err := SampleFileOf(path); err == nil {
			t.Errorf("%q has a kind", path)
		}
	}
}
