package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// entry is a tensor of the header and its place in the data.
type entry struct {
	Tensor
	begin, end uint64
}

// parseHeader reads the header of a file that holds room bytes of data, and returns where each tensor's data end;
// they begin where the one before ends.
func parseHeader(header []byte, room uint64) (f *File, ends []uint64, err error) {
	text, err := object(header)
	if err != nil {
		return nil, nil, err
	}
	f = &File{}
	var entries []entry
	d := decoder{json.NewDecoder(bytes.NewReader(text))}
	d.UseNumber()
	err = d.object("the header", func(key string) error {
		switch key {
		case "":
			return errors.New("a tensor has no name")
		case metadataKey:
			f.Metadata = map[string]string{}
			return d.object(metadataKey, func(k string) error {
				v, err := d.string(fmt.Sprintf("%s: %q", metadataKey, k))
				f.Metadata[k] = v
				return err
			})
		}
		e, err := d.entry(key)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if err := place(entries, room); err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		f.Tensors = append(f.Tensors, e.Tensor)
		ends = append(ends, e.end)
	}
	return f, ends, nil
}

// object is the header's JSON without its padding.
func object(header []byte) ([]byte, error) {
	if !bytes.HasPrefix(header, []byte("{")) {
		return nil, errors.New("not a safetensors file: the header does not begin with {")
	}
	if !utf8.Valid(header) {
		return nil, errors.New("the header is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	var text json.RawMessage
	if err := d.Decode(&text); err != nil {
		return nil, fmt.Errorf("the header is not JSON: %w", err)
	}
	if rest := bytes.TrimLeft(header[d.InputOffset():], " "); len(rest) > 0 {
		return nil, fmt.Errorf("the header's JSON is followed by %.20q; only spaces may follow", rest)
	}
	return text, nil
}

// place orders the entries by their data and checks that these fill the room without gaps or overlaps.
func place(entries []entry, room uint64) error {
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	end, last := uint64(0), "the header"
	for _, e := range entries {
		switch {
		case e.begin < end:
			return fmt.Errorf("tensor %q begins at byte %d of the data, within %s, which ends at %d", e.Name, e.begin, last, end)
		case e.begin > end:
			return fmt.Errorf("%d bytes lie between %s and tensor %q", e.begin-end, last, e.Name)
		}
		end, last = e.end, fmt.Sprintf("tensor %q", e.Name)
	}
	switch {
	case end > room:
		return fmt.Errorf("truncated: of the data's %d bytes, %d are missing", end, end-room)
	case end < room:
		return fmt.Errorf("%d bytes follow the data of the last tensor", room-end)
	}
	return nil
}

// decoder reads JSON that is known to be well-formed, token by token: this finds what encoding/json's
// Unmarshal lets pass, such as a key that occurs twice.
type decoder struct{ *json.Decoder }

// entry reads what the header says of one tensor.
func (d decoder) entry(name string) (entry, error) {
	what := fmt.Sprintf("tensor %q", name)
	e := entry{Tensor: Tensor{Name: name}}
	found := 0
	err := d.object(what, func(key string) error {
		what := what + ": " + key
		found++
		switch key {
		case "dtype":
			s, err := d.string(what)
			e.DType = DType(s)
			return err
		case "shape":
			return d.array(what, func() error {
				n, err := d.uint(what, strconv.IntSize-1)
				e.Shape = append(e.Shape, int(n))
				return err
			})
		case "data_offsets":
			var offsets []uint64
			err := d.array(what, func() error {
				n, err := d.uint(what, 64)
				offsets = append(offsets, n)
				return err
			})
			if err == nil && (len(offsets) != 2 || offsets[0] > offsets[1]) {
				err = fmt.Errorf("%s are not a begin and an end", what)
			}
			if err == nil {
				e.begin, e.end = offsets[0], offsets[1]
			}
			return err
		}
		return fmt.Errorf("%s is not dtype, shape or data_offsets", what)
	})
	if err != nil {
		return e, err
	}
	if found != 3 {
		return e, fmt.Errorf("%s lacks one of dtype, shape and data_offsets", what)
	}
	want, err := e.bytes()
	if err == nil && e.end-e.begin != want {
		err = fmt.Errorf("%s: %s of %d takes %d bytes, data_offsets give it %d", what, e.DType, e.Shape, want, e.end-e.begin)
	}
	return e, err
}

// object reads an object; member reads the value after a key.
func (d decoder) object(what string, member func(key string) error) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return cmp.Or(err, fmt.Errorf("%s is not an object", what))
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		if seen[key] {
			return fmt.Errorf("%s has the key %q twice", what, key)
		}
		seen[key] = true
		if err := member(key); err != nil {
			return err
		}
	}
	_, err := d.Token() // }
	return err
}

// array reads an array; element reads one of its values.
func (d decoder) array(what string, element func() error) error {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return cmp.Or(err, fmt.Errorf("%s is not an array", what))
	}
	for d.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := d.Token() // ]
	return err
}

func (d decoder) string(what string) (string, error) {
	t, err := d.Token()
	s, ok := t.(string)
	if err == nil && !ok {
		err = fmt.Errorf("%s is not a string", what)
	}
	return s, err
}

func (d decoder) uint(what string, bits int) (uint64, error) {
	t, err := d.Token()
	if err != nil {
		return 0, err
	}
	number, _ := t.(json.Number)
	n, err := strconv.ParseUint(string(number), 10, bits)
	if err != nil {
		return 0, fmt.Errorf("%s: %v is not a whole number from 0 to 2^%d-1", what, t, bits)
	}
	return n, nil
}
