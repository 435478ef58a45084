package vk

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// scales records dispatches that need pipelines of their own, from one bias on.
func scales(d *Device, name string, from, to int, x, y Range) *Recorder {
	r := d.NewRecorder(name)
	for i := from; i < to; i++ {
		r.Dispatch(scale{x: x, y: y, rate: 1, bias: float32(i)})
	}
	return r
}

func TestCompileMakesWhatIsMissingOnce(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		x, y := buffer(t, d, "x", 64, Local), buffer(t, d, "y", 64, Local)
		a, b := scales(d, "a", 0, 20, x.All(), y.All()), scales(d, "b", 10, 30, x.All(), y.All())
		var told []string
		progress := func(done, total int) { told = append(told, fmt.Sprintf("%d/%d", done, total)) }
		if err := d.Compile(progress, a, b); err != nil {
			t.Fatal(err)
		}
		if len(told) != 30 || told[0] != "1/30" || told[29] != "30/30" || len(d.pipelines.pipelines) != 30 {
			t.Errorf("%d pipelines, progress %s", len(d.pipelines.pipelines), brief(told))
		}
		told = nil
		if err := d.Compile(progress, a); err != nil || told != nil {
			t.Errorf("again: %v, progress %s", err, brief(told))
		}
		for _, r := range []*Recorder{a, b} {
			p, err := r.End()
			if err != nil {
				t.Fatal(err)
			}
			defer p.Free()
			run(t, d, p, 1)
		}
		if got := floats(t, d, y.All())[3]; got != 29 {
			t.Errorf("the last of b gave %v, want 29", got)
		}
	})
}

// Programs are the same in whatever order their pipelines come: on one processor or on many.
func TestCompileIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []float32
	for _, processors := range []int{1, 2, 16} {
		runtime.GOMAXPROCS(processors)
		d := open(t, Options{})
		x, y := buffer(t, d, "x", 64, Local), buffer(t, d, "y", 64, Local)
		upload(t, d, x.All(), []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
		r := d.NewRecorder("p")
		for i := range 24 {
			r.Dispatch(scale{x: x.All(), y: y.All(), rate: 0.5, bias: float32(i)})
			r.Copy(x.All(), y.All())
		}
		p, err := r.End()
		if err != nil {
			t.Fatal(err)
		}
		run(t, d, p, 1)
		p.Free()
		got := floats(t, d, x.All())
		if want == nil {
			want = got
		}
		same(t, fmt.Sprintf("on %d processors", processors), got, want)
	}
}

func TestCompileNamesTheFirstThatFails(t *testing.T) {
	d := open(t, Options{})
	x, y := buffer(t, d, "x", 64, Local), buffer(t, d, "y", 64, Local)
	r := scales(d, "p", 0, 3, x.All(), y.All())
	broken := *scaleShader
	broken.Code = [2][]byte{}
	c := scale{x: x.All(), y: y.All(), rate: 1, label: "broken"}.Call()
	c.Shader = &broken
	r.Dispatch(rawCall(c))
	mustFail(t, d.Compile(nil, r), "step 3 of p: broken: there is no SPIR-V for the")
	failed := d.NewRecorder("failed")
	failed.Copy(Range{}, Range{})
	if err := d.Compile(nil, failed); err != nil { // End tells
		t.Error(err)
	}
}

func TestManyGoroutinesCompile(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		x := buffer(t, d, "x", 64, Local)
		var wait sync.WaitGroup
		for g := range 4 {
			wait.Go(func() {
				p, err := scales(d, "p", 10*g, 10*g+20, x.All(), x.All()).End()
				if err != nil {
					t.Error(err)
					return
				}
				p.Free()
			})
		}
		wait.Wait()
		if n := len(d.pipelines.pipelines); n != 50 {
			t.Errorf("%d pipelines, want 50", n)
		}
	})
}

// BenchmarkCompile makes 64 pipelines of one shader; see GOMAXPROCS (-cpu).
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d := open(b, Options{})
		x := buffer(b, d, "x", 64, Local)
		r := scales(d, "p", 0, 64, x.All(), x.All())
		b.StartTimer()
		if err := d.Compile(nil, r); err != nil {
			b.Fatal(err)
		}
	}
}
