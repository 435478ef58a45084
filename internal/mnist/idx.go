package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
)

// maxBytes bounds what one file may hold, unpacked: far above any data set of this kind, far below
// what would exhaust memory on a hostile or damaged header.
const maxBytes = 1 << 30

// The IDX magic numbers: two zero bytes, 0x08 for unsigned bytes, the number of dimensions.
const (
	magicLabels = 0x0801
	magicImages = 0x0803
)

// parseImages reads an IDX file of images: magic, count, height, width (big-endian 32-bit words),
// then count·height·width bytes, row by row. The file may be gzipped.
func parseImages(file []byte) (Images, error) {
	dims, data, err := parse(file, magicImages)
	if err != nil {
		return Images{}, err
	}
	im := Images{Count: dims[0], Height: dims[1], Width: dims[2], Pixels: data}
	if im.Count == 0 || im.Height == 0 || im.Width == 0 {
		return Images{}, fmt.Errorf("no pixels: %d images of %d×%d", im.Count, im.Height, im.Width)
	}
	return im, nil
}

// parseLabels reads an IDX file of labels: magic, count, then count bytes. The file may be gzipped.
func parseLabels(file []byte) ([]byte, error) {
	_, data, err := parse(file, magicLabels)
	return data, err
}

// parse checks the header against the magic and the length against the header, and returns the
// dimensions and the data after them.
func parse(file []byte, magic uint32) (dims []int, data []byte, err error) {
	if file, err = unpack(file); err != nil {
		return nil, nil, err
	}
	header := 4 + 4*int(magic&0xff)
	if len(file) < header {
		return nil, nil, fmt.Errorf("%d bytes are too few for an IDX header of %d", len(file), header)
	}
	if got := binary.BigEndian.Uint32(file); got != magic {
		return nil, nil, fmt.Errorf("magic number %#08x, expected %#08x (%s)", got, magic,
			map[uint32]string{magicImages: "images of bytes", magicLabels: "labels of bytes"}[magic])
	}
	want := uint64(1)
	for at := 4; at < header; at += 4 {
		n := binary.BigEndian.Uint32(file[at:])
		dims = append(dims, int(n))
		if want *= uint64(n); want > maxBytes { // checked at each factor, so that it cannot overflow
			return nil, nil, fmt.Errorf("dimensions %d are beyond the limit of %d bytes", dims, maxBytes)
		}
	}
	data = file[header:]
	if uint64(len(data)) != want {
		return nil, nil, fmt.Errorf("dimensions %d call for %d bytes, the file has %d", dims, want, len(data))
	}
	return dims, data, nil
}

// unpack returns the file itself, or what is in it if it is gzipped.
func unpack(file []byte) ([]byte, error) {
	if !bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
		return file, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxBytes+17))
	if err != nil {
		return nil, fmt.Errorf("damaged gzip data: %w", err)
	}
	return out, nil
}
