package vk

import (
	"errors"
	"fmt"

	vulkan "github.com/vulkan-go/vulkan"
)

// Screen shows images in a device's window, through a swapchain (chapter 34).
// Its methods are for one goroutine at a time.
//
// The host waits for every image before it is drawn to and before it is shown,
// so nothing on the device waits for the window system.
type Screen struct {
	d      *Device
	chain  nativeSwapchain
	copies []commands   // one for each image
	fence  vulkan.Fence // of the image that was acquired
	image  int          // acquired and not yet shown; -1: none
	ready  bool         // the fence of that has been waited for
	last   Ticket
	stale  bool
}

// NewScreen makes a screen that fits the device's window, of which width×height
// is a guess. Where the window has no size, as when it is minimised, so has the
// screen. A device has one screen at a time. Where the surface is lost the next
// call makes another.
func (d *Device) NewScreen(width, height int) (*Screen, error) {
	if err := errors.Join(d.usable(), d.CanShow()); err != nil {
		return nil, err
	}
	w := &d.display
	if w.screen != nil {
		return nil, errors.New("the device has a screen already")
	}
	if w.lost {
		w.close()
		if err := w.open(d.instance, d.physical); err != nil {
			return nil, err
		}
		if r := w.surface.use(d.native); r != vulkan.Success {
			return nil, check("vkGetDeviceProcAddr", r)
		}
	}
	s := &Screen{d: d, image: -1}
	if err := s.open(width, height); err != nil {
		s.destroy()
		return nil, s.lost(err)
	}
	w.screen = s
	return s, nil
}

func (s *Screen) open(width, height int) (err error) {
	d := s.d
	var r vulkan.Result
	if s.chain, r = d.display.surface.createSwapchain(max(width, 0), max(height, 0), d.physical.family, d.display.family); r != vulkan.Success {
		return check("vkCreateSwapchainKHR", r)
	}
	if s.fence, r = d.native.createFence(); r != vulkan.Success {
		return check("vkCreateFence", r)
	}
	for range s.chain.images {
		c, r := d.native.createCommands(d.physical.family)
		if r != vulkan.Success {
			return check("vkCreateCommandPool", r)
		}
		s.copies = append(s.copies, c)
	}
	return nil
}

// Size is the width and height in pixels; a screen without a size shows nothing.
func (s *Screen) Size() (width, height int) { return s.chain.width, s.chain.height }

// BGR tells whether a pixel's first byte is blue; else it is red.
func (s *Screen) BGR() bool { return s.chain.bgr }

// Lose makes the screen as one whose surface is lost: its methods return
// ErrSurfaceLost, and once it is closed the next NewScreen makes another surface.
// It is for tests of what that leads to.
func (s *Screen) Lose() { s.d.display.lost = true }

// Ready is nil when there is an image to draw to, ErrNoImage while none is free.
func (s *Screen) Ready() error {
	if err := s.d.usable(); err != nil {
		return err
	}
	if s.chain.handle == 0 {
		return ErrNoImage
	}
	return s.acquire()
}

// Draw submits the copy of pixels, [height,width] of 4 bytes, into an image of
// the window, behind all that was submitted before. Present shows it. The error
// is ErrNoImage while none is free.
func (s *Screen) Draw(pixels Range) (Ticket, error) {
	d := s.d
	if err := errors.Join(d.usable(), pixels.on(d)); err != nil {
		return 0, err
	}
	if want := int64(s.chain.width) * int64(s.chain.height) * 4; pixels.bytes != want || want == 0 {
		return 0, fmt.Errorf("draw: %s has %d bytes, an image of the window %d", pixels, pixels.bytes, want)
	}
	if err := s.acquire(); err != nil {
		return 0, err
	}
	c := s.copies[s.image]
	if r := d.display.surface.recordShow(c, pixels.buffer.block.native.buffer, pixels.start(), s.chain, s.image); r != vulkan.Success {
		return 0, d.fail(check("vkEndCommandBuffer", r))
	}
	d.ring.mu.Lock()
	defer d.ring.mu.Unlock()
	t, err := d.enqueue(c.buffer, 1)
	if err == nil {
		s.last = t
	}
	return t, err
}

// acquire takes an image, unless one was taken and not shown.
func (s *Screen) acquire() error {
	if s.d.display.lost {
		return ErrSurfaceLost
	}
	if s.image < 0 {
		image, r := s.d.display.surface.acquire(s.chain, s.fence)
		switch r {
		case vulkan.Suboptimal:
			s.stale = true
		case vulkan.Success:
		case vulkan.NotReady, vulkan.Timeout:
			return ErrNoImage
		default:
			return s.lost(s.d.fail(check("vkAcquireNextImageKHR", r)))
		}
		s.image, s.ready = image, false
	}
	if s.ready {
		return nil
	}
	switch r := vulkan.GetFenceStatus(s.d.handle, s.fence); r {
	case vulkan.Success:
		s.ready = true
		return nil
	case vulkan.NotReady:
		return ErrNoImage
	default:
		return s.d.fail(check("vkGetFenceStatus", r))
	}
}

// Present waits for what Draw submitted and shows it. Where the error is
// ErrStale the image may have been shown.
func (s *Screen) Present() error {
	d := s.d
	switch {
	case d.display.lost:
		return ErrSurfaceLost
	case s.image < 0 || s.last == 0:
		return errors.New("present: nothing was drawn")
	}
	if err := d.Wait(s.last); err != nil {
		return err
	}
	d.ring.mu.Lock() // the queue may be the one of submissions
	r := d.display.surface.present(d.display.queue, s.chain, s.image)
	d.ring.mu.Unlock()
	s.image, s.last = -1, 0
	if r == vulkan.Success && s.stale {
		r = vulkan.Suboptimal
	}
	return s.lost(d.fail(check("vkQueuePresentKHR", r)))
}

// lost notes where err says that the surface is lost: nothing more is asked of it.
func (s *Screen) lost(err error) error {
	s.d.display.lost = s.d.display.lost || errors.Is(err, ErrSurfaceLost)
	return err
}

// Close waits for what is being shown and destroys the screen. A second Close
// does nothing.
func (s *Screen) Close() {
	if s.d.display.screen != s {
		return
	}
	if s.d.Idle() != nil {
		return // lost or hung: Device.Close deals with what is left
	}
	s.d.closeScreen()
}

// closeScreen destroys the screen, if there is one.
func (d *Device) closeScreen() {
	if s := d.display.screen; s != nil {
		d.ring.mu.Lock()
		d.display.surface.waitQueue(d.display.queue)
		d.ring.mu.Unlock()
		if s.image >= 0 && !s.ready {
			d.waitFence(s.fence)
		}
		s.destroy()
		d.display.screen = nil
	}
}

func (s *Screen) destroy() {
	d := s.d
	for _, c := range s.copies {
		vulkan.DestroyCommandPool(d.handle, c.pool, nil)
	}
	vulkan.DestroyFence(d.handle, s.fence, nil)
	if s.chain.handle != 0 {
		d.display.surface.destroySwapchain(s.chain)
	}
}
