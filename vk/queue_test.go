package vk

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// counter is a program that adds 1 to word 0 of its buffer, slowly as rounds says.
func counter(t testing.TB, d *Device, rounds uint32) (*Program, func() uint32) {
	b := buffer(t, d, "counter", 16, Local)
	p := program(t, d, "count", func(r *Recorder) { r.Dispatch(count{s: b.All(), rounds: rounds}) })
	return p, func() uint32 { return asWords(download(t, d, b.All()))[0] }
}

func TestAProgramRunsAsOftenAsItIsListed(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		p, counted := counter(t, d, 0)
		want := uint32(0)
		for _, times := range []int{1, 3, 1000, 10} {
			run(t, d, p, times)
			if want += uint32(times); counted() != want {
				t.Errorf("counted to %d, want %d", counted(), want)
			}
		}
	})
}

func TestTicketsFinishInOrder(t *testing.T) {
	d := open(t, Options{})
	p, counted := counter(t, d, 1000)
	if d.Done() != 0 || d.Wait(0) != nil {
		t.Error("something is done before anything is submitted")
	}
	mustFail(t, d.Wait(1), "ticket 1 was never given")
	for want := Ticket(1); want <= 20; want++ {
		got, err := d.Submit(p, 2)
		if err != nil || got != want {
			t.Fatalf("ticket %d, %v, want %d", got, err, want)
		}
		if done := d.Done(); done+inFlight < want {
			t.Errorf("%d of %d are done: more than %d in flight", done, want, inFlight)
		}
	}
	if err := d.Wait(17); err != nil || d.Done() < 17 {
		t.Errorf("after waiting for 17: done %d, %v", d.Done(), err)
	}
	if err := d.Wait(3); err != nil {
		t.Error(err)
	}
	if err := d.Wait(20); err != nil || d.Done() != 20 || counted() != 40 {
		t.Errorf("done %d, counted %d, %v", d.Done(), counted(), err)
	}
}

func TestIdleWaitsForAll(t *testing.T) {
	d := open(t, Options{})
	if err := d.Idle(); err != nil {
		t.Error(err)
	}
	p, _ := counter(t, d, 50000)
	for range 3 {
		if _, err := d.Submit(p, 10); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Idle(); err != nil || d.Done() != 3 {
		t.Errorf("done %d, %v", d.Done(), err)
	}
}

func TestDonePollsUntilFinished(t *testing.T) {
	d := open(t, Options{})
	p, _ := counter(t, d, 100000)
	ticket, err := d.Submit(p, 3)
	if err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); d.Done() != ticket; time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("never done")
		}
	}
}

func TestSubmissionsThatCannotBe(t *testing.T) {
	d, other := open(t, Options{}), open(t, Options{})
	p, _ := counter(t, d, 0)
	_, err := d.Submit(p, 0)
	mustFail(t, err, "program count, 0 times")
	_, err = other.Submit(p, 1)
	mustFail(t, err, "want a program of this device")
}

func TestSubmitAllocatesNothing(t *testing.T) {
	d := open(t, Options{})
	p, _ := counter(t, d, 0)
	run(t, d, p, 10)
	if n := testing.AllocsPerRun(200, func() {
		ticket, err := d.Submit(p, 10)
		if err != nil || d.Wait(ticket) != nil || d.Done() != ticket {
			t.Fatal(ticket, err)
		}
	}); n != 0 {
		t.Errorf("a submission allocates %v times", n)
	}
}

func TestManyGoroutinesSubmitAndWait(t *testing.T) {
	d := open(t, Options{})
	p, counted := counter(t, d, 10)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 50 {
				ticket, err := d.Submit(p, 2)
				if err == nil {
					d.Done()
					err = d.Wait(ticket)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if counted() != 800 {
		t.Errorf("counted to %d, want 800", counted())
	}
}

func TestWorkThatTakesTooLong(t *testing.T) {
	d := open(t, Options{})
	p, counted := counter(t, d, 60000) // old lavapipes end a loop after 65535 turns
	d.timeout = time.Millisecond
	ticket, err := d.Submit(p, 1000)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Wait(ticket)
	if !errors.Is(err, ErrTimeout) {
		t.Errorf("wait: %v", err)
	}
	mustFail(t, err, "submission 1: the device has not finished after 1ms (VKGAN_TIMEOUT)")
	if err := d.Close(); !errors.Is(err, ErrTimeout) {
		t.Errorf("close: %v", err)
	}
	mustFail(t, d.Download(make([]byte, 16), p.d.anyBuffer("counter").All()), "timeout")
	d.timeout = time.Minute
	if err := d.Wait(ticket); err != nil || counted() != 1000 {
		t.Errorf("after all: counted %d, %v", counted(), err)
	}
}

func (d *Device) anyBuffer(name string) *Buffer {
	for b := range d.arena.buffers {
		if b.name == name {
			return b
		}
	}
	return nil
}

func BenchmarkSubmitAndWait(b *testing.B) {
	d := open(b, Options{})
	p, _ := counter(b, d, 0)
	for _, times := range []int{1, 10, 100} {
		b.Run(map[int]string{1: "1", 10: "10", 100: "100"}[times], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ticket, err := d.Submit(p, times)
				if err != nil || d.Wait(ticket) != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSubmit keeps three submissions in flight, as training does.
func BenchmarkSubmit(b *testing.B) {
	d := open(b, Options{})
	p, _ := counter(b, d, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Submit(p, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDispatchWithBarrier(b *testing.B) {
	d := open(b, Options{})
	buf := buffer(b, d, "b", 64, Local)
	const steps = 1000
	p := program(b, d, "barriers", func(r *Recorder) {
		for range steps {
			r.Dispatch(count{s: buf.All()})
		}
	})
	for b.Loop() {
		run(b, d, p, 1)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/steps, "µs/dispatch")
}
