// Package tensorboard writes the event files that TensorBoard shows: scalars and images over training steps.
//
// An event file is a sequence of TFRecords, each an Event of tensorboard/compat/proto/event.proto; the first says the
// format's version.
package tensorboard

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Writer appends to an event file; it is for one goroutine. Each method writes one record with one write(2). Where that
// fails, the file is cut back to whole records; the error is an *fs.PathError.
type Writer struct {
	file   *os.File
	offset int64
}

// Create makes dir/events.out.tfevents.SECONDS.HOST.PID.0. The folder must be there, and the file must not.
func Create(dir string, now time.Time) (*Writer, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d.0", now.Unix(), host, os.Getpid())
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f}
	if err := w.write(event(now, 0, fileVersion, []byte("brain.Event:2"))); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return w, nil
}

// Append opens an existing file, cuts it at offset bytes, which an earlier Writer's Offset gave, and goes on behind
// them. It is an error if the file has fewer.
func Append(path string, offset int64) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && (offset < 0 || offset > info.Size()) {
		err = fmt.Errorf("%s: cannot go on at byte %d: the file has %d bytes", path, offset, info.Size())
	}
	if err == nil {
		err = f.Truncate(offset)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Writer{file: f, offset: offset}, nil
}

// Path is where the file is.
func (w *Writer) Path() string { return w.file.Name() }

// Offset is the length of the file in bytes.
func (w *Writer) Offset() int64 { return w.offset }

// Scalars writes values by their tags, as 32-bit floats, in one record. A tag such as "loss/d" puts its chart into the
// group "loss". No value, no record.
func (w *Writer) Scalars(step int64, now time.Time, values map[string]float64) error {
	if len(values) == 0 {
		return nil
	}
	var summary []byte
	for _, tag := range slices.Sorted(maps.Keys(values)) {
		summary = appendMessage(summary, summaryValue, scalar(tag, float32(values[tag])))
	}
	return w.write(event(now, step, eventSummary, summary))
}

// Image writes a grey PNG of the given size in pixels.
func (w *Writer) Image(step int64, now time.Time, tag string, height, width int, png []byte) error {
	summary := appendMessage(nil, summaryValue, image(tag, height, width, png))
	return w.write(event(now, step, eventSummary, summary))
}

// Close closes the file.
func (w *Writer) Close() error { return w.file.Close() }

func (w *Writer) write(event []byte) error {
	n, err := w.file.Write(record(event))
	if err != nil {
		w.file.Truncate(w.offset) // of a record that is not whole; its own error adds nothing to the first
		return err
	}
	w.offset += int64(n)
	return nil
}
