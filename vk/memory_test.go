package vk

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBlockGivesAndTakes(t *testing.T) {
	const size = 1 << 16
	b := &block{bytes: size, free: []span{{0, size}}}
	rng := rand.New(rand.NewPCG(1, 2))
	var taken []span
	for range 20000 {
		if rng.IntN(2) == 0 || len(taken) == 0 {
			n := Align * int64(1+rng.IntN(20))
			at, ok := b.take(n)
			if !ok {
				continue
			}
			taken = append(taken, span{at, n})
		} else {
			i := rng.IntN(len(taken))
			b.give(taken[i])
			taken = slices.Delete(taken, i, i+1)
		}
		checkBlock(t, b, taken)
	}
	for _, s := range taken {
		b.give(s)
	}
	if !b.empty() {
		t.Errorf("free at the end: %v", b.free)
	}
}

// checkBlock: free and taken intervals tile the block, and no two free ones touch.
func checkBlock(t *testing.T, b *block, taken []span) {
	t.Helper()
	for i, s := range b.free[1:] {
		if b.free[i].at+b.free[i].bytes >= s.at {
			t.Fatalf("free intervals %v and %v", b.free[i], s)
		}
	}
	all := slices.Concat(b.free, taken)
	slices.SortFunc(all, func(a, b span) int { return int(a.at - b.at) })
	at := int64(0)
	for _, s := range all {
		if s.at != at {
			t.Fatalf("interval %v, want one at %d", s, at)
		}
		at += s.bytes
	}
	if at != b.bytes {
		t.Fatalf("intervals end at %d of %d", at, b.bytes)
	}
}

func TestMemoryTypesAreRanked(t *testing.T) {
	const local, visible, coherent, cached, lazy, protected, amd = 1, 2, 4, 8, 16, 32, 64
	c := &nativeInfo{memory_types: 9}
	f := &c.memory_flags
	f[0], f[1], f[2], f[3] = visible|coherent, local|visible|coherent, local, local|protected
	f[4], f[5], f[6], f[7], f[8] = visible|coherent|cached, local|lazy, visible|coherent|cached|amd, 0, visible
	same(t, "local", memoryTypes(c, Local), []uint32{2, 1})
	same(t, "host", memoryTypes(c, Host), []uint32{4, 0, 1})
}

func TestUsage(t *testing.T) {
	d := open(t, Options{})
	before := d.Usage()
	if before.Buffers != 0 || before.Requested != 0 {
		t.Errorf("a new device: %+v", before)
	}
	a := buffer(t, d, "a", 1000, Local)
	b := buffer(t, d, "b", 1, Host)
	in := d.Usage()
	if in.Buffers != 2 || in.Requested != 1001 || in.Peak != 1001 || in.Allocated < 1001 || in.Blocks == 0 {
		t.Errorf("two buffers: %+v", in)
	}
	a.Free()
	a.Free()
	b.Free()
	if after := d.Usage(); after.Buffers != 0 || after.Requested != 0 || after.Peak != 1001 {
		t.Errorf("after both are freed: %+v", after)
	}
}

func TestFreedRoomIsUsedAgain(t *testing.T) {
	d := open(t, Options{})
	a := buffer(t, d, "a", 5000, Local)
	at := a.at
	a.Free()
	if b := buffer(t, d, "b", 4000, Local); b.at != at {
		t.Errorf("at %d, want %d", b.at, at)
	}
}

func TestBuffersAreAlignedPaddedAndApart(t *testing.T) {
	d := open(t, Options{})
	var list []*Buffer
	for i := range int64(20) {
		list = append(list, buffer(t, d, "b", 1+i*37, Local))
	}
	for i, b := range list {
		if b.at%Align != 0 || b.whole.at+b.whole.bytes < b.at+b.bytes+padBytes || b.whole.bytes > alignUp(b.bytes, Align)+padBytes {
			t.Errorf("buffer %d of %d bytes at %d in %+v", i, b.bytes, b.at, b.whole)
		}
		for _, o := range list[:i] {
			if o.block == b.block && o.whole.at < b.whole.at+b.whole.bytes && b.whole.at < o.whole.at+o.whole.bytes {
				t.Errorf("%+v and %+v overlap", o.whole, b.whole)
			}
		}
	}
}

func TestLargeBuffersHaveBlocksOfTheirOwn(t *testing.T) {
	d := open(t, Options{})
	small := buffer(t, d, "small", 4, Local)
	before := d.Usage()
	large := buffer(t, d, "large", localBlock+4, Local)
	if large.block == small.block || d.Usage().Allocated < before.Allocated+localBlock {
		t.Errorf("no block of its own: %+v, %+v", before, d.Usage())
	}
	large.Free()
	if after := d.Usage(); after.Allocated != before.Allocated || after.Blocks != before.Blocks {
		t.Errorf("its block is kept: %+v, %+v", before, after)
	}
}

func TestOutOfMemorySaysHowMuch(t *testing.T) {
	d := open(t, Options{})
	buffer(t, d, "x", 1<<20, Local)
	before := d.Usage()
	for _, bytes := range []int64{d.Info().HeapBytes, 1 << 60, 1<<63 - 1} {
		for _, m := range []Memory{Local, Host} {
			if m == Host && bytes == d.Info().HeapBytes {
				continue // a discrete device's host memory may be larger
			}
			_, err := d.NewBuffer("huge", bytes, m)
			if !errors.Is(err, ErrOutOfMemory) {
				t.Errorf("%d bytes %s: %v", bytes, m, err)
			}
			mustFail(t, err, "buffer huge: ")
		}
	}
	_, err := d.NewBuffer("huge", d.Info().HeapBytes, Local)
	mustFail(t, err, "bytes requested, 1048576 bytes in use by 1 buffers")
	if d.Usage() != before {
		t.Errorf("usage %+v after failures, %+v before", d.Usage(), before)
	}
	for _, bytes := range []int64{0, -5} {
		_, err := d.NewBuffer("none", bytes, Local)
		mustFail(t, err, "buffer none: ")
	}
	_, err = d.NewBuffer("odd", 4, Memory(5))
	mustFail(t, err, "no such memory")
}
