package vk

import (
	"testing"
	"time"
)

func TestTimings(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		a, b := buffer(t, d, "a", 4096, Local), buffer(t, d, "b", 4096, Local)
		r := d.NewRecorder("timed")
		r.Timed()
		r.Fill(a.All(), 0)
		r.Section("slow")
		r.Dispatch(count{s: a.All(), rounds: 20000})
		r.Section("fast")
		r.Dispatch(scale{x: a.All(), y: b.All(), rate: 1, label: "rate"})
		r.Copy(a.All(), b.All())
		p, err := r.End()
		if d.Info().Limits.TimestampBits == 0 {
			mustFail(t, err, "has no timestamps")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		defer p.Free()
		_, err = p.Timings()
		mustFail(t, err, "has not run and finished")
		run(t, d, p, 1) // compiles
		begin := time.Now()
		run(t, d, p, 3)
		wall := float64(time.Since(begin).Nanoseconds())
		list, err := p.Timings()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		sum := 0.0
		for _, x := range list {
			names = append(names, x.Section+"/"+x.Kernel)
			sum += x.Nanoseconds
			if x.Nanoseconds < 0 {
				t.Errorf("%+v", x)
			}
		}
		same(t, "steps", names, []string{"/fill", "slow/count", "fast/rate", "fast/copy"})
		if list[1].Nanoseconds < list[2].Nanoseconds || sum <= 0 || sum > wall {
			t.Errorf("%v in a run that took %v ns", list, wall)
		}
	})
}

func TestTimingsOfAProgramThatIsNotTimed(t *testing.T) {
	d := open(t, Options{})
	p, _ := counter(t, d, 0)
	_, err := p.Timings()
	mustFail(t, err, "program count is not timed")
}

func TestDevicesWithoutTimestampsRefuse(t *testing.T) {
	d := open(t, Options{})
	b := buffer(t, d, "b", 16, Local)
	d.physical.info.Limits.TimestampBits = 0
	r := d.NewRecorder("p")
	r.Timed()
	r.Fill(b.All(), 0)
	_, err := r.End()
	mustFail(t, err, "no timestamps")
}

func TestTimestampsWrapAround(t *testing.T) {
	l := Limits{TimestampBits: 36, TimestampPeriod: 2}
	if ns := elapsed(1<<36-10, 5, l); ns != 30 {
		t.Errorf("%v ns, want 30", ns)
	}
	l.TimestampBits = 64
	if ns := elapsed(^uint64(0), 4, l); ns != 10 {
		t.Errorf("%v ns, want 10", ns)
	}
}
