package vk

import (
	"errors"

	vulkan "github.com/vulkan-go/vulkan"
)

// stamps are timestamps around the submissions of the ring's slots, and what has
// been read of them.
type stamps struct {
	slots [inFlight]stampedSlot
	first Ticket
	next  Ticket    // the first that has not been read
	ticks []uint64  // begin and end of the latest that was read
	gaps  []float64 // nanoseconds
}

// stampedSlot writes query 0 when everything submitted before has ended, and
// query 1 when the submission has.
type stampedSlot struct {
	queries       vulkan.QueryPool
	before, after commands
}

// StampSubmissions lets every Submit from now on take two timestamps, until
// Gaps. The device must have timestamps.
func (d *Device) StampSubmissions() error {
	if err := d.usable(); err != nil {
		return err
	}
	if d.physical.info.Limits.TimestampBits == 0 {
		return errNoTimestamps
	}
	d.ring.mu.Lock()
	defer d.ring.mu.Unlock()
	if d.ring.stamps != nil {
		return errors.New("submissions are being stamped")
	}
	next := Ticket(d.ring.last.Load() + 1)
	s := &stamps{first: next, next: next, ticks: make([]uint64, 2)}
	for i := range s.slots {
		if err := s.slots[i].create(d); err != nil {
			s.destroy(d)
			return d.fail(err)
		}
	}
	d.ring.stamps = s
	return nil
}

var errNoTimestamps = errors.New("the device's queue has no timestamps (timestampValidBits is 0)")

func (s *stampedSlot) create(d *Device) error {
	const queries = 2
	var r vulkan.Result
	if s.queries, r = d.native.createQueries(queries); r != vulkan.Success {
		return check("vkCreateQueryPool", r)
	}
	for i, c := range []*commands{&s.before, &s.after} {
		if *c, r = d.native.createCommands(d.physical.family); r != vulkan.Success {
			return check("vkCreateCommandPool", r)
		}
		reset := 0
		if i == 0 {
			reset = queries
		}
		if r := d.native.record(*c, true, s.queries, reset, []nativeOp{opStamp(i)}, nil); r != vulkan.Success {
			return check("vkEndCommandBuffer", r)
		}
	}
	return nil
}

func (s *stamps) destroy(d *Device) {
	for _, slot := range s.slots {
		vulkan.DestroyCommandPool(d.handle, slot.before.pool, nil)
		vulkan.DestroyCommandPool(d.handle, slot.after.pool, nil)
		vulkan.DestroyQueryPool(d.handle, slot.queries, nil)
	}
}

// read reads the timestamps of s.next, which has finished.
func (s *stamps) read(d *Device) error {
	ended := s.ticks[1]
	if err := d.readTicks(s.slots[s.next%inFlight].queries, s.ticks); err != nil {
		return err
	}
	if s.next > s.first {
		l := d.physical.info.Limits
		unused := 64 - l.TimestampBits
		gap := int64((s.ticks[0]-ended)<<unused) >> unused // they wrap around; negative: the device overlaps submissions
		s.gaps = append(s.gaps, max(0, float64(gap)*l.TimestampPeriod))
	}
	s.next++
	return nil
}

// Gaps waits for what was submitted since StampSubmissions, ends the stamping,
// and gives the nanoseconds from the end of each of these submissions to when
// the device could begin with the next. What the timestamps themselves take is
// part of it.
func (d *Device) Gaps() ([]float64, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	d.ring.mu.Lock()
	defer d.ring.mu.Unlock()
	s := d.ring.stamps
	if s == nil {
		return nil, errors.New("submissions are not being stamped")
	}
	for s.next <= Ticket(d.ring.last.Load()) {
		err := d.Wait(s.next)
		if err == nil {
			err = s.read(d)
		}
		if err != nil {
			return nil, err
		}
	}
	d.ring.stamps = nil
	s.destroy(d)
	return s.gaps, nil
}
