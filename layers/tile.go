package layers

import (
	"fmt"

	"vkgan/vk"
)

// Two families of kernels compute products and convolutions. On a CPU driver, "lanes": register tiles, no shared
// memory. On a GPU, "tiled": shared-memory tiles (tiled.go). docs/architecture.md says why.

// lanes is a tile of the first family (shaders/include/lanes.glsl): rows times runs of a subgroup's width in registers,
// depth terms unrolled.
type lanes struct{ rows, runs, depth int32 }

// lanesTile fits m rows, n columns and k terms. Sums, a run of the right operand and a value of the left must fit the
// vector registers: 32 with 512 bits, else 16.
func lanesTile(d *vk.Device, m, n, k int) lanes {
	local := laneCount(d)
	t := lanes{rows: int32(evenRows(m, 6)), runs: 2}
	if wide(d) {
		t.rows = int32(evenRows(m, 12))
	}
	if n <= local {
		t.runs = 1
	}
	t.depth = int32(unroll(k, 4*local))
	return t
}

// evenRows cuts m rows into tiles of up to most: fewer where a last tile, moved back, would do much for a second time. A tile
// costs about as much as one more row.
func evenRows(m, most int) (rows int) {
	cost := func(rows int) int { return int(ceil(m, rows)) * (rows + 1) }
	rows = min(most, m)
	for r := rows - 1; 2*r > most; r-- {
		if cost(r) < cost(rows) {
			rows = r
		}
	}
	return rows
}

// wide tells whether vectors have 512 bits, and so twice as many registers.
func wide(d *vk.Device) bool { return laneCount(d) >= 16 }

// laneCount is the number of columns in a run.
func laneCount(d *vk.Device) int { return int(d.Info().Limits.SubgroupSize) }

// width is the number of columns.
func (t lanes) width(d *vk.Device) int { return laneCount(d) * int(t.runs) }

// groups counts the work-groups for m rows and n columns.
func (t lanes) groups(d *vk.Device, m, n int) (x, y uint32) {
	return ceil(m, int(t.rows)), ceil(n, t.width(d))
}

// fits says why a tile cannot be had for m rows and depths that divide terms.
func (t lanes) fits(d *vk.Device, m, terms int) error {
	switch {
	case t.rows < 1 || t.runs < 1 || t.depth < 1:
		return fmt.Errorf("no tile: %d rows, %d runs, %d terms", t.rows, t.runs, t.depth)
	case int(t.rows) > m:
		return fmt.Errorf("%d rows, but there are only %d", t.rows, m)
	case terms%int(t.depth) != 0:
		return fmt.Errorf("%d terms at a time do not divide %d", t.depth, terms)
	case t.width(d) > widest || t.rows > widest:
		return fmt.Errorf("%d×%d elements: scratch memory is for %d in a row", t.rows, t.width(d), widest)
	}
	return nil
}

// dividing makes the depth divide n, for kernels that cannot cut terms unevenly.
func (t lanes) dividing(n int) lanes {
	for n%int(t.depth) != 0 {
		t.depth--
	}
	return t
}

// unroll is the number of terms that a loop over k takes at a time: the largest divisor of k from 8 to most, else 8.
func unroll(k, most int) int {
	for d := min(k, most); d >= min(k, 8); d-- {
		if k%d == 0 {
			return d
		}
	}
	return 8
}
