// Package safetensors reads and writes safetensors files, the container of vkgan's checkpoints: a
// little-endian uint64 n, n bytes of JSON that name each tensor's type, shape and place, and the tensors' data
// without gaps.
//
// It is ours because the Go module that can be had (nlpodyssey/safetensors, commit of 2025-02-09, no release)
// accepts duplicate names, writes tensors in an order of its own and cannot read a header alone.
package safetensors

import (
	"fmt"
	"math/bits"
)

// DType is a type of elements.
type DType string

const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
	I32  DType = "I32"
	I16  DType = "I16"
	I8   DType = "I8"
	U64  DType = "U64"
	U32  DType = "U32"
	U16  DType = "U16"
	U8   DType = "U8"
	Bool DType = "BOOL"
)

// Size is the bytes of an element, 0 for a type that is none of the above.
func (d DType) Size() int {
	switch d {
	case F64, I64, U64:
		return 8
	case F32, I32, U32:
		return 4
	case F16, BF16, I16, U16:
		return 2
	case I8, U8, Bool:
		return 1
	}
	return 0
}

// Tensor is a named tensor. Data is little-endian and row-major; no shape makes a scalar.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	Data  []byte
}

// bytes is the length that the type and the shape call for.
func (t Tensor) bytes() (uint64, error) {
	size := uint64(t.DType.Size())
	if size == 0 {
		return 0, fmt.Errorf("tensor %q has the unknown dtype %q", t.Name, t.DType)
	}
	for _, n := range t.Shape {
		if n < 0 {
			return 0, fmt.Errorf("tensor %q has the negative dimension %d", t.Name, n)
		}
		over, product := bits.Mul64(size, uint64(n))
		if over != 0 {
			return 0, fmt.Errorf("tensor %q: a shape of %d overflows 64 bits", t.Name, t.Shape)
		}
		size = product
	}
	return size, nil
}

// File is what a file holds, its tensors in the order of their data.
type File struct {
	Metadata map[string]string // nil where there is none
	Tensors  []Tensor
}

// Tensor finds a tensor by its name.
func (f *File) Tensor(name string) (Tensor, bool) {
	for _, t := range f.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

const (
	lengthBytes = 8
	maxHeader   = 100_000_000    // bytes; the reference implementation's limit
	metadataKey = "__metadata__" // the one name that is no tensor's
)
