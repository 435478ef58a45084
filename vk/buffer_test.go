package vk

import (
	"bytes"
	"slices"
	"testing"
)

func TestSlices(t *testing.T) {
	b := &Buffer{name: "b", bytes: 100}
	r := b.All().Slice(20, 60).Slice(8, 12)
	if r.Offset() != 28 || r.Bytes() != 12 || r.Buffer() != b || r.IsZero() || r.String() != "b[28:40]" {
		t.Errorf("%s", r)
	}
	if r != b.All().Slice(28, 12) || r == b.All().Slice(28, 16) {
		t.Error("ranges do not compare by value")
	}
	if z := (Range{}); !z.IsZero() || z.String() != "no range" {
		t.Errorf("zero range: %s", z)
	}
	if e := r.Slice(12, 0); e.Bytes() != 0 {
		t.Errorf("empty slice: %s", e)
	}
	for _, c := range [][2]int64{{-1, 2}, {0, 13}, {13, 0}, {5, -1}, {1 << 62, 1 << 62}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("slice %v of 12 bytes does not panic", c)
				}
			}()
			r.Slice(c[0], c[1])
		}()
	}
}

func TestBuffersBeginAsZeros(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		for _, m := range []Memory{Local, Host} {
			for _, n := range []int64{1, 7, 4096, stagingBytes + 12} {
				dirty := buffer(t, d, "dirty", n, m)
				if err := d.Upload(dirty.All(), bytes.Repeat([]byte{0xa5}, int(n))); err != nil {
					t.Fatal(err)
				}
				dirty.Free()
				clean := buffer(t, d, "clean", n, m)
				if got := download(t, d, clean.All()); slices.ContainsFunc(got, func(b byte) bool { return b != 0 }) {
					t.Errorf("%d bytes of %s memory are not zeros", n, m)
				}
				clean.Free()
			}
		}
	})
}

func TestHostBuffersAreMapped(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		h, l := buffer(t, d, "ring", 64, Host), buffer(t, d, "local", 64, Local)
		if l.Bytes() != nil || l.Memory() != Local || h.Memory() != Host || h.Name() != "ring" {
			t.Error("wrong about where buffers are")
		}
		for i := range h.Bytes() {
			h.Bytes()[i] = byte(i)
		}
		p := program(t, d, "there and back", func(r *Recorder) {
			r.Copy(l.All(), h.All())
			r.Dispatch(count{s: l.All()})
			r.Copy(h.All().Slice(0, 32), l.All().Slice(32, 32))
		})
		run(t, d, p, 1)
		if got := h.Bytes()[:8]; !bytes.Equal(got, []byte{33, 33, 34, 35, 37, 37, 38, 39}) {
			t.Errorf("the host reads %v", got)
		}
	})
}

func TestGuardsSeeWritesOutside(t *testing.T) {
	d := open(t, Options{Guard: true})
	a := buffer(t, d, "a", 22, Local)
	buffer(t, d, "b", 100, Host)
	if err := d.CheckGuards(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{-4, -guardBytes, 24, alignUp(22, Align) + guardBytes - 4} {
		spot := Range{a, at, 4}
		if err := d.fill(spot, 0x3f800000); err != nil {
			t.Fatal(err)
		}
		mustFail(t, d.CheckGuards(), "guard of buffer a (22 bytes): byte ")
		if err := d.fill(spot, guardWord); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.CheckGuards(); err != nil {
		t.Errorf("mended guards: %v", err)
	}
}

func TestGuardsSeeAKernelThatWritesTooFar(t *testing.T) {
	d := open(t, Options{Guard: true})
	if d.Build() != Addresses {
		return // a storage buffer's binding ends with the range; TestBoundRanges looks at that
	}
	x, y := buffer(t, d, "x", 4096, Local), buffer(t, d, "y", 4*100, Local)
	long := scale{x: x.All(), y: y.All(), rate: 1}
	long.x = x.All().Slice(0, 4*200)
	run(t, d, program(t, d, "too far", func(r *Recorder) { r.Dispatch(long) }), 1)
	mustFail(t, d.CheckGuards(), "guard of buffer y (400 bytes): byte 400 was overwritten with 0x000000")
}

func TestCheckGuardsWantsGuards(t *testing.T) {
	mustFail(t, open(t, Options{}).CheckGuards(), "without Options.Guard")
}
