package tensorboard

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"testing"
)

// The tests' reader shares nothing with the writer: the checksum goes by bits, from the polynomial, and the messages
// are taken apart by hand.

// readValue is a tag with its value: a scalar, or an image.
type readValue struct {
	tag                       string
	scalar                    float32
	height, width, colorspace uint64
	png                       string
}

type readEvent struct {
	wall    float64
	step    int64
	version string
	values  []readValue
}

// readFile reads an event file to its end, which must be the end of a record.
func readFile(t *testing.T, path string) []readEvent {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var events []readEvent
	for len(data) > 0 {
		content, rest, err := readRecord(data)
		if err == nil {
			var e readEvent
			e, err = readEventMessage(content)
			events = append(events, e)
		}
		if err != nil {
			t.Fatalf("%s, event %d: %v", path, len(events), err)
		}
		data = rest
	}
	return events
}

// readRecord takes a TFRecord from the front of data.
func readRecord(data []byte) (content, rest []byte, err error) {
	if len(data) < 12 {
		return nil, nil, fmt.Errorf("%d bytes where a record begins", len(data))
	}
	length := binary.LittleEndian.Uint64(data)
	if err := checksum(data[:8], data[8:12]); err != nil {
		return nil, nil, fmt.Errorf("length: %w", err)
	}
	if uint64(len(data)) < 16+length {
		return nil, nil, fmt.Errorf("a record of %d bytes, of which %d are there", length, len(data)-16)
	}
	content, rest = data[12:12+length], data[16+length:]
	return content, rest, checksum(content, data[12+length:])
}

func checksum(data, stored []byte) error {
	crc := bitwiseCRC32C(data)
	if want, got := (crc>>15|crc<<17)+0xa282ead8, binary.LittleEndian.Uint32(stored); want != got {
		return fmt.Errorf("checksum %08x, want %08x", got, want)
	}
	return nil
}

// bitwiseCRC32C divides by Castagnoli's polynomial 1EDC6F41, bits reversed (RFC 3720, appendix B.4).
func bitwiseCRC32C(data []byte) uint32 {
	crc := ^uint32(0)
	for _, b := range data {
		crc ^= uint32(b)
		for range 8 {
			carry := crc & 1
			crc >>= 1
			if carry == 1 {
				crc ^= 0x82f63b78
			}
		}
	}
	return ^crc
}

func TestReaderChecksum(t *testing.T) {
	if got := bitwiseCRC32C([]byte("123456789")); got != 0xe3069283 { // the check value of the catalogues
		t.Errorf("%08x", got)
	}
	if got := bitwiseCRC32C(make([]byte, 32)); got != 0x8a9136aa { // RFC 3720
		t.Errorf("%08x", got)
	}
}

// field is a field of a message: a number (of wire types 0, 1 and 5) or bytes (2).
type field struct {
	id    uint64
	n     uint64
	bytes []byte
}

func id(number, wireType uint64) uint64 { return number<<3 | wireType }

func fields(message []byte) ([]field, error) {
	var all []field
	for len(message) > 0 {
		var f field
		var err error
		if f.id, message, err = varint(message); err != nil {
			return nil, err
		}
		size := map[uint64]uint64{1: 8, 5: 4}[f.id&7]
		switch f.id & 7 {
		case 0:
			f.n, message, err = varint(message)
		case 2:
			size, message, err = varint(message)
		case 1, 5:
		default:
			err = fmt.Errorf("wire type %d", f.id&7)
		}
		if err == nil && uint64(len(message)) < size {
			err = fmt.Errorf("field %d of %d bytes, of which %d are there", f.id>>3, size, len(message))
		}
		if err != nil {
			return nil, err
		}
		f.bytes, message = message[:size], message[size:]
		for i := range f.bytes {
			if f.id&7 != 2 {
				f.n |= uint64(f.bytes[i]) << (8 * i)
			}
		}
		all = append(all, f)
	}
	return all, nil
}

func varint(b []byte) (n uint64, rest []byte, err error) {
	for i := range b {
		n |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return n, b[i+1:], nil
		}
	}
	return 0, nil, fmt.Errorf("a number without end")
}

// each calls take for every field; a field that take does not know is an error.
func each(message []byte, take func(f field) (known bool, err error)) error {
	all, err := fields(message)
	if err != nil {
		return err
	}
	for _, f := range all {
		if known, err := take(f); err != nil {
			return err
		} else if !known {
			return fmt.Errorf("unknown field %d of wire type %d", f.id>>3, f.id&7)
		}
	}
	return nil
}

func readEventMessage(message []byte) (e readEvent, err error) {
	err = each(message, func(f field) (bool, error) {
		switch f.id {
		case id(1, 1):
			e.wall = math.Float64frombits(f.n)
		case id(2, 0):
			e.step = int64(f.n)
		case id(3, 2):
			e.version = string(f.bytes)
		case id(5, 2):
			return true, each(f.bytes, func(f field) (bool, error) {
				v, err := readValueMessage(f.bytes)
				e.values = append(e.values, v)
				return f.id == id(1, 2), err
			})
		default:
			return false, nil
		}
		return true, nil
	})
	return e, err
}

func readValueMessage(message []byte) (v readValue, err error) {
	err = each(message, func(f field) (bool, error) {
		switch f.id {
		case id(1, 2):
			v.tag = string(f.bytes)
		case id(2, 5):
			v.scalar = math.Float32frombits(uint32(f.n))
		case id(4, 2):
			return true, each(f.bytes, func(f field) (bool, error) {
				switch f.id {
				case id(1, 0):
					v.height = f.n
				case id(2, 0):
					v.width = f.n
				case id(3, 0):
					v.colorspace = f.n
				case id(4, 2):
					v.png = string(f.bytes)
				default:
					return false, nil
				}
				return true, nil
			})
		default:
			return false, nil
		}
		return true, nil
	})
	return v, err
}
