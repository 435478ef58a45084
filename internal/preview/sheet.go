package preview

import (
	"unsafe"

	"vkgan/gan"
	"vkgan/layers"
	"vkgan/vk"
)

// sheet is latents that the host writes: the explored point first, then variations of it.
type sheet struct {
	latents layers.Tensor // [rows,width]
	buffer  *vk.Buffer
	space   gan.Latents
	rows    int
}

func newSheet(dev *vk.Device, space gan.Latents, rows int) (*sheet, error) {
	b, err := dev.NewBuffer("preview latents", 4*int64(rows*space.Size()), vk.Host)
	if err != nil {
		return nil, err
	}
	latents := layers.Tensor{Data: b.All(), Rows: rows, Groups: 1, Shape: layers.Vector(space.Size())}
	return &sheet{latents, b, space, rows}, nil
}

// write puts the points into the sheet, which the device must not be reading.
func (s *sheet) write(points []gan.Point) {
	bytes := s.buffer.Bytes()
	values := unsafe.Slice((*float32)(unsafe.Pointer(&bytes[0])), len(bytes)/4)
	for i, p := range points {
		copy(values[i*s.space.Size():], s.space.Row(p))
	}
}

func (s *sheet) free() { s.buffer.Free() }
