package vk

import "testing"

func TestDispatchesThatBindTheSameShareASet(t *testing.T) {
	d := open(t, Options{Build: &[]Build{Storage}[0]})
	x, y := buffer(t, d, "x", 640, Local), buffer(t, d, "y", 640, Local)
	a := &assembly{d: d, bySet: map[string]int{}, ofOp: map[int]int{}}
	r := d.NewRecorder("sets")
	r.Dispatch(scale{x: x.All(), y: y.All(), rate: 1})
	r.Dispatch(scale{x: y.All(), y: x.All(), rate: 1})
	r.Dispatch(scale{x: x.All(), y: y.All(), rate: 3, bias: 2})
	r.Dispatch(count{s: x.All()})
	if err := d.Compile(nil, r); err != nil {
		t.Fatal(err)
	}
	a.steps(r, &Stats{})
	if len(a.sets) != 3 || len(a.binds) != 5 || len(a.ofOp) != 4 {
		t.Errorf("%d sets of %d bindings for %d dispatches, want 3 of 5 for 4", len(a.sets), len(a.binds), len(a.ofOp))
	}
}

func TestABarrierToTheHostStandsWhereAHostBufferIsWritten(t *testing.T) {
	d := open(t, Options{})
	l, h := buffer(t, d, "l", 64, Local), buffer(t, d, "h", 64, Host)
	reads := program(t, d, "reads", func(r *Recorder) { r.Copy(l.All(), h.All()) })
	writes := program(t, d, "writes", func(r *Recorder) { r.Copy(h.All(), l.All()) })
	if a, b := reads.Stats().Barriers, writes.Stats().Barriers; a != 1 || b != 2 {
		t.Errorf("%d and %d barriers, want 1 and 2", a, b)
	}
}

func TestFreeWaitsAndHappensOnce(t *testing.T) {
	d := open(t, Options{})
	b := buffer(t, d, "b", 16, Local)
	r := d.NewRecorder("slow")
	r.Dispatch(count{s: b.All(), rounds: 100000})
	p, err := r.End()
	if err != nil {
		t.Fatal(err)
	}
	if p.Name() != "slow" {
		t.Errorf("name %q", p.Name())
	}
	ticket, err := d.Submit(p, 20)
	if err != nil {
		t.Fatal(err)
	}
	p.Free()
	p.Free()
	if d.Done() != ticket {
		t.Error("freed while it ran")
	}
	_, err = d.Submit(p, 1)
	mustFail(t, err, "the program is freed")
	_, err = p.Timings()
	mustFail(t, err, "is freed")
}
