package onnx

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// The field numbers of onnx.proto.
const (
	modelIRVersion protowire.Number = 1  // int64
	modelProducer  protowire.Number = 2  // string
	modelVersion   protowire.Number = 3  // string, of the producer
	modelGraph     protowire.Number = 7  // GraphProto
	modelOpset     protowire.Number = 8  // repeated OperatorSetIdProto
	modelMetadata  protowire.Number = 14 // repeated StringStringEntryProto

	opsetVersion protowire.Number = 2 // int64

	entryKey   protowire.Number = 1 // string
	entryValue protowire.Number = 2 // string

	graphNode   protowire.Number = 1  // repeated NodeProto
	graphName   protowire.Number = 2  // string
	graphWeight protowire.Number = 5  // repeated TensorProto
	graphAbout  protowire.Number = 10 // string
	graphInput  protowire.Number = 11 // repeated ValueInfoProto
	graphOutput protowire.Number = 12 // repeated ValueInfoProto

	nodeInput     protowire.Number = 1 // repeated string
	nodeOutput    protowire.Number = 2 // repeated string
	nodeName      protowire.Number = 3 // string
	nodeOp        protowire.Number = 4 // string
	nodeAttribute protowire.Number = 5 // repeated AttributeProto

	attributeName  protowire.Number = 1  // string
	attributeFloat protowire.Number = 2  // float
	attributeInt   protowire.Number = 3  // int64
	attributeInts  protowire.Number = 8  // repeated int64
	attributeType  protowire.Number = 20 // AttributeType

	tensorDims protowire.Number = 1 // repeated int64
	tensorType protowire.Number = 2 // DataType
	tensorName protowire.Number = 8 // string
	tensorData protowire.Number = 9 // bytes, little-endian

	valueName  protowire.Number = 1 // string
	valueType  protowire.Number = 2 // TypeProto
	valueAbout protowire.Number = 3 // string

	typeTensor   protowire.Number = 1 // TypeProto.Tensor
	typeElements protowire.Number = 1 // DataType, of TypeProto.Tensor
	typeShape    protowire.Number = 2 // TensorShapeProto
	shapeDim     protowire.Number = 1 // repeated Dimension
	dimValue     protowire.Number = 1 // int64
	dimParameter protowire.Number = 2 // string
)

// The values of AttributeType and DataType.
const (
	kindFloat, kindInt, kindInts = 1, 2, 7
	dataFloat, dataInt64         = 1, 7
)

// Encode gives the file. The same model gives the same bytes. It panics where an attribute or a tensor is of a type that
// this package does not have.
func (m *Model) Encode() []byte {
	b := appendInt(nil, modelIRVersion, irVersion)
	b = appendString(b, modelProducer, m.Producer)
	b = appendString(b, modelVersion, m.Version)
	b = appendBytes(b, modelOpset, appendInt(nil, opsetVersion, opset))
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		b = appendBytes(b, modelMetadata, appendString(appendString(nil, entryKey, key), entryValue, m.Metadata[key]))
	}
	return appendBytes(b, modelGraph, m.Graph.encode())
}

func (g *Graph) encode() []byte {
	b := appendString(nil, graphName, g.Name)
	b = appendString(b, graphAbout, g.About)
	for _, v := range g.Inputs {
		b = appendBytes(b, graphInput, v.encode())
	}
	for _, v := range g.Outputs {
		b = appendBytes(b, graphOutput, v.encode())
	}
	for _, n := range g.Nodes {
		b = appendBytes(b, graphNode, n.encode())
	}
	for _, t := range g.Weights {
		b = appendBytes(b, graphWeight, t.encode())
	}
	return b
}

func (v Value) encode() []byte {
	shape := appendBytes(nil, shapeDim, appendString(nil, dimParameter, "batch"))
	for _, n := range v.Dims {
		shape = appendBytes(shape, shapeDim, appendInt(nil, dimValue, n))
	}
	tensor := appendBytes(appendInt(nil, typeElements, dataFloat), typeShape, shape)
	b := appendBytes(appendString(nil, valueName, v.Name), valueType, appendBytes(nil, typeTensor, tensor))
	return appendString(b, valueAbout, v.About)
}

// encode names a node as its result.
func (n Node) encode() (b []byte) {
	for _, input := range n.Inputs {
		b = appendString(b, nodeInput, input)
	}
	b = appendString(b, nodeOutput, n.Output)
	b = appendString(b, nodeName, n.Output)
	b = appendString(b, nodeOp, n.Op)
	for _, a := range n.Attributes {
		b = appendBytes(b, nodeAttribute, a.encode())
	}
	return b
}

func (a Attribute) encode() []byte {
	b := appendString(nil, attributeName, a.Name)
	switch v := a.Value.(type) {
	case int:
		return appendInt(appendInt(b, attributeInt, v), attributeType, kindInt)
	case float32:
		b = protowire.AppendFixed32(protowire.AppendTag(b, attributeFloat, protowire.Fixed32Type), math.Float32bits(v))
		return appendInt(b, attributeType, kindFloat)
	case []int:
		for _, i := range v {
			b = appendInt(b, attributeInts, i)
		}
		return appendInt(b, attributeType, kindInts)
	}
	panic(fmt.Sprintf("onnx: attribute %s is a %T", a.Name, a.Value))
}

func (t Tensor) encode() (b []byte) {
	for _, n := range t.Dims {
		b = appendInt(b, tensorDims, n)
	}
	b = appendString(b, tensorName, t.Name)
	var data []byte
	switch values := t.Values.(type) {
	case []float32:
		b = appendInt(b, tensorType, dataFloat)
		data = make([]byte, 0, 4*len(values))
		for _, v := range values {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
	case []int64:
		b = appendInt(b, tensorType, dataInt64)
		for _, v := range values {
			data = binary.LittleEndian.AppendUint64(data, uint64(v))
		}
	default:
		panic(fmt.Sprintf("onnx: tensor %s is a %T", t.Name, t.Values))
	}
	return appendBytes(b, tensorData, data)
}

func appendInt(b []byte, field protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

// appendBytes appends a field of type message or bytes.
func appendBytes(b []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), content)
}

func appendString(b []byte, field protowire.Number, text string) []byte {
	return appendBytes(b, field, []byte(text))
}
