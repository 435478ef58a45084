package layers

import (
	"fmt"
	"math"
	"testing"

	"vkgan/layers/ref"
	"vkgan/vk"
)

func TestArgmax(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, classes int }{{1, 1}, {7, 2}, {100, 10}, {101, 20}} {
			x, winner, xs := tensor(t, d, c.rows, Vector(c.classes)), buffer(t, d, c.rows), random(4, c.rows*c.classes)
			for i := range xs {
				xs[i] = math.Round(xs[i]) // many are equal
			}
			upload(t, d, x.Data, narrow(xs))
			do(t, d, func(rec *vk.Recorder) { Argmax(rec, x, winner) })
			want := make([]uint32, c.rows)
			for r, column := range ref.Argmax(xs, c.classes) {
				want[r] = uint32(column)
			}
			equal(t, fmt.Sprintf("%+v", c), download[uint32](t, d, winner), want)
		}
	})
}

func TestCount(t *testing.T) {
	const images, rows, codes, classes = 30, 101, 7, 10
	predicted, indices, labels, want := make([]uint32, rows), make([]uint32, rows), make([]uint32, images), make([]uint32, codes*classes)
	for i := range labels {
		labels[i] = uint32(i * i % classes)
	}
	for r := range rows {
		predicted[r], indices[r] = uint32(r%codes), uint32(r*11%images)
		if r%4 == 0 {
			indices[r] |= 1 << 31 // not counted
		} else {
			want[int(predicted[r])*classes+int(labels[indices[r]])] += 2
		}
	}
	each(t, func(t *testing.T, d *vk.Device) {
		p, i, l, counts := buffer(t, d, rows), buffer(t, d, rows), buffer(t, d, images), buffer(t, d, codes*classes)
		upload(t, d, p, predicted)
		upload(t, d, i, indices)
		upload(t, d, l, labels)
		run(t, d, record(t, d, func(rec *vk.Recorder) { Count(rec, p, i, l, counts, rows, classes) }), 2)
		equal(t, "counts", download[uint32](t, d, counts), want)
	})
}

// The ring keeps the last steps' figures, each with its number.
func TestAdvance(t *testing.T) {
	const slots, n = 3, 2
	each(t, func(t *testing.T, d *vk.Device) {
		step, figures, ring := buffer(t, d, 1), buffer(t, d, n), buffer(t, d, slots*(2+n))
		g, err := NewGuard(scratchBuilder(t, d), arena(t, d, 1))
		if err != nil {
			t.Fatal(err)
		}
		end := record(t, d, func(rec *vk.Recorder) { Advance(rec, step, figures, g, ring) })
		for now := range 5 {
			upload(t, d, figures, []float32{float32(now) + 0.5, -float32(now)})
			run(t, d, end, 1)
		}
		equal(t, "steps done", download[uint32](t, d, step), []uint32{5})
		b := math.Float32bits
		equal(t, "ring", download[uint32](t, d, ring), []uint32{4, 0, b(3.5), b(-3), 5, 0, b(4.5), b(-4), 3, 0, b(2.5), b(-2)})
	})
}
