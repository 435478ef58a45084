package vk

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestDispatchesFollowEachOther(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		const n = 1000
		x, y := buffer(t, d, "x", 4*n, Local), buffer(t, d, "y", 4*n, Local)
		in, want := make([]float32, n), make([]float32, n)
		for i := range in {
			in[i] = float32(i)
			want[i] = (float32(i)*2 + 1) * 4
		}
		upload(t, d, x.All(), in)
		p := program(t, d, "scale twice", func(r *Recorder) {
			if r.Device() != d {
				t.Error("the recorder's device is another")
			}
			r.Dispatch(scale{x: x.All(), y: y.All(), rate: 2, bias: 1})
			r.Dispatch(scale{x: y.All(), y: x.All(), rate: 4})
		})
		run(t, d, p, 1)
		same(t, "x", floats(t, d, x.All()), want)
	})
}

func TestSlicesBeginAnywhere(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		const n = 300
		b := buffer(t, d, "b", 4*n, Local)
		want := make([]float32, n)
		for i := range want {
			want[i] = float32(i)
		}
		upload(t, d, b.All(), want)
		p := program(t, d, "slices", func(r *Recorder) {
			for _, c := range [][3]int64{{1, 150, 7}, {3, 200, 33}, {77, 155, 70}, {299, 0, 1}} {
				from, to, count := c[0], c[1], c[2]
				r.Dispatch(scale{x: b.All().Slice(4*from, 4*count), y: b.All().Slice(4*to, 4*count), rate: 3, bias: 1})
				for i := range count {
					want[to+i] = 3*want[from+i] + 1
				}
			}
		})
		run(t, d, p, 1)
		same(t, "b", floats(t, d, b.All()), want)
	})
}

func TestCopiesAndFills(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		a, b := buffer(t, d, "a", 64, Local), buffer(t, d, "b", 64, Local)
		p := program(t, d, "copies", func(r *Recorder) {
			r.Fill(a.All().Slice(16, 16), 0x01020304)
			r.Copy(b.All().Slice(3, 7), a.All().Slice(14, 7))
			r.Copy(a.All().Slice(40, 7), b.All().Slice(3, 7))
		})
		run(t, d, p, 2)
		want := make([]byte, 64)
		for i := 16; i < 32; i += 4 {
			copy(want[i:], Bytes([]uint32{0x01020304}))
		}
		copy(want[40:47], want[14:21])
		same(t, "a", download(t, d, a.All()), want)
	})
}

func TestStepsThatCannotBe(t *testing.T) {
	d, other := open(t, Options{}), open(t, Options{})
	a, b, foreign := buffer(t, d, "a", 64, Local), buffer(t, d, "b", 64, Local), buffer(t, other, "foreign", 64, Local)
	for want, steps := range map[string]func(r *Recorder){
		"step 0 of bad: copy: foreign[0:64] belongs to another device": func(r *Recorder) { r.Copy(a.All(), foreign.All()) },
		"copy: b[0:64] to a[0:8]: want the same length":                func(r *Recorder) { r.Copy(a.All().Slice(0, 8), b.All()) },
		"copy: a[0:0] to b[0:0]: want the same length":                 func(r *Recorder) { r.Copy(b.All().Slice(0, 0), a.All().Slice(0, 0)) },
		"copy: a[0:32] and a[16:48] overlap":                           func(r *Recorder) { r.Copy(a.All().Slice(16, 32), a.All().Slice(0, 32)) },
		"fill: no range is given":                                      func(r *Recorder) { r.Fill(Range{}, 0) },
		"fill: a[2:6]: want multiples of 4 bytes":                      func(r *Recorder) { r.Fill(a.All().Slice(2, 4), 0) },
		"fill: a[0:6]: want multiples of 4 bytes":                      func(r *Recorder) { r.Fill(a.All().Slice(0, 6), 0) },
		"step 0 of bad: nothing was recorded":                          func(r *Recorder) {},
		"step 1 of bad: Timed after the first step":                    func(r *Recorder) { r.Fill(a.All(), 0); r.Timed() },
	} {
		r := d.NewRecorder("bad")
		steps(r)
		p, err := r.End()
		mustFail(t, err, want)
		if p != nil {
			t.Errorf("%s: there is a program", want)
		}
	}
}

func TestTheFirstErrorIsTheOne(t *testing.T) {
	d := open(t, Options{})
	a := buffer(t, d, "a", 64, Local)
	r := d.NewRecorder("p")
	r.Fill(a.All(), 0)
	r.Fill(Range{}, 0)
	r.Copy(a.All(), a.All())
	r.Fill(a.All(), 0)
	_, err := r.End()
	mustFail(t, err, "step 1 of p: fill: no range is given")
}

func TestARecorderEndsOnce(t *testing.T) {
	d := open(t, Options{})
	a := buffer(t, d, "a", 64, Local)
	r := d.NewRecorder("p")
	r.Fill(a.All(), 0)
	p, err := r.End()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Free()
	_, err = r.End()
	mustFail(t, err, "End was called before")
}

func TestFreedBuffersAreRefused(t *testing.T) {
	d := open(t, Options{})
	a := buffer(t, d, "a", 64, Local)
	a.Free()
	r := d.NewRecorder("p")
	r.Dispatch(count{s: a.All()})
	_, err := r.End()
	mustFail(t, err, "argument s: a[0:64] is freed")
}

// TestALongProgram is as long as a training step, with sets and pipelines used again.
func TestALongProgram(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		const steps, words = 400, 64
		list := make([]*Buffer, 8)
		for i := range list {
			list[i] = buffer(t, d, strings.Repeat("b", i+1), 4*words, Local)
		}
		upload(t, d, list[0].All(), slices.Repeat([]float32{1}, words))
		p := program(t, d, "long", func(r *Recorder) {
			for i := range steps {
				r.Dispatch(scale{x: list[i%8].All(), y: list[(i+1)%8].All(), rate: 1, bias: float32(i % 3)})
			}
		})
		run(t, d, p, 2)
		want := float32(1)
		for i := range 2 * steps {
			want += float32(i % steps % 3)
		}
		same(t, "the end", floats(t, d, list[0].All()), slices.Repeat([]float32{want}, words))
		if s := p.Stats(); s.Dispatches != steps || s.Barriers != steps {
			t.Errorf("%+v", s)
		}
		if math.IsNaN(float64(want)) {
			t.Error("not a number")
		}
	})
}
