package layers

import (
	"vkgan/internal/philox"
	"vkgan/shaders"
	"vkgan/vk"
)

// ShuffledBatch records indices [rows] uint32 = where batch step mod batches of this epoch's permutation of n images lies.
// A last partial batch is dropped.
func ShuffledBatch(rec *vk.Recorder, s philox.Stream, step vk.Range, n, rows int, indices vk.Range) {
	low, high := words(s)
	f := perElement(rec, rows)
	rec.Dispatch(shaders.Permutation{
		Step: step, Indices: indices, SeedLow: low, SeedHigh: high, Stream: s.ID, N: uint32(n), Rows: uint32(rows),
		Batches: uint32(n / rows), HalfBits: uint32(philox.HalfBits(uint32(n))), Local: f.local, Groups: f.groups,
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
	rec.Dispatch(shaders.Gather{
		Images: images, Indices: indices, Y: y.Data, Size: int32(y.Size()), Local: local,
		Groups: [3]uint32{ceil(y.Size()/4, int(local)), uint32(y.Rows), 1},
	})
}
