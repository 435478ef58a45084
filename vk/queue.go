package vk

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	vulkan "github.com/vulkan-go/vulkan"
)

// Ticket numbers submissions from 1 on. They finish in order.
type Ticket uint64

// inFlight is how many submissions may be unfinished before Submit blocks.
const inFlight = 3

// ring holds a fence per submission in flight.
type ring struct {
	mu     sync.Mutex // one submission at a time
	last   atomic.Uint64
	done   atomic.Uint64
	slots  [inFlight]slot
	stamps *stamps // nil: submissions are not stamped
}

type slot struct {
	mu     sync.Mutex // held while waiting for the fence, and while using it again
	fence  vulkan.Fence
	ticket Ticket
}

func (d *Device) openRing() error {
	for i := range d.ring.slots {
		var r vulkan.Result
		if d.ring.slots[i].fence, r = d.native.createFence(); r != vulkan.Success {
			return check("vkCreateFence", r)
		}
	}
	return nil
}

func (d *Device) closeRing() {
	for i := range d.ring.slots {
		vulkan.DestroyFence(d.handle, d.ring.slots[i].fence, nil)
	}
	if d.ring.stamps != nil {
		d.ring.stamps.destroy(d)
	}
}

var errFreed = errors.New("submit: the program is freed")

// Submit runs p times times, in one submission (section 6.5). It blocks only
// while three submissions are unfinished, and allocates nothing.
func (d *Device) Submit(p *Program, times int) (Ticket, error) {
	if err := d.usable(); err != nil {
		return 0, err
	}
	if p.d != d || times < 1 {
		return 0, fmt.Errorf("submit: program %s, %d times: want a program of this device, at least once", p.name, times)
	}
	d.ring.mu.Lock()
	defer d.ring.mu.Unlock()
	if p.freed {
		return 0, errFreed
	}
	t, err := d.enqueue(p.commands.buffer, times)
	if err == nil {
		p.last = t
	}
	return t, err
}

// enqueue submits commands, listed times times. The caller holds ring.mu.
func (d *Device) enqueue(c vulkan.CommandBuffer, times int) (Ticket, error) {
	next := Ticket(d.ring.last.Load() + 1)
	s := &d.ring.slots[next%inFlight]
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := d.finish(s); err != nil {
		return 0, err
	}
	var before, after vulkan.CommandBuffer
	if stamps := d.ring.stamps; stamps != nil {
		if s.ticket >= stamps.next {
			if err := stamps.read(d); err != nil {
				return 0, err
			}
		}
		slot := &stamps.slots[next%inFlight]
		before, after = slot.before.buffer, slot.after.buffer
	}
	if r := d.native.submit(d.queue, before, c, uint32(times), after, s.fence); r != vulkan.Success {
		return 0, d.fail(check("vkQueueSubmit", r))
	}
	s.ticket = next
	d.ring.last.Store(uint64(next))
	return next, nil
}

// Done is the highest finished ticket. It does not wait.
func (d *Device) Done() Ticket {
	if d.usable() != nil {
		return Ticket(d.ring.done.Load())
	}
	for i := range d.ring.slots {
		s := &d.ring.slots[i]
		if !s.mu.TryLock() {
			continue // somebody waits for it: not finished
		}
		if s.ticket > Ticket(d.ring.done.Load()) {
			switch r := vulkan.GetFenceStatus(d.handle, s.fence); {
			case r == vulkan.Success:
				d.ring.advance(s.ticket)
			case r < 0: // whoever submits or waits next learns of it
				d.fail(check("vkGetFenceStatus", r))
			}
		}
		s.mu.Unlock()
	}
	return Ticket(d.ring.done.Load())
}

// advance raises done to t.
func (q *ring) advance(t Ticket) {
	for {
		done := q.done.Load()
		if done >= uint64(t) || q.done.CompareAndSwap(done, uint64(t)) {
			return
		}
	}
}

// Wait returns when the submission t has finished: ErrTimeout where that takes
// longer than VKGAN_TIMEOUT (a minute on GPUs, ten on CPU drivers), ErrDeviceLost where the device is gone.
// The zero ticket has finished.
func (d *Device) Wait(t Ticket) error {
	if err := d.usable(); err != nil {
		return err
	}
	if last := d.ring.last.Load(); uint64(t) > last {
		return fmt.Errorf("wait: ticket %d was never given; the last is %d", t, last)
	}
	if d.ring.done.Load() >= uint64(t) {
		return nil
	}
	s := &d.ring.slots[t%inFlight]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ticket != t {
		return nil // its slot was used again: it has finished
	}
	return d.finish(s)
}

// finish waits for the slot's submission, if any. The caller holds s.mu.
func (d *Device) finish(s *slot) error {
	if s.ticket <= Ticket(d.ring.done.Load()) {
		return nil
	}
	if err := d.waitFence(s.fence); err != nil {
		return fmt.Errorf("submission %d: %w", s.ticket, err)
	}
	d.ring.advance(s.ticket)
	return nil
}

func (d *Device) waitFence(f vulkan.Fence) error {
	r := d.native.waitFence(f, uint64(d.timeout.Nanoseconds()))
	d.hung.Store(r == vulkan.Timeout)
	if r == vulkan.Timeout {
		return fmt.Errorf("the device has not finished after %s (VKGAN_TIMEOUT): %w", d.timeout, ErrTimeout)
	}
	return d.fail(check("vkWaitForFences", r))
}

// Idle waits for everything that was submitted.
func (d *Device) Idle() error {
	d.transfers.mu.Lock()
	err := d.settle()
	d.transfers.mu.Unlock()
	return errors.Join(err, d.Wait(Ticket(d.ring.last.Load())))
}
