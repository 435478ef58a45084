package npy

import (
	"bytes"
	"strings"
	"testing"
)

// Headers as numpy.lib.format specifies them: magic, version, the dictionary's length, the dictionary, spaces to a multiple of 64.
func TestFiles(t *testing.T) {
	for _, c := range []struct {
		shape  []int
		header string // without the spaces that fill it up
		bytes  int
	}{
		{[]int{3}, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 128},
		{[]int{100000, 28, 28}, "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 28, 28), }", 128},
		{[]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
			"{'descr': '<f4', 'fortran_order': False, 'shape': (1" + strings.Repeat(", 1", 21) + "), }", 192},
	} {
		var file bytes.Buffer
		if err := WriteHeader(&file, c.shape...); err != nil {
			t.Fatal(err)
		}
		head := file.Bytes()
		want := "\x93NUMPY\x01\x00" + string([]byte{byte(c.bytes - 10), 0}) + c.header
		want += strings.Repeat(" ", c.bytes-1-len(want)) + "\n"
		if string(head) != want {
			t.Errorf("%v: %q, want %q", c.shape, head, want)
		}
	}
	var file bytes.Buffer
	if err := Write(&file, []float32{1, -2.5}); err != nil || !bytes.Equal(file.Bytes(), []byte{0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0}) {
		t.Errorf("% x, %v", file.Bytes(), err)
	}
}
