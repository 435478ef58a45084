package tensorboard

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 250e6, time.UTC)

func create(t *testing.T) *Writer {
	t.Helper()
	w, err := Create(t.TempDir(), noon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func reopen(t *testing.T, path string, offset int64) *Writer {
	t.Helper()
	w, err := Append(path, offset)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// loss writes one scalar.
func loss(t *testing.T, w *Writer, step int64) {
	t.Helper()
	if err := w.Scalars(step, noon, map[string]float64{"loss": float64(step) / 2}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(w.Path())
	if err != nil || info.Size() != w.Offset() {
		t.Errorf("after step %d the file has %d bytes, the writer says %d (%v)", step, info.Size(), w.Offset(), err)
	}
}

// steps are the steps of the events of a file that is whole.
func steps(t *testing.T, path string) (all []int64) {
	t.Helper()
	for i, e := range readFile(t, path) {
		if (i == 0) != (e.version == "brain.Event:2") {
			t.Errorf("event %d has version %q", i, e.version)
		}
		if i > 0 {
			all = append(all, e.step)
		}
	}
	return all
}

func TestEvents(t *testing.T) {
	w := create(t)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("events.out.tfevents.1795435200.%s.%d.0", host, os.Getpid())
	if got := filepath.Base(w.Path()); got != want {
		t.Errorf("file %s, want %s", got, want)
	}
	png := strings.Repeat("\x89PNG\x00", 1000)
	if err := errors.Join(
		w.Scalars(0, noon, map[string]float64{"loss/g": 1.5, "loss/d": math.Inf(1), "": -0.1, "é": 1e300}),
		w.Scalars(1, noon, nil),
		w.Image(300, noon.Add(time.Second), "samples", 302, 302, []byte(png)),
		w.Scalars(1<<40, noon.Add(time.Hour), map[string]float64{"test_error": 0.4021}),
		w.Close(),
	); err != nil {
		t.Fatal(err)
	}
	const wall = 1795435200.25
	wanted := []readEvent{
		{wall: wall, version: "brain.Event:2"},
		{wall: wall, values: []readValue{
			{tag: "", scalar: -0.1}, {tag: "loss/d", scalar: float32(math.Inf(1))}, {tag: "loss/g", scalar: 1.5}, {tag: "é", scalar: float32(math.Inf(1))},
		}},
		{wall: wall + 1, step: 300, values: []readValue{{tag: "samples", height: 302, width: 302, colorspace: 1, png: png}}},
		{wall: wall + 3600, step: 1 << 40, values: []readValue{{tag: "test_error", scalar: 0.4021}}},
	}
	got := readFile(t, w.Path())
	if len(got) != len(wanted) {
		t.Fatalf("%d events, want %d", len(got), len(wanted))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], wanted[i]) {
			t.Errorf("event %d: %.500q, want %.500q", i, fmt.Sprintf("%+v", got[i]), fmt.Sprintf("%+v", wanted[i]))
		}
	}
}

func TestNaN(t *testing.T) {
	w := create(t)
	if err := w.Scalars(1, noon, map[string]float64{"loss": math.NaN()}); err != nil {
		t.Fatal(err)
	}
	if v := readFile(t, w.Path())[1].values[0].scalar; v == v {
		t.Errorf("NaN became %v", v)
	}
}

func TestAppendCutsWhatCameAfter(t *testing.T) {
	first := create(t)
	loss(t, first, 50)
	kept := first.Offset()
	loss(t, first, 100)
	first.Close()
	for range 2 { // a run may be resumed from one checkpoint again and again
		w := reopen(t, first.Path(), kept)
		if w.Path() != first.Path() || w.Offset() != kept {
			t.Errorf("%s at %d, want %s at %d", w.Path(), w.Offset(), first.Path(), kept)
		}
		loss(t, w, 60)
		loss(t, w, 70)
		w.Close()
		if got := steps(t, first.Path()); !reflect.DeepEqual(got, []int64{50, 60, 70}) {
			t.Errorf("steps %v", got)
		}
	}
}

// A process that is killed may leave half a record.
func TestAppendBehindHalfARecord(t *testing.T) {
	first := create(t)
	loss(t, first, 50)
	kept := first.Offset()
	loss(t, first, 100)
	size := first.Offset()
	first.Close()
	for cut := size; cut >= kept; cut-- {
		if err := os.Truncate(first.Path(), cut); err != nil {
			t.Fatal(err)
		}
		w := reopen(t, first.Path(), kept)
		loss(t, w, 60)
		w.Close()
		if got := steps(t, first.Path()); !reflect.DeepEqual(got, []int64{50, 60}) {
			t.Fatalf("cut at %d: steps %v", cut, got)
		}
	}
}

func TestAppendErrors(t *testing.T) {
	w := create(t)
	w.Close()
	for _, offset := range []int64{w.Offset() + 1, -1} {
		_, err := Append(w.Path(), offset)
		want := fmt.Sprintf("%s: cannot go on at byte %d: the file has %d bytes", w.Path(), offset, w.Offset())
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if got := steps(t, w.Path()); len(got) != 0 { // the file is as it was
		t.Errorf("steps %v", got)
	}
	if _, err := Append(w.Path()+"x", 0); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestCreateErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create(filepath.Join(dir, "missing"), noon); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	w, err := Create(dir, noon)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := Create(dir, noon); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}

// A reader never meets half a record while the writer works: each goes out by one write(2). A pipe in packet mode keeps
// writes apart.
func TestOneWritePerRecord(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_DIRECT|syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	in, out := os.NewFile(uintptr(ends[0]), "in"), os.NewFile(uintptr(ends[1]), "out")
	defer in.Close()
	w := &Writer{file: out}
	values := map[string]float64{}
	for i := range 20 {
		values[fmt.Sprint(i)] = float64(i)
	}
	if err := errors.Join(w.Scalars(1, noon, values), w.Image(2, noon, "samples", 1, 1, []byte("png")), w.Close()); err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1<<16)
	for step, count := range []int{20, 1} {
		n, err := in.Read(packet)
		if err != nil {
			t.Fatal(err)
		}
		content, rest, err := readRecord(packet[:n])
		if err != nil || len(rest) != 0 {
			t.Fatalf("write %d is no record: %v, %d bytes left", step, err, len(rest))
		}
		e, err := readEventMessage(content)
		if err != nil || e.step != int64(step+1) || len(e.values) != count {
			t.Errorf("write %d: %+v %v", step, e, err)
		}
	}
}

// A record that does not fit leaves nothing behind.
func TestFullDisk(t *testing.T) {
	w := create(t)
	loss(t, w, 50)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: uint64(w.Offset()) + 20, Max: old.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	before := w.Offset()
	err := w.Scalars(100, noon, map[string]float64{"loss": 1})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, syscall.EFBIG) || w.Offset() != before {
		t.Errorf("%v, at %d after %d", err, w.Offset(), before)
	}
	loss(t, w, 150)
	if got := steps(t, w.Path()); !reflect.DeepEqual(got, []int64{50, 150}) {
		t.Errorf("steps %v", got)
	}
}
