package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Write writes a file: the tensors in the given order, the header padded with spaces to a multiple of 8 bytes.
// The same arguments give the same bytes. A file that Parse would not accept is refused before anything is written.
func Write(w io.Writer, metadata map[string]string, tensors []Tensor) error {
	header, err := header(metadata, tensors)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range tensors {
		if _, err := w.Write(t.Data); err != nil {
			return err
		}
	}
	return nil
}

// header is all that stands before the data: the length, the JSON, the padding.
func header(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, lengthBytes)) // the length is filled in at the end
	separator := byte('{')
	member := func(key string, value any) error {
		b.WriteByte(separator)
		separator = ','
		if err := appendJSON(b, key); err != nil {
			return err
		}
		b.WriteByte(':')
		return appendJSON(b, value)
	}

	for k, v := range metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %q: %q is not UTF-8", k, v)
		}
	}
	if len(metadata) > 0 {
		if err := member(metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	offset := 0
	seen := map[string]bool{}
	for _, t := range tensors {
		if err := writable(t); err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("two tensors are named %q", t.Name)
		}
		seen[t.Name] = true
		end := offset + len(t.Data)
		place := struct {
			DType   DType  `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}{t.DType, append([]int{}, t.Shape...), [2]int{offset, end}}
		if err := member(t.Name, place); err != nil {
			return nil, err
		}
		offset = end
	}
	if separator == '{' {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}

	n := b.Len() - lengthBytes
	if n > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes is above the limit of %d", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(n))
	return b.Bytes(), nil
}

// writable tells whether the tensor can stand in a file.
func writable(t Tensor) error {
	switch {
	case t.Name == "":
		return errors.New("a tensor has no name")
	case t.Name == metadataKey:
		return fmt.Errorf("no tensor can be named %q", metadataKey)
	case !utf8.ValidString(t.Name):
		return fmt.Errorf("the name %q is not UTF-8", t.Name)
	}
	want, err := t.bytes()
	if err != nil {
		return err
	}
	if uint64(len(t.Data)) != want {
		return fmt.Errorf("tensor %q: %s of %d takes %d bytes, its data has %d", t.Name, t.DType, t.Shape, want, len(t.Data))
	}
	return nil
}

// appendJSON appends a value as the reference implementation writes it: no spaces, no escapes for HTML.
func appendJSON(b *bytes.Buffer, value any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's newline
	return nil
}
