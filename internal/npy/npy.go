// Package npy writes NumPy's array files, version 1.0 of the format that NumPy's documentation specifies
// (numpy.lib.format): `numpy.load` reads them.
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const (
	magic     = "\x93NUMPY\x01\x00"
	alignment = 64 // of the data
)

// WriteHeader begins a file of float32, row-major, of a shape. The values follow, by Write.
func WriteHeader(w io.Writer, shape ...int) error {
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = strconv.Itoa(n)
	}
	text := strings.Join(dims, ", ")
	if len(shape) == 1 {
		text += ","
	}
	text = fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", text)
	const before = len(magic) + 2
	padded := (before+len(text)+1+alignment-1)/alignment*alignment - before
	head := binary.LittleEndian.AppendUint16([]byte(magic), uint16(padded))
	head = append(head, fmt.Sprintf("%-*s\n", padded-1, text)...)
	_, err := w.Write(head)
	return err
}

// Write writes the next values.
func Write(w io.Writer, values []float32) error {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	_, err := w.Write(data)
	return err
}
