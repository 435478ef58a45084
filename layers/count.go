package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// Argmax records winner [rows] uint32 = the first largest of each row of x [rows,classes].
func Argmax(rec *vk.Recorder, x Tensor, winner vk.Range) {
	f := perElement(rec, x.Rows)
	rec.Dispatch(shaders.Argmax{X: x.Data, Winner: winner, Rows: int32(x.Rows), Classes: int32(x.C), Local: f.local, Groups: f.groups})
}

// Count records counts[predicted[r], labels[indices[r]]] += 1 for every row that a batch counts. All are uint32;
// counts is [codes,classes].
func Count(rec *vk.Recorder, predicted, indices, labels, counts vk.Range, rows, classes int) {
	f := perElement(rec, rows)
	rec.Dispatch(shaders.Confusion{Predicted: predicted, Indices: indices, Labels: labels, Counts: counts, Rows: int32(rows), Classes: int32(classes), Local: f.local, Groups: f.groups})
}

// CodeSums records, for each class of logits x [rows,classes], sums [2,classes] float32 += Σ over rows of p = softmax(x), and
// of -p ln p.
func CodeSums(rec *vk.Recorder, x Tensor, sums vk.Range) {
	f := perElement(rec, x.C)
	rec.Dispatch(shaders.CodeSums{X: x.Data, Sums: sums, Rows: int32(x.Rows), Classes: int32(x.C), Local: f.local, Groups: f.groups})
}

// Advance records the end of a step: figures [n] float32 go to slot step mod slots of ring [slots, 2+n], whose first
// words take step + 1 and, once the guard has frozen training, the step that froze it + 1; step [1] uint32 counts up.
func Advance(rec *vk.Recorder, step, figures vk.Range, g *Guard, ring vk.Range) {
	n := figures.Bytes() / 4
	rec.Dispatch(shaders.Advance{
		Step: step, Figures: figures, Guard: g.words, Ring: ring, Slots: uint32(ring.Bytes() / 4 / (2 + n)), Count: int32(n), Groups: one,
	})
}

// CountUp records counter [1] uint32 += 1.
func CountUp(rec *vk.Recorder, counter vk.Range) {
	rec.Dispatch(shaders.CountUp{Counter: counter, Groups: one})
}
