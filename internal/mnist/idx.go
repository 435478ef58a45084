package mnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// maxBytes bounds a file, and what its header may call for: above the largest data sets in this format
// (EMNIST by class has 0.6 GiB), below what would exhaust memory where a header is hostile or damaged.
const maxBytes = 1 << 30

// maxDeflate is how many times its size gzipped data can grow.
const maxDeflate = 1032

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
	return Images{Count: dims[0], Height: dims[1], Width: dims[2], Pixels: data}, nil
}

// parseLabels reads an IDX file of labels: magic, count, then count bytes. The file may be gzipped.
func parseLabels(file []byte) ([]byte, error) {
	_, data, err := parse(file, magicLabels)
	return data, err
}

// parse returns the dimensions and the data after them, whose length it checks.
func parse(file []byte, magic uint32) (dims []int, data []byte, err error) {
	if file, err = unpack(file, magic); err != nil {
		return nil, nil, err
	}
	dims, size, err := parseHeader(file, magic)
	if err != nil {
		return nil, nil, err
	}
	data = file[headerBytes(magic):]
	switch n := int64(len(data)); {
	case n < size:
		return nil, nil, fmt.Errorf("truncated: dimensions %d call for %d bytes, %d of them are missing; get the file again", dims, size, size-n)
	case n > size:
		return nil, nil, fmt.Errorf("damaged: dimensions %d call for %d bytes, the file has more; get the file again", dims, size)
	}
	return dims, data, nil
}

// unpack returns the file itself or, where it is gzipped, what is in it: as much as its header calls for, and one byte
// more if there is more.
func unpack(file []byte, magic uint32) ([]byte, error) {
	if !bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
		return file, nil
	}
	damaged := func(err error) error { return fmt.Errorf("damaged gzip data: %w; get the file again", err) }
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, damaged(err)
	}
	header, err := io.ReadAll(io.LimitReader(z, headerBytes(magic)))
	if err != nil {
		return nil, damaged(err)
	}
	_, size, err := parseHeader(header, magic)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(header)
	out.Grow(int(min(size, maxDeflate*int64(len(file)))) + bytes.MinRead)
	if _, err := out.ReadFrom(io.LimitReader(z, size+1)); err != nil {
		return nil, damaged(err)
	}
	return out.Bytes(), nil
}

func headerBytes(magic uint32) int64 { return 4 + 4*int64(magic&0xff) }

// parseHeader checks the header against the magic number, and returns the dimensions and their product.
func parseHeader(file []byte, magic uint32) (dims []int, size int64, err error) {
	if n, header := int64(len(file)), headerBytes(magic); n < header {
		return nil, 0, fmt.Errorf("truncated: of the IDX header's %d bytes, %d are missing; get the file again", header, header-n)
	}
	if got := binary.BigEndian.Uint32(file); got != magic {
		return nil, 0, fmt.Errorf("magic number %#08x, expected %#08x (%s): is it another file?", got, magic,
			map[uint32]string{magicImages: "images of bytes", magicLabels: "labels of bytes"}[magic])
	}
	size = 1
	for at := int64(4); at < headerBytes(magic); at += 4 {
		n := binary.BigEndian.Uint32(file[at:])
		dims = append(dims, int(n))
		if size *= int64(n); size > maxBytes { // checked at each factor, so that it cannot overflow
			return nil, 0, fmt.Errorf("dimensions %d are beyond the limit of %d bytes: is the file damaged?", dims, maxBytes)
		}
	}
	if slices.Contains(dims, 0) {
		return nil, 0, fmt.Errorf("dimensions %d: the file holds nothing to learn from", dims)
	}
	return dims, size, nil
}
