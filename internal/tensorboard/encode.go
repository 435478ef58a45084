package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/bits"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The field numbers of TensorBoard's event.proto and summary.proto.
const (
	eventWallTime protowire.Number = 1 // double, seconds
	eventStep     protowire.Number = 2 // int64
	fileVersion   protowire.Number = 3 // string
	eventSummary  protowire.Number = 5 // Summary

	summaryValue protowire.Number = 1 // repeated Summary.Value

	valueTag    protowire.Number = 1 // string
	valueScalar protowire.Number = 2 // float
	valueImage  protowire.Number = 4 // Summary.Image

	imageHeight     protowire.Number = 1 // int32
	imageWidth      protowire.Number = 2 // int32
	imageColorspace protowire.Number = 3 // int32
	imageEncoded    protowire.Number = 4 // bytes
)

const grey = 1 // of colorspace

// event is an Event of which the field what, of type string or message, has the given content.
func event(now time.Time, step int64, what protowire.Number, content []byte) []byte {
	b := protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(float64(now.UnixMicro())/1e6))
	b = appendInt(b, eventStep, step)
	return appendMessage(b, what, content)
}

// scalar is a Summary.Value.
func scalar(tag string, v float32) []byte {
	b := appendMessage(nil, valueTag, []byte(tag))
	b = protowire.AppendTag(b, valueScalar, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(v))
}

// image is a Summary.Value.
func image(tag string, height, width int, encoded []byte) []byte {
	b := appendInt(nil, imageHeight, int64(height))
	b = appendInt(b, imageWidth, int64(width))
	b = appendInt(b, imageColorspace, grey)
	b = appendMessage(b, imageEncoded, encoded)
	return appendMessage(appendMessage(nil, valueTag, []byte(tag)), valueImage, b)
}

func appendInt(b []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

// appendMessage appends a field of type message, string or bytes, which are written alike.
func appendMessage(b []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), content)
}

// record frames data as a TFRecord: its length in 8 bytes, the length's checksum in 4, data, data's checksum in 4, all
// little-endian.
func record(data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, maskedCRC(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, maskedCRC(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is a CRC32C, rotated and moved, since a CRC over data that holds CRCs of its own is weak.
func maskedCRC(data []byte) uint32 {
	return bits.RotateLeft32(crc32.Checksum(data, castagnoli), 17) + 0xa282ead8
}
