package vk

import "testing"

func TestHazards(t *testing.T) {
	one, two := &Buffer{name: "one", block: &block{}, bytes: 4096}, &Buffer{name: "two", block: &block{}, bytes: 4096}
	a, b, both, other := one.All().Slice(0, 1024), one.All().Slice(1024, 1024), one.All().Slice(512, 1024), two.All()
	type access struct {
		r Range
		a Access
	}
	for name, c := range map[string]struct {
		before, now []access
		want        bool
	}{
		"read after write":         {[]access{{a, Write}}, []access{{a, Read}}, true},
		"write after read":         {[]access{{a, Read}}, []access{{a, Write}}, true},
		"write after write":        {[]access{{a, Write}}, []access{{a, Write}}, true},
		"read after read":          {[]access{{a, Read}}, []access{{a, Read}}, false},
		"update after update":      {[]access{{a, ReadWrite}}, []access{{a, ReadWrite}}, true},
		"read after update":        {[]access{{a, ReadWrite}}, []access{{a, Read}}, true},
		"neighbours":               {[]access{{a, Write}}, []access{{b, Write}}, false},
		"overlap from below":       {[]access{{a, Write}}, []access{{both, Read}}, true},
		"overlap from above":       {[]access{{both, Write}}, []access{{b, Read}}, true},
		"another block":            {[]access{{a, Write}}, []access{{other, Write}}, false},
		"the second of two":        {[]access{{a, Read}, {b, Write}}, []access{{a, Read}, {b, Read}}, true},
		"both read":                {[]access{{a, Read}, {b, Write}}, []access{{a, Read}, {other, Write}}, false},
		"in place, within a step":  {nil, []access{{a, Read}, {a, Write}}, false},
		"slices of one granule":    {[]access{{a.Slice(0, 4), Write}}, []access{{a.Slice(4, 4), Write}}, true},
		"slices of two granules":   {[]access{{a.Slice(0, 64), Write}}, []access{{a.Slice(64, 4), Write}}, false},
		"into the granule behind":  {[]access{{a.Slice(0, 68), Write}}, []access{{a.Slice(64, 64), Read}}, true},
		"reads of the same buffer": {[]access{{both, Read}}, []access{{a, Read}, {b, Read}}, false},
	} {
		h := newHazards(64)
		add := func(step int, list []access) bool {
			var ranges []Range
			var accesses []Access
			for _, x := range list {
				ranges, accesses = append(ranges, x.r), append(accesses, x.a)
			}
			return h.add(step, ranges, accesses)
		}
		if add(0, c.before) {
			t.Errorf("%s: a barrier in front of the first step", name)
		}
		if got := add(1, c.now); got != c.want {
			t.Errorf("%s: barrier %v, want %v (%v)", name, got, c.want, h.reasons)
		}
	}
}

func TestABarrierSettlesWhatWasBefore(t *testing.T) {
	b := &Buffer{name: "b", block: &block{}, bytes: 4096}
	x, y, z := b.All().Slice(0, 1024), b.All().Slice(1024, 1024), b.All().Slice(2048, 1024)
	h := newHazards(16)
	var got []bool
	for i, s := range []struct{ from, to Range }{{x, y}, {x, z}, {y, x}, {z, b.All().Slice(3072, 1024)}, {z, y}} {
		got = append(got, h.add(i, []Range{s.from, s.to}, []Access{Read, Write}))
	}
	same(t, "barriers", got, []bool{false, false, true, false, true})
	same(t, "reasons", h.reasons, []string{
		"step 2: read of b[1024:2048] after write of b[1024:2048]",
		"step 4: write of b[1024:2048] after read of b[1024:2048]",
	})
}

// program of a few kernels for both builds, with every kind of hazard.
func phases(t *testing.T, d *Device) *Program {
	a, b, ring := buffer(t, d, "a", 4096, Local), buffer(t, d, "b", 4096, Local), buffer(t, d, "ring", 64, Host)
	return program(t, d, "phases", func(r *Recorder) {
		r.Fill(a.All(), 0x3f800000)
		r.Dispatch(scale{x: a.All(), y: b.All(), rate: 2})
		r.Dispatch(scale{x: a.All().Slice(0, 512), y: b.All().Slice(0, 512), rate: 3})
		r.Dispatch(scale{x: b.All().Slice(4, 508), y: a.All().Slice(1028, 508), rate: 5})
		r.Dispatch(scale{x: b.All().Slice(1024, 64), y: a.All().Slice(2048, 64), rate: 7})
		r.Copy(ring.All(), a.All().Slice(1024, 64))
	})
}

func TestHazardsAreTheSameInBothBuilds(t *testing.T) {
	var stats []Stats
	eachBuild(t, func(t *testing.T, d *Device) {
		buffer(t, d, "elsewhere", int64(1000*(1+len(stats))), Local) // buffers lie elsewhere
		p := phases(t, d)
		stats = append(stats, p.Stats())
		if want := (Stats{Dispatches: 4, Copies: 2, Barriers: 6, Hazards: p.Stats().Hazards}); p.Stats() != want {
			t.Errorf("%+v, want %+v: %v", p.Stats(), want, p.reasons)
		}
	})
	for _, s := range stats {
		if s != stats[0] {
			t.Errorf("%+v and %+v", stats[0], s)
		}
	}
}

func TestTheDigestTellsProgramsApart(t *testing.T) {
	d := open(t, Options{})
	a := buffer(t, d, "a", 1024, Local)
	digest := func(at int64) uint64 {
		return program(t, d, "p", func(r *Recorder) {
			r.Fill(a.All(), 1)
			r.Fill(a.All().Slice(at, 256), 2)
		}).Stats().Hazards
	}
	first, moved, again := digest(0), digest(256), digest(0)
	if first == moved || first != again {
		t.Error("the digest does not follow the hazards")
	}
}
