package vk

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
)

func noise(n int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func TestBytesComeBack(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		for _, m := range []Memory{Local, Host} {
			b := buffer(t, d, "b", 3*stagingBytes, m)
			for i, c := range []struct{ at, n int64 }{{0, 1}, {3, 5}, {4096, stagingBytes}, {1, 2*stagingBytes + 77}, {stagingBytes - 1, 2}, {3*stagingBytes - 1, 1}} {
				want := noise(int(c.n), uint64(i))
				r := b.All().Slice(c.at, c.n)
				if err := d.Upload(r, want); err != nil {
					t.Fatal(err)
				}
				if got := download(t, d, r); !bytes.Equal(got, want) {
					t.Errorf("%s of %s memory comes back changed", r, m)
				}
			}
		}
	})
}

func TestTransfersAreCounted(t *testing.T) {
	d := open(t, Options{Guard: true})
	b := buffer(t, d, "b", 100, Local)
	if err := d.Upload(b.All(), make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	download(t, d, b.All().Slice(0, 30))
	if err := d.CheckGuards(); err != nil {
		t.Fatal(err)
	}
	run(t, d, program(t, d, "step", func(r *Recorder) { r.Fill(b.All(), 1) }), 3)
	if up, down := d.Transfers(); up != 100 || down != 30 {
		t.Errorf("%d bytes up, %d down, want 100 and 30: neither guards nor steps move any", up, down)
	}
}

func TestTransfersThatCannotBe(t *testing.T) {
	d, other := open(t, Options{}), open(t, Options{})
	b, foreign, freed := buffer(t, d, "b", 100, Local), buffer(t, other, "foreign", 100, Local), buffer(t, d, "freed", 100, Local)
	freed.Free()
	for want, r := range map[string]Range{
		"99 bytes for b[0:100] of 100 bytes": b.All(), "belongs to another device": foreign.All().Slice(0, 99), "is freed": freed.All().Slice(0, 99), "no range": {},
	} {
		mustFail(t, d.Upload(r, make([]byte, 99)), "upload: ")
		mustFail(t, d.Upload(r, make([]byte, 99)), want)
		mustFail(t, d.Download(make([]byte, 99), r), "download: ")
		mustFail(t, d.Download(make([]byte, 99), r), want)
	}
}

func TestTransfersFollowTheWorkBeforeThem(t *testing.T) {
	d := open(t, Options{})
	b := buffer(t, d, "b", 4096, Local)
	p := program(t, d, "slow", func(r *Recorder) { r.Dispatch(count{s: b.All(), rounds: 4000}) })
	for i := range 3 {
		if _, err := d.Submit(p, 5); err != nil {
			t.Fatal(err)
		}
		if got := asWords(download(t, d, b.All()))[1023]; got != uint32(5*(i+1)) {
			t.Errorf("download sees %d, want %d", got, 5*(i+1))
		}
	}
}

func TestTransfersFromManyGoroutines(t *testing.T) {
	d := open(t, Options{})
	var wait sync.WaitGroup
	for i := range 6 {
		b := buffer(t, d, "b", 50000, Local)
		wait.Go(func() {
			for k := range 10 {
				want := noise(50000, uint64(100*i+k))
				got := make([]byte, len(want))
				if err := d.Upload(b.All(), want); err != nil {
					t.Error(err)
				}
				if err := d.Download(got, b.All()); err != nil || !bytes.Equal(got, want) {
					t.Errorf("buffer %d comes back changed (%v)", i, err)
				}
			}
		})
	}
	wait.Wait()
}
