package layers

import (
	"vkgan/internal/philox"
	"vkgan/shaders"
	"vkgan/vk"
)

// ShuffledBatch records indices [rows] uint32 = where batch step mod batches of this epoch's permutation of n images lies.
// A last partial batch is dropped.
func ShuffledBatch(rec *vk.Recorder, s Stream, step vk.Range, n, rows int, indices vk.Range) {
	permutedBatch(rec, s, step, n, n/rows*rows, rows, indices)
}

// EndlessBatch records indices [rows] uint32 = batch step of an endless list, one permutation of 0 .. n-1 after the other:
// position p, modulo 2^32, is s.Permute(p/n, p%n, n). No image is dropped, and rows may exceed n.
func EndlessBatch(rec *vk.Recorder, s Stream, step vk.Range, n, rows int, indices vk.Range) {
	permutedBatch(rec, s, step, n, n, rows, indices)
}

// permutedBatch takes the first period elements of each epoch's permutation of n.
func permutedBatch(rec *vk.Recorder, s Stream, step vk.Range, n, period, rows int, indices vk.Range) {
	low, high := words(s)
	f := perElement(rec, rows)
	rec.Dispatch(shaders.Permutation{
		Step: step, Indices: indices, SeedLow: low, SeedHigh: high, Stream: s.ID, N: uint32(n), Rows: uint32(rows),
		Period: uint32(period), HalfBits: uint32(philox.HalfBits(uint32(n))), Local: f.local, Groups: f.groups,
	})
}

// OrderedBatch records indices [rows] uint32 = batch number `batch` [1] uint32 in file order. The last batch is filled up
// with earlier images, marked so that Count leaves them out.
func OrderedBatch(rec *vk.Recorder, batch vk.Range, n, rows int, indices vk.Range) {
	f := perElement(rec, rows)
	rec.Dispatch(shaders.Sequence{Batch: batch, Indices: indices, N: uint32(n), Rows: uint32(rows), Local: f.local, Groups: f.groups})
}

// Gather records y [rows,H,W,C] = images[indices]/255, from bytes. A row's size is divisible by 4.
func Gather(rec *vk.Recorder, images, indices vk.Range, y Tensor) {
	local := width(rec)
	rec.DispatchWork(shaders.Gather{
		Images: images, Indices: indices, Y: y.Data, Size: int32(y.Size()), Local: local,
		Groups: [3]uint32{ceil(y.Size()/4, int(local)), uint32(y.Rows), 1},
	}, vk.Work{Bytes: float64(y.elements() + 4*y.Rows + 4*y.elements())}) // of the images only those
}

// Warp records y, images x [rows,H,W,1] as affine maps move them: y at pixel u, counted from the middle, is x at A u + t, bilinear
// between pixels and 0 beyond. by [rows,6] holds numbers from -1 to 1: A = 1 + spread [[by0, by1], [by2, by3]], t = shift [by4, by5]
// in pixels, in coordinates (right, down). There is no way back: x gets no gradient.
func Warp(rec *vk.Recorder, x, by Tensor, spread, shift float32, y Tensor) {
	local := width(rec)
	rec.Dispatch(shaders.Warp{
		X: x.Data, By: by.Data, Y: y.Data, Height: int32(x.H), Width: int32(x.W), Spread: spread, Shift: shift,
		Local: local, Groups: [3]uint32{ceil(x.H*x.W, int(local)), uint32(x.Rows), 1},
	})
}

// Lookup records y [n] uint32 = table[indices], all of them uint32.
func Lookup(rec *vk.Recorder, table, indices, y vk.Range, n int) {
	f := perElement(rec, n)
	rec.DispatchWork(shaders.Lookup{Table: table, Indices: indices, Y: y, N: int32(n), Local: f.local, Groups: f.groups}, vk.Work{Bytes: 3 * 4 * float64(n)})
}
