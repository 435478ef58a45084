package vk

import (
	"testing"
)

// What a rehearsal counts is what the device then takes.
func TestRehearsal(t *testing.T) {
	d := open(t, Options{})
	sizes := map[string]int64{"a": 5, "b": 4096, "c": 3 << 20}
	use := func(d *Device) Usage {
		before := d.Usage()
		var all []*Buffer
		for name, bytes := range sizes {
			b, err := d.NewBuffer(name, bytes, Local)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Upload(b.All(), make([]byte, bytes)); err != nil {
				t.Error(err)
			}
			all = append(all, b)
		}
		used := d.Usage()
		for _, b := range all {
			b.Free()
		}
		if after := d.Usage(); after.Buffers != before.Buffers || after.Requested != before.Requested {
			t.Errorf("after all was freed: %+v, before: %+v", after, before)
		}
		return Usage{Buffers: used.Buffers - before.Buffers, Requested: used.Requested - before.Requested}
	}
	r := d.Rehearsal()
	if got, want := use(r), use(d); got != want {
		t.Errorf("rehearsed %+v, took %+v", got, want)
	}
	if b, err := r.NewBuffer("more than there is", 1<<50, Local); err != nil || r.Usage().Requested != 1<<50 {
		t.Errorf("%+v, %v", r.Usage(), err)
	} else {
		b.Free()
	}
	rec := r.NewRecorder("none")
	if _, err := rec.End(); err == nil || !r.Rehearses() || d.Rehearses() {
		t.Error("a rehearsal can be recorded on")
	}
	nowhere := NewRehearsal()
	if got, want := use(nowhere), use(d); got != want || !nowhere.Rehearses() {
		t.Errorf("of no device: rehearsed %+v, took %+v", got, want)
	}
	if got := RehearsalOf(d.Info()); use(got) != use(d) || got.Info().Name != d.Info().Name || !got.Rehearses() {
		t.Errorf("a rehearsal of %s", got.Info().Name)
	}
	if free := d.FreeMemory(); free <= 0 || free > d.Info().HeapBytes {
		t.Errorf("%d bytes are free of %d", free, d.Info().HeapBytes)
	}
}
