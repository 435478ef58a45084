package layers

import "vkgan/vk"

// Two families of kernels compute products and convolutions. On a CPU driver, "lanes": register tiles, no shared
// memory. On a GPU, "tiled": shared-memory tiles. docs/architecture.md says why.

// lanes is a tile of the first family (shaders/include/lanes.glsl): rows times runs of a subgroup's width in registers,
// depth terms unrolled.
type lanes struct {
	local             uint32
	rows, runs, depth int32
}

// lanesTile fits m rows, n columns and k terms. Sums, a run of the right operand and a value of the left must fit the
// vector registers: 32 with 512 bits, else 16.
func lanesTile(rec *vk.Recorder, m, n, k int) lanes {
	t := lanes{local: width(rec), rows: 6, runs: 2}
	if t.local == 16 {
		t.rows = 12
	}
	if n <= int(t.local) {
		t.runs = 1
	}
	t.rows = min(t.rows, int32(m))
	t.depth = int32(unroll(k))
	return t
}

// width is the number of columns.
func (t lanes) width() int { return int(t.local) * int(t.runs) }

// groups counts the work-groups for m rows and n columns.
func (t lanes) groups(m, n int) (x, y uint32) {
	return ceil(m, int(t.rows)), ceil(n, t.width())
}

// dividing makes the depth divide n, for kernels that cannot cut terms unevenly.
func (t lanes) dividing(n int) lanes {
	for n%int(t.depth) != 0 {
		t.depth--
	}
	return t
}

// unroll is the number of terms that a loop over k takes at a time: the largest divisor of k from 8 to 20, else 8.
func unroll(k int) int {
	for d := min(k, 20); d >= min(k, 8); d-- {
		if k%d == 0 {
			return d
		}
	}
	return 8
}

// shared is a tile of the second family: bm × bn elements of output, bk terms at a time.
type shared struct{ bm, bn, bk int32 }

func (s shared) local() uint32 { return uint32(s.bm / 4 * s.bn / 4) }

func sharedTile(rec *vk.Recorder) shared {
	if rec.Device().Info().Limits.MaxInvocations < 256 {
		return shared{32, 32, 16}
	}
	return shared{64, 64, 16}
}
