package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Each data set that cannot be read is one line that names folder, file, cause and remedy.
func TestBadData(t *testing.T) {
	const trainImages, testImages = "train-images-idx3-ubyte", "t10k-images-idx3-ubyte"
	const trainLabels = "train-labels-idx1-ubyte"
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, dir string) // of a folder that was good
		says   []string
	}{
		{"truncated", func(t *testing.T, dir string) { truncate(t, dir, trainImages, 1000) },
			[]string{trainImages, "2856 of them are missing", "get the file again"}},
		{"truncated header", func(t *testing.T, dir string) { truncate(t, dir, trainLabels, 3) },
			[]string{trainLabels, "5 are missing", "get the file again"}},
		{"truncated gzip", func(t *testing.T, dir string) { zip(t, dir, testImages); truncate(t, dir, testImages+".gz", 60) },
			[]string{testImages + ".gz", "damaged gzip data", "get the file again"}},
		{"not IDX", func(t *testing.T, dir string) { put(t, dir, trainLabels, []byte("5,0,4,1,9")) },
			[]string{trainLabels, "magic number 0x352c302c, expected 0x00000801 (labels of bytes)", "is it another file?"}},
		{"labels for images", func(t *testing.T, dir string) { rename(t, dir, trainLabels, trainImages) },
			[]string{trainImages, "magic number 0x00000801, expected 0x00000803 (images of bytes)", "is it another file?"}},
		{"counts", func(t *testing.T, dir string) { put(t, dir, trainLabels, append(header(0x801, 1), 7)) },
			[]string{trainImages + " has 60 images, but " + trainLabels + " has 1 labels", "get both from the same data set"}},
		{"images of no size", func(t *testing.T, dir string) { put(t, dir, trainImages, header(0x803, 60, 0, 8)) },
			[]string{trainImages, "dimensions [60 0 8]", "nothing to learn from"}},
		{"sizes", func(t *testing.T, dir string) {
			put(t, dir, testImages, images(25, 1, 1))
		},
			[]string{trainImages + " has images of 8×8, but " + testImages + " of 1×1", "make them the same size"}},
		{"absurd header", func(t *testing.T, dir string) { put(t, dir, trainImages, header(0x803, 1<<31, 1<<31, 1<<31)) },
			[]string{trainImages, "beyond the limit of 1073741824 bytes", "is the file damaged?"}},
		{"a missing file", func(t *testing.T, dir string) { remove(t, dir, testImages) },
			[]string{"no data set: none of the files " + testImages + ".gz, " + testImages, "is there; name a folder"}},
		{"an empty folder", func(t *testing.T, dir string) { empty(t, dir) },
			[]string{"no data set: none of the files " + trainImages + ".gz", "is there; name a folder"}},
		{"no folder", func(t *testing.T, dir string) { empty(t, dir); remove(t, dir, "") },
			[]string{"no data set: there is no such folder"}},
		{"a file for a folder", func(t *testing.T, dir string) { empty(t, dir); remove(t, dir, ""); put(t, dir, "", nil) },
			[]string{"no data set: it is a file; name the folder"}},
		{"a folder for a file", func(t *testing.T, dir string) { remove(t, dir, trainImages); folder(t, dir, trainImages) },
			[]string{trainImages + " is not a file"}},
		{"an unreadable folder", forbid,
			[]string{trainImages, "permission denied", "make folder and file readable"}},
		{"an unreadable file", func(t *testing.T, dir string) { forbid(t, filepath.Join(dir, trainLabels)) },
			[]string{trainLabels, "permission denied", "make folder and file readable"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := digits(t)
			test.damage(t, dir)
			code, out, stderr := vkgan("train", "infogan", "--data", dir, "--dry-run")
			if code != exitFailed || out != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "vkgan: "+dir) {
				t.Errorf("exit code %d, stdout %q, stderr %s", code, out, stderr)
			}
			for _, text := range test.says {
				if !strings.Contains(stderr, text) {
					t.Errorf("nothing of %q in %s", text, stderr)
				}
			}
		})
	}
}

// Other sizes and numbers of classes than MNIST's are the files' own; a class in between may have no images.
func TestOtherData(t *testing.T) {
	dir, out := stripes(t, 12, 8, 1, 2, 3, 4, 200), t.TempDir()
	code, stdout, stderr := vkgan("train", "infogan", "--recipe", "reference", "--data", dir, "--out", out, "--max-steps", "3",
		"-l", "3", "--batch-size", "20", "--z-dim", "4")
	says := "60 training and 25 test images of 12×8, 201 classes (no training image of 0 5 6 "
	if code != exitDone || !strings.Contains(stdout, says) {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile(filepath.Join(out, "00001-infogan-l3", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	data := fields(t, string(bytes.ReplaceAll(text, []byte("\n"), nil)))[0]["data"].(map[string]any)
	absent := data["absent_classes"].([]any)
	if data["classes"] != 201.0 || data["height"] != 12.0 || data["width"] != 8.0 || len(absent) != 196 {
		t.Errorf("run.json: %v", data)
	}
}

// images is an IDX file of black images.
func images(dims ...int) []byte {
	file, size := header(append([]int{0x803}, dims...)...), 1
	for _, n := range dims {
		size *= n
	}
	return append(file, make([]byte, size)...)
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func folder(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, dir, name string, size int64) {
	t.Helper()
	if err := os.Truncate(filepath.Join(dir, name), size); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		remove(t, dir, f.Name())
	}
}

func zip(t *testing.T, dir, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	remove(t, dir, name)
	put(t, dir, name+".gz", b.Bytes())
}

// forbid takes all permissions off a path until the test ends, and root's power to ignore that off this thread.
func forbid(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		const nobody = 65534
		if err := os.Chmod(filepath.Dir(t.TempDir()), 0o755); err != nil { // or nobody would not even get to path
			t.Fatal(err)
		}
		runtime.LockOSThread()
		syscall.Setfsuid(nobody)
		t.Cleanup(func() {
			syscall.Setfsuid(0)
			runtime.UnlockOSThread()
		})
	}
	t.Cleanup(func() { os.Chmod(path, 0o777) })
}
