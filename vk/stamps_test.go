package vk

import (
	"slices"
	"testing"
	"time"
)

func TestGaps(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		p, counted := counter(t, d, 2000)
		err := d.StampSubmissions()
		if d.Info().Limits.TimestampBits == 0 {
			mustFail(t, err, "has no timestamps")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		mustFail(t, d.StampSubmissions(), "are being stamped")
		const pause = 30 * time.Millisecond
		for i := range 8 {
			if i == 5 {
				if err := d.Idle(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(pause)
			}
			if _, err := d.Submit(p, 3); err != nil {
				t.Fatal(err)
			}
		}
		gaps, err := d.Gaps()
		if err != nil || len(gaps) != 7 || counted() != 24 {
			t.Fatalf("gaps %v, %v, after counting to %d", gaps, err, counted())
		}
		if slices.Min(gaps) < 0 || slices.Max(gaps) != gaps[4] || gaps[4] < float64(pause.Nanoseconds()) {
			t.Errorf("gaps %v, want the fifth to be %v at least", gaps, pause)
		}
		_, err = d.Gaps()
		mustFail(t, err, "are not being stamped")
		run(t, d, p, 1) // unstamped again
		if err := d.StampSubmissions(); err != nil {
			t.Fatal(err)
		}
		if gaps, err := d.Gaps(); err != nil || len(gaps) != 0 {
			t.Errorf("of no submission: %v, %v", gaps, err)
		}
	})
}

// A device may be closed while it stamps.
func TestStampsAreDestroyed(t *testing.T) {
	d := open(t, Options{Validate: layerInstalled(t)})
	p, _ := counter(t, d, 0)
	if err := d.StampSubmissions(); d.Info().Limits.TimestampBits == 0 {
		mustFail(t, err, "has no timestamps")
	} else if err != nil {
		t.Fatal(err)
	}
	run(t, d, p, 2)
}
