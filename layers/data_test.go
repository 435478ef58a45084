package layers

import (
	"fmt"
	"slices"
	"testing"

	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// Batches follow Go's permutation, epoch after epoch, and an epoch shows no image twice.
func TestShuffledBatch(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		s := philox.Stream{Seed: 1 << 40, ID: philox.StreamPermutation}
		for _, c := range []struct{ n, rows int }{{1, 1}, {10, 3}, {64, 64}, {101, 7}, {55000, 100}} {
			step, indices := buffer(t, d, 1), buffer(t, d, c.rows)
			draw := record(t, d, func(rec *vk.Recorder) { ShuffledBatch(rec, s, step, c.n, c.rows, indices) })
			batches := c.n / c.rows
			seen := map[uint32]bool{}
			for now := range min(2*batches, 30) {
				if now%batches == 0 {
					clear(seen)
				}
				upload(t, d, step, []uint32{uint32(now)})
				run(t, d, draw, 1)
				got, want := download[uint32](t, d, indices), make([]uint32, c.rows)
				for r := range want {
					want[r] = s.Permute(uint32(now/batches), uint32(now%batches*c.rows+r), uint32(c.n))
					if seen[got[r]] {
						t.Fatalf("%+v, step %d: image %d a second time", c, now, got[r])
					}
					seen[got[r]] = true
				}
				equal(t, fmt.Sprintf("%+v, step %d", c, now), got, want)
			}
		}
	})
}

// The endless list is one permutation after the other, whether batches are longer or shorter than it.
func TestEndlessBatch(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		s := philox.Stream{Seed: 1 << 40, ID: philox.StreamLabelledBatch}
		for _, c := range []struct{ n, rows int }{{1, 3}, {10, 100}, {100, 16}, {100, 100}, {64, 65}, {1000, 7}} {
			step, indices := buffer(t, d, 1), buffer(t, d, c.rows)
			draw := record(t, d, func(rec *vk.Recorder) { EndlessBatch(rec, s, step, c.n, c.rows, indices) })
			var list []uint32
			for now := range uint32(15) {
				upload(t, d, step, []uint32{now})
				run(t, d, draw, 1)
				list = append(list, download[uint32](t, d, indices)...)
			}
			want := make([]uint32, len(list))
			for p := range want {
				want[p] = s.Permute(uint32(p/c.n), uint32(p%c.n), uint32(c.n))
			}
			equal(t, fmt.Sprintf("%+v", c), list, want)
			for epoch := range slices.Chunk(list, c.n) {
				slices.Sort(epoch)
				if len(slices.Compact(epoch)) != len(epoch) {
					t.Errorf("%+v: an image comes twice in an epoch", c)
				}
			}
		}
	})
}

func TestLookup(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ count, n int }{{1, 1}, {10, 100}, {300, 101}, {5, 3}} {
			values, rows, want := make([]uint32, c.count), make([]uint32, c.n), make([]uint32, c.n)
			for i := range values {
				values[i] = uint32(i) * 2654435761
			}
			for i := range rows {
				rows[i] = uint32(i * 7 % c.count)
				want[i] = values[rows[i]]
			}
			table, indices, y := buffer(t, d, c.count), buffer(t, d, c.n), buffer(t, d, c.n)
			upload(t, d, table, values)
			upload(t, d, indices, rows)
			do(t, d, func(rec *vk.Recorder) { Lookup(rec, table, indices, y, c.n) })
			equal(t, fmt.Sprintf("%+v", c), download[uint32](t, d, y), want)
		}
	})
}

// In file order every image counts once; what fills the last batch up is marked.
func TestOrderedBatch(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ n, rows int }{{1, 1}, {10, 3}, {200, 100}, {101, 100}, {37, 37}, {250, 100}} {
			batch, indices, counted := buffer(t, d, 1), buffer(t, d, c.rows), []uint32{}
			next := record(t, d, func(rec *vk.Recorder) {
				OrderedBatch(rec, batch, c.n, c.rows, indices)
				CountUp(rec, batch)
			})
			for range (c.n + c.rows - 1) / c.rows {
				run(t, d, next, 1)
				for _, i := range download[uint32](t, d, indices) {
					if i&^(1<<31) >= uint32(c.n) {
						t.Errorf("%+v: image %d", c, i)
					}
					if i < 1<<31 {
						counted = append(counted, i)
					}
				}
			}
			want := make([]uint32, c.n)
			for i := range want {
				want[i] = uint32(i)
			}
			equal(t, fmt.Sprintf("%+v", c), counted, want)
		}
	})
}

func TestWarp(t *testing.T) {
	const spread, shift = 0.25, 2
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct {
			rows  int
			shape Shape
		}{{1, Shape{1, 1, 1}}, {7, Shape{4, 9, 1}}, {1400, Shape{28, 28, 1}}} { // more pixels than work-groups times lanes
			x, by, y := tensor(t, d, c.rows, c.shape), tensor(t, d, c.rows, Vector(6)), tensor(t, d, c.rows, c.shape)
			xs, bys := random(1, c.rows*c.shape.Size()), random(2, 6*c.rows)
			upload(t, d, x.Data, narrow(xs))
			upload(t, d, by.Data, narrow(bys))
			do(t, d, func(rec *vk.Recorder) { Warp(rec, x, by, spread, shift, y) })
			near(t, fmt.Sprintf("%+v", c), download[float32](t, d, y.Data), ref.Warp(xs, bys, c.shape.H, c.shape.W, spread, shift), 1)
		}
	})
}

func TestGather(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct {
			count, rows int
			shape       Shape
		}{{1, 1, Shape{2, 2, 1}}, {5, 7, Shape{4, 3, 1}}, {300, 101, Shape{28, 28, 1}}} {
			size := c.shape.Size()
			pixels, rows, list := make([]byte, c.count*size), make([]uint32, c.rows), make([]int, c.rows)
			for i := range pixels {
				pixels[i] = byte(i * 31)
			}
			for r := range rows {
				list[r] = r * 7 % c.count
				rows[r] = uint32(list[r]) | uint32(r%2)<<31 // marked or not
			}
			images, indices, y := buffer(t, d, len(pixels)/4), buffer(t, d, c.rows), tensor(t, d, c.rows, c.shape)
			if err := d.Upload(images, pixels); err != nil {
				t.Fatal(err)
			}
			upload(t, d, indices, rows)
			do(t, d, func(rec *vk.Recorder) { Gather(rec, images, indices, y) })
			near(t, fmt.Sprintf("%+v", c), download[float32](t, d, y.Data), ref.Gather(pixels, size, list), 0.01)
		}
	})
}
