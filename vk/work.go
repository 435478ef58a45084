package vk

import "fmt"

// Command is a step of a program, as it was recorded.
type Command struct {
	Section   string
	Kernel    string       // the dispatch's label, "copy" or "fill"
	Operation fmt.Stringer // nil: none was named
	Work      Work
}

// Work is what a step has to do, however it does it.
type Work struct {
	Dense float64 // floating-point operations of a product or a convolution: 2 for each multiply-add; all else is left out
	Taps  float64 // the same without the taps of filters that fall on padding
	Bytes float64 // to read and to write, everything once
}

// Add adds other to w.
func (w *Work) Add(other Work) {
	w.Dense += other.Dense
	w.Taps += other.Taps
	w.Bytes += other.Bytes
}

// traffic is the bytes of c's arguments: those that it reads and writes count twice.
func (c Call) traffic() (bytes float64) {
	for i, r := range c.Args {
		if i >= len(c.Shader.Args) {
			break // Dispatch will say so
		}
		if c.Shader.Args[i].Access == ReadWrite {
			bytes += float64(r.bytes)
		}
		bytes += float64(r.bytes)
	}
	return bytes
}
