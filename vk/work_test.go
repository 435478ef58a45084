package vk

import (
	"reflect"
	"testing"
)

type purpose string

func (p purpose) String() string { return string(p) }

// What steps are for and have to do; a rehearsal tells the same.
func TestCommands(t *testing.T) {
	d := open(t, Options{})
	record := func(d *Device) []Command {
		a, b := buffer(t, d, "a", 64, Local), buffer(t, d, "b", 128, Local)
		r := d.NewRecorder("commands")
		r.Fill(a.All(), 0)
		r.Section("one")
		end := r.Operation(purpose("whole"))
		r.Dispatch(scale{x: a.All(), y: a.All().Slice(0, 32), label: "rate"})
		endPart := r.Operation(purpose("part"))
		r.DispatchWork(count{s: a.All()}, Work{Dense: 10, Taps: 8})
		r.DispatchWork(count{s: b.All()}, Work{Dense: 1, Taps: 1, Bytes: 12})
		endPart()
		r.Copy(b.All().Slice(0, 64), a.All())
		end()
		r.Section("two")
		r.Fill(b.All(), 1)
		list := r.Commands()
		if d.Rehearses() {
			return list
		}
		p, err := r.End()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Free)
		if !reflect.DeepEqual(p.Commands(), list) {
			t.Errorf("the program's commands are %+v, the recorder's %+v", p.Commands(), list)
		}
		return list
	}
	want := []Command{
		{"", "fill", nil, Work{0, 0, 64}},
		{"one", "rate", purpose("whole"), Work{0, 0, 64 + 32}},
		{"one", "count", purpose("part"), Work{10, 8, 2 * 64}},
		{"one", "count", purpose("part"), Work{1, 1, 12}},
		{"one", "copy", purpose("whole"), Work{0, 0, 2 * 64}},
		{"two", "fill", nil, Work{0, 0, 128}},
	}
	for _, d := range []*Device{d, d.Rehearsal()} {
		if got := record(d); !reflect.DeepEqual(got, want) {
			t.Errorf("rehearsal %v: %+v, want %+v", d.Rehearses(), got, want)
		}
	}
	sum := Work{1, 2, 3}
	sum.Add(Work{10, 20, 30})
	if sum != (Work{11, 22, 33}) {
		t.Errorf("%+v", sum)
	}
}
