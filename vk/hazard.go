package vk

import (
	"fmt"
	"hash"
	"hash/fnv"
)

// hazards keeps what was read and written since the last barrier. Two accesses
// conflict where their intervals overlap and one of them writes (section
// 7.1, "Execution and Memory Dependencies").
type hazards struct {
	align    int64 // intervals begin at multiples of it: Limits.StorageAlign
	touched  []touch
	reasons  []string
	barriers int
	digest   hash.Hash64
}

type touch struct {
	block  *block
	bytes  span
	access Access
	what   Range
}

func newHazards(align int64) *hazards { return &hazards{align: align, digest: fnv.New64a()} }

// add notes that step touches ranges as access says, and reports whether a
// barrier must stand in front of it.
func (h *hazards) add(step int, ranges []Range, access []Access) bool {
	next := make([]touch, len(ranges))
	for i, r := range ranges {
		next[i] = touch{r.buffer.block, bound(r, h.align), access[i], r}
	}
	barrier := false
search:
	for _, now := range next {
		for _, before := range h.touched {
			if before.conflicts(now) {
				h.because(step, before, now)
				barrier = true
				break search
			}
		}
	}
	if barrier {
		h.touched = h.touched[:0]
	}
	h.touched = append(h.touched, next...)
	return barrier
}

func (a touch) conflicts(b touch) bool {
	return (a.access|b.access)&Write != 0 && a.block == b.block &&
		a.bytes.at < b.bytes.at+b.bytes.bytes && b.bytes.at < a.bytes.at+a.bytes.bytes
}

// because notes the reason for a barrier, in terms that do not depend on the
// build or on where buffers lie.
func (h *hazards) because(step int, before, now touch) {
	h.barriers++
	reason := fmt.Sprintf("step %d: %s of %s after %s of %s", step, now.access, now.what, before.access, before.what)
	h.reasons = append(h.reasons, reason)
	fmt.Fprintln(h.digest, reason)
}
