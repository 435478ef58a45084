package layers

import (
	"fmt"

	"vkgan/vk"
)

// Shape is one row of a batch: height, width, channels; 1×1×C for vectors.
type Shape struct{ H, W, C int }

// Size is the number of elements.
func (s Shape) Size() int { return s.H * s.W * s.C }

// Vector is the shape of c features.
func Vector(c int) Shape { return Shape{1, 1, c} }

func (s Shape) String() string { return fmt.Sprintf("%d×%d×%d", s.H, s.W, s.C) }

// Tensor is a batch on the device: [Rows, H, W, C] float32. Groups says into how many equal parts batch statistics
// cut it; 0 means 1.
type Tensor struct {
	Data   vk.Range
	Rows   int
	Groups int
	Shape
	moments *moments // to be taken by the kernel that makes the batch, if it can; nil: none
}

// Part is the rows [from, to), as one group.
func (t Tensor) Part(from, to int) Tensor {
	row := int64(t.Size()) * 4
	return Tensor{Data: t.Data.Slice(int64(from)*row, int64(to-from)*row), Rows: to - from, Groups: 1, Shape: t.Shape}
}

// rowOf is the first row of a part of the batch.
func (t Tensor) rowOf(part Tensor) int {
	return int((part.Data.Offset() - t.Data.Offset()) / int64(4*t.Size()))
}

// InGroups is the same batch, cut into n groups.
func (t Tensor) InGroups(n int) Tensor {
	t.Groups = n
	return t
}

// As is the same batch seen with another shape of equal size.
func (t Tensor) As(s Shape) Tensor {
	if s.Size() != t.Size() {
		panic(fmt.Sprintf("layers: %v seen as %v", t.Shape, s))
	}
	t.Shape = s
	return t
}

// elements is the number of elements of the whole batch.
func (t Tensor) elements() int { return t.Rows * t.Size() }

// firstRows is the part of a layer's buffer that belongs to an input batch.
func (t Tensor) firstRows(x Tensor) Tensor { return t.Part(0, x.Rows).InGroups(x.Groups) }

func (t Tensor) lastRows(n int) Tensor { return t.Part(t.Rows-n, t.Rows) }

// Read copies the batch off the device.
func (t Tensor) Read(dev *vk.Device) ([]float32, error) {
	values := make([]float32, t.elements())
	return values, dev.Download(vk.Bytes(values), t.Data)
}
