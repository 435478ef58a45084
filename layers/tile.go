package layers

import "vkgan/vk"

// Two families of kernels compute products and convolutions. On a CPU driver, "lanes": lanes along the output channels,
// tall register tiles, no shared memory. On a GPU, "tiled": shared-memory tiles. docs/architecture.md says why.

// lanes is a tile of the first family: rows of output in registers, depth values of the right operand at a time, and
// group rows whose sums stay in registers meanwhile.
type lanes struct{ rows, depth, group int32 }

const (
	maxRows  = 128
	maxDepth = 25
)

// lanesTile cuts a dimension of m rows and k terms.
func lanesTile(m, k int) lanes {
	return lanes{int32(tileRows(m)), int32(bestDivisor(k, 8, maxDepth, 16)), 8}
}

// tileRows is the largest divisor of m from 64 to 128, else the size that cuts m into the fewest, most even tiles.
func tileRows(m int) int {
	if d := bestDivisor(m, 64, maxRows, 0); d != 0 {
		return d
	}
	tiles := (m + maxRows - 1) / maxRows
	return (m + tiles - 1) / tiles
}

// bestDivisor is the largest divisor of n in [from, to]; n itself if that is smaller than from; else otherwise.
func bestDivisor(n, from, to, otherwise int) int {
	for d := min(n, to); d >= min(n, from); d-- {
		if n%d == 0 {
			return d
		}
	}
	return otherwise
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

// divisor is the depth for a kernel that cannot cut n terms unevenly.
func (l lanes) divisor(n int) int32 {
	if n%int(l.depth) == 0 {
		return l.depth
	}
	return int32(bestDivisor(n, 1, maxDepth, 1))
}
