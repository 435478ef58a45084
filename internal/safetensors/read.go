package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Parse reads a whole file; the tensors' Data are slices of data. It accepts nothing that the format does not
// allow. Of a file that was cut off the error says how many bytes are missing.
func Parse(data []byte) (*File, error) {
	n, err := headerLength(data, uint64(len(data)))
	if err != nil {
		return nil, err
	}
	header, rest := data[lengthBytes:lengthBytes+n], data[lengthBytes+n:]
	f, ends, err := parseHeader(header, uint64(len(rest)))
	if err != nil {
		return nil, err
	}
	begin := uint64(0)
	for i, end := range ends {
		f.Tensors[i].Data = rest[begin:end:end]
		begin = end
	}
	return f, nil
}

// Read reads the regular file at path; errors name it.
func Read(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	data := make([]byte, info.Size())
	var f *File
	if _, err = io.ReadFull(file, data); err == nil {
		f, err = Parse(data)
	}
	if named := (*fs.PathError)(nil); err != nil && !errors.As(err, &named) {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return f, err
}

// headerLength is what the first bytes of a file of the given size say of the header's length.
func headerLength(first []byte, size uint64) (uint64, error) {
	if size < lengthBytes {
		return 0, fmt.Errorf("truncated: of the %d bytes of the header's length, %d are missing", lengthBytes, lengthBytes-size)
	}
	n := binary.LittleEndian.Uint64(first)
	if n > maxHeader {
		return 0, fmt.Errorf("not a safetensors file: a header of %d bytes is above the limit of %d", n, maxHeader)
	}
	if room := size - lengthBytes; n > room {
		return 0, fmt.Errorf("truncated: of the header's %d bytes, %d are missing", n, n-room)
	}
	return n, nil
}
