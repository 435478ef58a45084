package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// file puts a header's length before it and n bytes of data behind it.
func file(header string, n int) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), make([]byte, n)...)
}

// tensor is a header's member.
func tensor(name, dtype, shape, offsets string) string {
	return fmt.Sprintf(`%q:{"dtype":%q,"shape":%s,"data_offsets":%s}`, name, dtype, shape, offsets)
}

var (
	network = []Tensor{
		{Name: "g.0.weight", DType: F32, Shape: []int{2, 3}, Data: []byte("123456789012345678901234")},
		{Name: "none", DType: U8, Shape: []int{0, 7}, Data: []byte{}},
		{Name: "a scalar, \"é\"", DType: F64, Shape: []int{}, Data: []byte("12345678")},
		{Name: "d.bias", DType: BF16, Shape: []int{1}, Data: []byte("12")},
	}
	metadata = map[string]string{"step": "600", "model": "infogan", "": "<\n>"}
)

func written(t testing.TB, metadata map[string]string, tensors []Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	data := written(t, metadata, network)
	if n := binary.LittleEndian.Uint64(data); n%8 != 0 {
		t.Errorf("the header has %d bytes", n)
	}
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(f.Metadata, metadata) || len(f.Tensors) != len(network) {
		t.Errorf("got %v", f)
	}
	for i, want := range network {
		got := f.Tensors[i]
		if got.Name != want.Name || got.DType != want.DType || fmt.Sprint(got.Shape) != fmt.Sprint(want.Shape) || !bytes.Equal(got.Data, want.Data) {
			t.Errorf("got %v, want %v", got, want)
		}
		if found, ok := f.Tensor(want.Name); !ok || !reflect.DeepEqual(found, got) {
			t.Errorf("%s: found %v", want.Name, found)
		}
	}
	if _, ok := f.Tensor("absent"); ok {
		t.Error("found an absent tensor")
	}
	if !bytes.Equal(data, written(t, f.Metadata, f.Tensors)) {
		t.Error("the same tensors gave other bytes")
	}
	if data[len(data)-1] = 'x'; f.Tensors[3].Data[1] != 'x' {
		t.Error("Parse copies the data")
	}
}

func TestEmptyFile(t *testing.T) {
	data := written(t, nil, nil)
	if string(data[lengthBytes:]) != "{}      " {
		t.Errorf("got %q", data)
	}
	if f, err := Parse(data); err != nil || f.Metadata != nil || f.Tensors != nil {
		t.Errorf("got %v, %v", f, err)
	}
}

// The reference implementation's file is read, and written again with the same bytes; see testdata/golden.py.
func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "golden.safetensors")
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	dtypes := []DType{Bool, U8, I8, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64}
	names := []string{"bool", "uint8", "int8", "int16", "uint16", "float16", "bfloat16", "int32", "uint32", "float32", "int64", "uint64", "float64"}
	for i, dtype := range dtypes {
		got, _ := f.Tensor(fmt.Sprintf("g.%d.%s", i, names[i]))
		data := make([]byte, 6*dtype.Size())
		for j := range data {
			data[j] = byte(i + j)
		}
		if got.DType != dtype || !reflect.DeepEqual(got.Shape, []int{2, 3}) || !bytes.Equal(got.Data, data) {
			t.Errorf("%s: got %v", dtype, got)
		}
	}
	if got, _ := f.Tensor("scalar <&>"); len(got.Shape) != 0 || string(got.Data) != "\x00\x00\x80?" {
		t.Errorf("scalar: got %v", got)
	}
	if got, ok := f.Tensor("empty \"é\" ☃ \n"); !ok || !reflect.DeepEqual(got.Shape, []int{0, 4}) || len(got.Data) != 0 {
		t.Errorf("empty: got %v", got)
	}
	if len(f.Tensors) != len(dtypes)+2 || f.Metadata["step \\ é\t"] != "infogan </script>" {
		t.Errorf("%d tensors, metadata %q", len(f.Tensors), f.Metadata)
	}
	if got := written(t, f.Metadata, f.Tensors); !bytes.Equal(got, want) {
		t.Errorf("written:\n%q\nreference:\n%q", got, want)
	}
}

type badFile struct {
	data []byte
	want string // in the error
}

// badFiles are one of each kind.
func badFiles() map[string]badFile {
	one := tensor("a", "F32", "[2]", "[0,8]")
	length := func(n uint64) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), "{}"...) }
	return map[string]badFile{
		"empty":             {nil, "truncated: of the 8 bytes of the header's length, 8 are missing"},
		"short":             {[]byte{1, 2, 3}, "truncated: of the 8 bytes of the header's length, 5 are missing"},
		"header cut off":    {length(12), "truncated: of the header's 12 bytes, 10 are missing"},
		"header too long":   {length(1e8 + 1), "not a safetensors file: a header of 100000001 bytes is above the limit of 100000000"},
		"header of 2^64-1":  {length(1<<64 - 1), "a header of 18446744073709551615 bytes is above"},
		"header of nothing": {file("", 0), "the header does not begin with {"},
		"an array":          {file("[]", 0), "the header does not begin with {"},
		"a space first":     {file(" {}", 0), "the header does not begin with {"},
		"not JSON":          {file(`{"a":,}`, 0), "the header is not JSON: invalid character ','"},
		"JSON cut off":      {file(`{"a":`, 0), "the header is not JSON: unexpected EOF"},
		"not UTF-8":         {file("{\"\xff\":1}", 0), "the header is not UTF-8"},
		"nested":            {file(strings.Repeat(`{"a":`, 1e6), 0), "the header is not JSON: "},
		"trailing":          {file("{}  x", 0), `the header's JSON is followed by "x"`},
		"trailing object":   {file("{} {}", 0), `the header's JSON is followed by "{}"`},
		"trailing newline":  {file("{}\n", 0), `the header's JSON is followed by "\n"`},

		"duplicate tensor":   {file("{"+one+","+one+"}", 8), `the header has the key "a" twice`},
		"duplicate field":    {file(`{"a":{"dtype":"F32","dtype":"F32","data_offsets":[0,8]}}`, 8), `tensor "a" has the key "dtype" twice`},
		"duplicate metadata": {file(`{"__metadata__":{"k":"1","\u006b":"1"}}`, 0), `__metadata__ has the key "k" twice`},

		"empty name":        {file("{"+tensor("", "F32", "[2]", "[0,8]")+"}", 8), "a tensor has no name"},
		"tensor a number":   {file(`{"a":1}`, 0), `tensor "a" is not an object`},
		"unknown key":       {file(`{"a":{"type":"F32"}}`, 0), `tensor "a": type is not dtype, shape or data_offsets`},
		"no shape":          {file(`{"a":{"dtype":"U8","data_offsets":[0,1]}}`, 1), `tensor "a" lacks one of dtype, shape and data_offsets`},
		"unknown dtype":     {file("{"+tensor("a", "F31", "[2]", "[0,8]")+"}", 8), `tensor "a" has the unknown dtype "F31"`},
		"dtype a number":    {file(`{"a":{"dtype":1}}`, 0), `tensor "a": dtype is not a string`},
		"shape a number":    {file(`{"a":{"shape":1}}`, 0), `tensor "a": shape is not an array`},
		"shape of strings":  {file("{"+tensor("a", "F32", `["2"]`, "[0,8]")+"}", 8), `tensor "a": shape: 2 is not a whole number`},
		"negative shape":    {file("{"+tensor("a", "F32", "[-2]", "[0,8]")+"}", 8), `tensor "a": shape: -2 is not a whole number from 0 to 2^63-1`},
		"fractional shape":  {file("{"+tensor("a", "F32", "[2.0]", "[0,8]")+"}", 8), `tensor "a": shape: 2.0 is not a whole number`},
		"overflowing int":   {file("{"+tensor("a", "F32", "[9223372036854775808]", "[0,8]")+"}", 8), `tensor "a": shape: 9223372036854775808 is not a whole number from 0 to 2^63-1`},
		"overflowing shape": {file("{"+tensor("a", "F32", "[4294967296,4294967296]", "[0,0]")+"}", 0), `tensor "a": a shape of [4294967296 4294967296] overflows`},
		"overflowing bytes": {file("{"+tensor("a", "F32", "[4611686018427387904]", "[0,0]")+"}", 0), `tensor "a": a shape of [4611686018427387904] overflows`},

		"offsets a string": {file("{"+tensor("a", "F32", "[2]", `"0"`)+"}", 8), `tensor "a": data_offsets is not an array`},
		"three offsets":    {file("{"+tensor("a", "F32", "[2]", "[0,8,8]")+"}", 8), `tensor "a": data_offsets are not a begin and an end`},
		"reversed offsets": {file("{"+tensor("a", "F32", "[2]", "[8,0]")+"}", 8), `tensor "a": data_offsets are not a begin and an end`},
		"negative offset":  {file("{"+tensor("a", "F32", "[2]", "[-8,0]")+"}", 8), `tensor "a": data_offsets: -8 is not a whole number from 0 to 2^64-1`},
		"wrong offsets":    {file("{"+tensor("a", "F32", "[2]", "[0,4]")+"}", 8), `tensor "a": F32 of [2] takes 8 bytes, data_offsets give it 4`},

		"hole at the start": {file("{"+tensor("a", "F32", "[2]", "[1,9]")+"}", 9), `1 bytes lie between the header and tensor "a"`},
		"hole":              {file("{"+one+","+tensor("b", "U8", "[1]", "[10,11]")+"}", 11), `2 bytes lie between tensor "a" and tensor "b"`},
		"overlap":           {file("{"+one+","+tensor("b", "U8", "[1]", "[7,8]")+"}", 8), `tensor "b" begins at byte 7 of the data, within tensor "a", which ends at 8`},
		"same place":        {file("{"+one+","+tensor("b", "F32", "[2]", "[0,8]")+"}", 8), `tensor "b" begins at byte 0 of the data, within tensor "a"`},
		"beyond the file":   {file("{"+one+"}", 3), "truncated: of the data's 8 bytes, 5 are missing"},
		"bytes left":        {file("{"+one+"}", 10), "2 bytes follow the data of the last tensor"},

		"metadata a string": {file(`{"__metadata__":"a"}`, 0), "__metadata__ is not an object"},
		"metadata null":     {file(`{"__metadata__":null}`, 0), "__metadata__ is not an object"},
		"metadata number":   {file(`{"__metadata__":{"step":1}}`, 0), `__metadata__: "step" is not a string`},
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range badFiles() {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse: %v, want %q", err, c.want)
			}
			path := filepath.Join(t.TempDir(), "bad.safetensors")
			if err := os.WriteFile(path, c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(path); err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), path) != 1 || strings.Contains(err.Error(), "\n") {
				t.Errorf("Read: %v, want %q", err, c.want)
			}
		})
	}
}

// Tensors may stand in the header in another order than their data.
func TestOrder(t *testing.T) {
	f, err := Parse(file("{"+tensor("b", "U8", "[1]", "[8,9]")+","+tensor("a", "F32", "[2]", "[0,8]")+"}", 9))
	if err != nil || f.Tensors[0].Name != "a" || len(f.Tensors[0].Data) != 8 || len(f.Tensors[1].Data) != 1 {
		t.Errorf("got %v, %v", f, err)
	}
}

// Any file cut off anywhere says so.
func TestTruncated(t *testing.T) {
	data := written(t, metadata, network)
	for n := range data {
		if _, err := Parse(data[:n]); err == nil || !strings.Contains(err.Error(), "are missing") {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	data := []byte("1234")
	cases := map[string]struct {
		metadata map[string]string
		tensors  []Tensor
		want     string
	}{
		"no name":           {nil, []Tensor{{DType: U8, Shape: []int{4}, Data: data}}, "a tensor has no name"},
		"metadata's name":   {nil, []Tensor{{Name: "__metadata__", DType: U8, Shape: []int{4}, Data: data}}, `no tensor can be named "__metadata__"`},
		"name not UTF-8":    {nil, []Tensor{{Name: "\xff", DType: U8, Shape: []int{4}, Data: data}}, `the name "\xff" is not UTF-8`},
		"metadata bytes":    {map[string]string{"k": "\xff"}, nil, `metadata "k": "\xff" is not UTF-8`},
		"twice":             {nil, []Tensor{{"a", U8, []int{4}, data}, {"a", U8, []int{4}, data}}, `two tensors are named "a"`},
		"dtype":             {nil, []Tensor{{"a", "F31", []int{4}, data}}, `tensor "a" has the unknown dtype "F31"`},
		"negative":          {nil, []Tensor{{"a", U8, []int{-2, -2}, data}}, `tensor "a" has the negative dimension -2`},
		"length":            {nil, []Tensor{{"a", F32, []int{4}, data}}, `tensor "a": F32 of [4] takes 16 bytes, its data has 4`},
		"header's length":   {map[string]string{"k": strings.Repeat("v", maxHeader)}, nil, "is above the limit of 100000000"},
		"overflowing shape": {nil, []Tensor{{"a", U8, []int{1 << 40, 1 << 40}, data}}, "overflows 64 bits"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Write(&b, c.metadata, c.tensors); err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
				t.Errorf("got %v with %d bytes written, want %q", err, b.Len(), c.want)
			}
		})
	}
}

// full is a disk that takes n more bytes.
type full struct{ n int }

var errFull = errors.New("no space left")

func (w *full) Write(p []byte) (int, error) {
	if w.n -= len(p); w.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	size := len(written(t, metadata, network))
	for _, n := range []int{0, size - 1} {
		if err := Write(&full{n}, metadata, network); !errors.Is(err, errFull) {
			t.Errorf("room for %d of %d bytes: %v", n, size, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	absent := filepath.Join(dir, "absent")
	if _, err := Read(absent); !errors.Is(err, os.ErrNotExist) || strings.Count(err.Error(), absent) != 1 {
		t.Errorf("an absent file: %v", err)
	}
	if _, err := Read(dir); err == nil || err.Error() != dir+": not a regular file" {
		t.Errorf("a folder: %v", err)
	}
}

// FuzzParse: whatever the bytes, parsing ends without a panic; what it accepts fills the file exactly, and
// written again it is read as the same.
func FuzzParse(f *testing.F) {
	golden, err := os.ReadFile(filepath.Join("testdata", "golden.safetensors"))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{nil, golden, written(f, metadata, network), written(f, nil, nil)} {
		f.Add(seed)
	}
	bad := badFiles()
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		if data := bad[name].data; len(data) < 1<<10 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		size := lengthBytes + int(binary.LittleEndian.Uint64(data))
		for _, tensor := range file.Tensors {
			elements := tensor.DType.Size()
			for _, n := range tensor.Shape {
				elements *= n
			}
			if tensor.Name == "" || elements != len(tensor.Data) {
				t.Errorf("accepted %q: %s of %d with %d bytes", tensor.Name, tensor.DType, tensor.Shape, len(tensor.Data))
			}
			size += len(tensor.Data)
		}
		if size != len(data) {
			t.Errorf("accepted %d bytes as %d", len(data), size)
		}
		again, err := Parse(written(t, file.Metadata, file.Tensors))
		if err != nil {
			t.Fatal(err)
		}
		if len(file.Metadata) == 0 {
			again.Metadata = file.Metadata // {} is not written
		}
		if !reflect.DeepEqual(again.Metadata, file.Metadata) || fmt.Sprint(again.Tensors) != fmt.Sprint(file.Tensors) {
			t.Errorf("wrote %v, read %v", file, again)
		}
	})
}
