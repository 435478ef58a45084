package onnx

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func model() *Model {
	m := &Model{Producer: "vkgan", Version: "1.2", Metadata: map[string]string{"b": "2", "a": "1"}}
	g := &m.Graph
	g.Name, g.About = "net", "what it does"
	g.Inputs = []Value{{"x", "about x", []int{3, 4}}}
	w := g.Constant(Tensor{"w", []int{2}, []float32{1, -2.5}})
	if again := g.Constant(Tensor{"w", []int{2}, []float32{1, -2.5}}); again != w {
		panic(again)
	}
	s := g.Constant(Tensor{"s", []int{1}, []int64{-1}})
	y := g.Add("First", "y", []string{"x", w}, Attribute{"ints", []int{0, -3}}, Attribute{"float", float32(0.2)}, Attribute{"int", 1})
	z := g.Add("Second", "z", []string{y, s})
	g.Output(y, Value{Name: "logits", Dims: []int{10}})
	g.Output(z, Value{Name: "end", Dims: []int{10}})
	return m
}

// The file, field by field: numbers in the order of onnx.proto's messages, texts and messages in braces.
func TestEncode(t *testing.T) {
	value := func(name, about string, dims ...int) string {
		shape := "1{2{batch}}"
		for _, n := range dims {
			shape += fmt.Sprintf(" 1{1=%d}", n)
		}
		return fmt.Sprintf("1{%s} 2{1{1=1 2{%s}}} 3{%s}", name, shape, about)
	}
	minus := func(n int) uint64 { return uint64(-n) }
	want := strings.Join([]string{
		"1=8", "2{vkgan}", "3{1.2}", "8{2=17}", "14{1{a} 2{1}}", "14{1{b} 2{2}}",
		"7{" + strings.Join([]string{
			"2{net}", "10{what it does}", "11{" + value("x", "about x", 3, 4) + "}", "12{" + value("logits", "", 10) + "}", "12{" + value("end", "", 10) + "}",
			"1{1{x} 1{w} 2{logits} 3{logits} 4{First} " +
				fmt.Sprintf("5{1{ints} 8=0 8=%d 20=7} 5{1{float} 2=%#x 20=1} 5{1{int} 3=1 20=2}}", minus(3), math.Float32bits(0.2)),
			"1{1{logits} 1{s} 2{end} 3{end} 4{Second}}",
			"5{1=2 8{w} 2=1 9{0000803f000020c0}}", "5{1=1 8{s} 2=7 9{ffffffffffffffff}}",
		}, " ") + "}",
	}, " ")
	if got := text(t, model().Encode(), ""); got != want {
		t.Errorf("encoded\n%s\nwant\n%s", got, want)
	}
	if !bytes.Equal(model().Encode(), model().Encode()) {
		t.Error("the same model gives other bytes")
	}
}

// messages are the fields that hold a message, by their path of numbers from the model down.
var messages = []string{"/8", "/14", "/7", "/7/1", "/7/1/5", "/7/5", "/7/11", "/7/11/2", "/7/11/2/1", "/7/11/2/1/2", "/7/11/2/1/2/1",
	"/7/12", "/7/12/2", "/7/12/2/1", "/7/12/2/1/2", "/7/12/2/1/2/1"}

func text(t *testing.T, b []byte, path string) string {
	t.Helper()
	var fields []string
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("%s: %v", path, protowire.ParseError(n))
		}
		b = b[n:]
		here, value := fmt.Sprintf("%s/%d", path, number), ""
		switch kind {
		case protowire.VarintType:
			v, size := protowire.ConsumeVarint(b)
			n, value = size, fmt.Sprintf("%d=%d", number, v)
		case protowire.Fixed32Type:
			v, size := protowire.ConsumeFixed32(b)
			n, value = size, fmt.Sprintf("%d=%#x", number, v)
		case protowire.BytesType:
			v, size := protowire.ConsumeBytes(b)
			content := string(v)
			if slices.Contains(messages, here) {
				content = text(t, v, here)
			} else if here == "/7/5/9" {
				content = fmt.Sprintf("%x", v)
			}
			n, value = size, fmt.Sprintf("%d{%s}", number, content)
		}
		if n < 0 || value == "" {
			t.Fatalf("%s: wire type %d: %v", here, kind, protowire.ParseError(n))
		}
		b, fields = b[n:], append(fields, value)
	}
	return strings.Join(fields, " ")
}

func TestEncodeRefuses(t *testing.T) {
	for name, m := range map[string]Model{
		"an attribute": {Graph: Graph{Nodes: []Node{{Op: "A", Attributes: []Attribute{{"a", "text"}}}}}},
		"a tensor":     {Graph: Graph{Weights: []Tensor{{"w", nil, []float64{1}}}}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s of a type that there is none of: no panic", name)
				}
			}()
			m.Encode()
		}()
	}
}
