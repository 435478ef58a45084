package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"vkgan/gan"
)

// twoModels trains a small run of each model in a folder, with an average of the generator: runs 1 and 2.
func twoModels(t *testing.T) (out string) {
	t.Helper()
	out = t.TempDir()
	trained(t, small(t, out, "--max-steps", "6", "--ema-decay", "0.9")...)
	trained(t, smallSSGAN(t, out, "--max-steps", "6", "--ema-decay", "0.9")...)
	return out
}

// sampled runs `vkgan sample` without complaint and gives what it wrote to a file.
func sampled(t *testing.T, out, name string, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	code, stdout, stderr := vkgan(append([]string{"sample", "--dir", out, "--out", path}, args...)...)
	if code != exitDone || !strings.HasPrefix(stdout, "wrote "+path+": ") || strings.Count(stdout, "\n") != 1 || stderr != "" {
		t.Fatalf("%q: exit code %d, stdout %s, stderr %s", args, code, stdout, stderr)
	}
	file := path
	if filepath.Ext(name) == "" { // a folder: all of its files, one behind the other
		var all []byte
		names, _ := filepath.Glob(filepath.Join(path, "*"))
		for i, name := range names {
			one, err := os.ReadFile(name)
			if err != nil || filepath.Base(name) != fmt.Sprintf("%05d.png", i) {
				t.Fatal(name, err)
			}
			all = append(all, one...)
		}
		return all
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func pictureSize(t *testing.T, data []byte) image.Point {
	t.Helper()
	im, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return im.Bounds().Size()
}

// gridOf is the size of a grid of images of 8×8.
func gridOf(rows, cols int) image.Point { return image.Pt(2+cols*10, 2+rows*10) }

func TestSample(t *testing.T) {
	out := twoModels(t)
	for _, run := range []struct {
		number string
		seed   string // the run's
		rows   int
	}{{"1", "1", 3}, {"2", "1", 10}} {
		sample := func(name string, args ...string) []byte {
			return sampled(t, out, name, append([]string{run.number}, args...)...)
		}
		grid := sample("grid.png")
		if size := pictureSize(t, grid); size != gridOf(run.rows, 10) {
			t.Errorf("run %s: a grid of %v", run.number, size)
		}
		if !bytes.Equal(grid, sample("again.png", "--seed", run.seed)) {
			t.Errorf("run %s: a grid is another the second time", run.number)
		}
		if bytes.Equal(grid, sample("other.png", "--seed", "77")) || bytes.Equal(grid, sample("average.png", "--ema")) {
			t.Errorf("run %s: another seed, or the average, makes the same grid", run.number)
		}
		if size := pictureSize(t, sample("part.png", "--rows", "2", "--cols", "7")); size != gridOf(2, 7) {
			t.Errorf("run %s: --rows 2 --cols 7 gives %v", run.number, size)
		}
		if size := pictureSize(t, sample("count.png", "--count", "11")); size != gridOf(3, 4) {
			t.Errorf("run %s: --count 11 gives %v", run.number, size)
		}
		few, more := sample("few", "--count", "3"), sample("more", "--count", "101") // of which one is in the second batch
		if !bytes.HasPrefix(more, few) || bytes.Count(more, []byte("\x89PNG")) != 101 {
			t.Errorf("run %s: the first 3 images depend on how many there are", run.number)
		}
		if array := sample("a.npy", "--count", "5"); len(array) != 128+4*5*64 {
			t.Errorf("run %s: an array of %d bytes", run.number, len(array))
		}
		film, err := gif.DecodeAll(bytes.NewReader(sample("film.gif", "--gif", "--rows", "2", "--cols", "2", "--frames", "5")))
		if err != nil || len(film.Image) != 5 || film.Image[4].Rect.Size() != gridOf(2, 2) || bytes.Equal(film.Image[0].Pix, film.Image[1].Pix) {
			t.Errorf("run %s: an animation of %d frames, %v", run.number, len(film.Image), err)
		}
	}
	sweep := sampled(t, out, "sweep.png", "1", "--sweep", "code", "--rows", "4")
	if size := pictureSize(t, sweep); size != gridOf(4, 3) {
		t.Errorf("a sweep of %v", size)
	}
	film, err := gif.DecodeAll(bytes.NewReader(sampled(t, out, "sweep.gif", "1", "--sweep", "code", "--cols", "2", "--rows", "2", "--frames", "6")))
	if err != nil || len(film.Image) != 6 {
		t.Errorf("an animated sweep of %d frames, %v", len(film.Image), err)
	}
	for count, known := range map[int]bool{3: false, 2000: true} { // the first batch is not timed
		array := filepath.Join(t.TempDir(), "a.npy")
		code, stdout, stderr := vkgan("sample", "2", "--dir", out, "--count", fmt.Sprint(count), "--out", array, "--json")
		var report sampleReport
		if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitDone || report.Out != array || report.Images != count || (report.ImagesPerS > 0) != known {
			t.Errorf("exit code %d, %v: %s%s", code, err, stdout, stderr)
		}
	}
	t.Chdir(t.TempDir())
	file := filepath.Join(out, infogan, "checkpoints", "000006.safetensors")
	if code, stdout, stderr := vkgan("sample", file, "--gif", "--frames", "2", "--cols", "3"); code != exitDone || stdout != "wrote grid.gif: 3×3 images, 2 frames\n" {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

func TestSampleErrors(t *testing.T) {
	out := t.TempDir()
	trained(t, smallSSGAN(t, out, "--max-steps", "1")...)
	full := filepath.Join(out, ssgan)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", exitUsage, "wants one run"},
		{"1 2", exitUsage, "wants one run"},
		{"1 --out a.jpg", exitUsage, `--out is "a.jpg": want a name that ends in .png, .gif or .npy`},
		{"1 --out=", exitUsage, `--out is ""`},
		{"1 --gif --out a.png", exitUsage, "--gif writes an animation"},
		{"1 --frames 3", exitUsage, "--frames are those of an animation"},
		{"1 --gif --frames 1", exitUsage, "--frames is 1: want 2 to"},
		{"1 --count 0", exitUsage, "--count is 0: want 1 to 100000"},
		{"1 --count 100001", exitUsage, "--count is 100001: want 1 to 100000"},
		{"1 --rows -1", exitUsage, "--rows is -1"},
		{"1 --cols 0", exitUsage, "--cols is 0"},
		{"1 --count 5 --rows 2", exitUsage, "--count is of images by themselves"},
		{"1 --count 5 --cols 2", exitUsage, "--count is of images by themselves"},
		{"1 --count 5 --gif", exitUsage, "--count is of images by themselves"},
		{"1 --sweep digit", exitUsage, `--sweep is "digit": want code, c1, c2, …`},
		{"1 --sweep code --cols 3", exitUsage, "a column for each code"},
		{"1 --sweep code", exitFailed, "the model has no codes to sweep over"},
		{"1 --sweep c1", exitFailed, "the model has no continuous codes to sweep over"},
		{"1 --ema", exitFailed, "holds no average of the generator's weights: train with --ema-decay"},
		{"1 --rows 1000 --cols 1000", exitFailed, "1000000 images are asked for"},
		{"7", exitFailed, "there is no run 7"},
		{filepath.Join(full, "run.json"), exitFailed, "run.json"},
		{"1 --out " + full, exitFailed, full + ": it is not empty: choose another folder"},
		{"1 --out " + filepath.Join(full, "run.json", "a.png"), exitFailed, "a part of the path is a file"},
		{"1 --out /proc/a.npy", exitFailed, "cannot write /proc/a.npy"},
		{"1 --device nonsense", exitFailed, "nonsense"},
	} {
		code, stdout, stderr := vkgan(append([]string{"sample", "--dir", out}, strings.Fields(c.args)...)...)
		line, rest, _ := strings.Cut(stderr, "\n")
		if code != c.code || stdout != "" || !strings.Contains(line, c.want) || code == exitFailed && rest != "" {
			t.Errorf("%s: exit code %d, want %d, and one line with %q:\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
}

// Ctrl-C leaves no half-written output.
func TestCtrlCEndsSampling(t *testing.T) {
	out, into := t.TempDir(), t.TempDir()
	trained(t, smallSSGAN(t, out, "--max-steps", "1")...)
	for _, name := range []string{"a.npy", "folder"} {
		go func() {
			for begun := []string(nil); len(begun) == 0; begun, _ = filepath.Glob(filepath.Join(into, name+".*.tmp")) {
				time.Sleep(time.Millisecond)
			}
			syscall.Kill(os.Getpid(), syscall.SIGINT)
		}()
		var stdout, stderr shared
		code := run([]string{"sample", "--dir", out, "1", "--count", "100000", "--out", filepath.Join(into, name)}, streams{out: &stdout, err: &stderr})
		if left, _ := filepath.Glob(filepath.Join(into, "*")); code != 130 || stdout.Len() > 0 || len(left) > 0 {
			t.Errorf("%s: exit code %d, stdout %s, stderr %s, left %v", name, code, stdout.String(), stderr.String(), left)
		}
	}
}

func TestMeter(t *testing.T) {
	var out bytes.Buffer
	m := newMeter(&out, 3000, 100)
	now := m.began
	m.now = func() time.Time { return now }
	for range 300 {
		now = now.Add(100 * time.Millisecond)
		m.add()
	}
	if rate := m.finish(); rate != 10 {
		t.Errorf("%g images a second, want 10", rate)
	}
	want := "100/3,000 images\n" +
		"200/3,000 images  10 images/s  ETA 4 min 40 s\n" +
		"300/3,000 images  10 images/s  ETA 4 min 30 s\n" +
		"300 images in 30 s, 10 images/s once kernels were compiled\n"
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
}

func TestDescribed(t *testing.T) {
	for out, c := range map[string]struct {
		s    gan.Samples
		want string
	}{
		"a.png": {gan.Samples{Rows: 3, Cols: 10}, "3×10 images"},
		"a.npy": {gan.Samples{Rows: 3, Cols: 10}, "30 images"},
		"a/":    {gan.Samples{Count: 12345, Rows: 112, Cols: 111}, "12,345 images"},
		"a.gif": {gan.Samples{Rows: 2, Cols: 2, Frames: 60}, "2×2 images, 60 frames"},
	} {
		if got := described(out, c.s); got != c.want {
			t.Errorf("%s: %s, want %s", out, got, c.want)
		}
	}
}
