package layers

import (
	"vkgan/internal/philox"
	"vkgan/shaders"
	"vkgan/vk"
)

// Stream is a source of random numbers, the same on the device and in Go: each (seed, id, step, element) has its own
// (Philox4x32-10, Salmon et al. 2011). What is to be independent takes streams of different ids.
type Stream = philox.Stream

// NormalNoise records y [rows,n] = standard normals of (stream, step).
func NormalNoise(rec *vk.Recorder, s Stream, step vk.Range, y Tensor) {
	low, high := words(s)
	f := perBlock(rec, y.elements())
	rec.Dispatch(shaders.PhiloxNormal{Step: step, Y: y.Data, SeedLow: low, SeedHigh: high, Stream: s.ID, N: uint32(y.elements()), Local: f.local, Groups: f.groups})
}

// UniformNoise records uniform numbers in [low,high) of (stream, step) into the count columns of y from column on: row r, column
// column + j takes number r*count + j.
func UniformNoise(rec *vk.Recorder, s Stream, step vk.Range, low, high float32, y Tensor, column, count int) {
	seedLow, seedHigh := words(s)
	f := perBlock(rec, y.Rows*count)
	rec.Dispatch(shaders.PhiloxUniform{
		Step: step, Y: y.Data, SeedLow: seedLow, SeedHigh: seedHigh, Stream: s.ID, Rows: uint32(y.Rows), Count: uint32(count),
		Width: uint32(y.C), Column: uint32(column), Low: low, Span: high - low, Local: f.local, Groups: f.groups,
	})
}

// RandomClass records value [rows] uint32 = uniform classes of (stream, step).
func RandomClass(rec *vk.Recorder, s Stream, step vk.Range, classes, rows int, value vk.Range) {
	low, high := words(s)
	f := perElement(rec, rows)
	rec.Dispatch(shaders.RandomClass{Step: step, Value: value, SeedLow: low, SeedHigh: high, Stream: s.ID, Classes: uint32(classes), Rows: uint32(rows), Local: f.local, Groups: f.groups})
}

// OnSphere records radius z / ‖z‖₂, row by row, into the first columns of y, whose rows may be wider.
func OnSphere(rec *vk.Recorder, z Tensor, radius float32, y Tensor) {
	f := perElement(rec, z.Rows)
	rec.Dispatch(shaders.UnitNorm{X: z.Data, Y: y.Data, Rows: int32(z.Rows), N: int32(z.C), Width: int32(y.C), Norm: radius, Local: f.local, Groups: f.groups})
}

// OneHot records the one-hot vectors of class [rows] uint32 into the columns of y from column on.
func OneHot(rec *vk.Recorder, class vk.Range, classes int, y Tensor, column int) {
	f := perElement(rec, y.Rows*classes)
	rec.Dispatch(shaders.OneHot{Hot: class, Y: y.Data, Rows: int32(y.Rows), Classes: int32(classes), Width: int32(y.C), Column: int32(column), Local: f.local, Groups: f.groups})
}

func words(s Stream) (low, high uint32) { return uint32(s.Seed), uint32(s.Seed >> 32) }

func perElement(rec *vk.Recorder, n int) launch {
	local := width(rec)
	return launch{local, 0, 1, [3]uint32{ceil(n, int(local)), 1, 1}}
}

// perBlock gives every invocation one Philox block, of four numbers.
func perBlock(rec *vk.Recorder, n int) launch { return perElement(rec, int(ceil(n, 4))) }
