package vk

import (
	"errors"
	"fmt"
	"unsafe"

	vulkan "github.com/vulkan-go/vulkan"
)

// Window is what a device must know of a window to show images in it, whatever
// the window system.
type Window struct {
	Extensions []string                                      // of the instance, VK_KHR_surface among them
	Surface    func(instance unsafe.Pointer) (uint64, error) // makes a VkSurfaceKHR of a VkInstance
}

// display is a device's way to its window.
type display struct {
	window  Window
	surface nativeSurface // its p is nil where there is none
	family  uint32        // of the queue that presents; noFamily: none does
	queue   vulkan.Queue
	why     error // nothing can be shown
	lost    bool  // the surface is: the next screen needs another
	screen  *Screen
}

// display makes the window's surface on p and finds a queue family that can
// show images in it (section 34.4).
func (in *instance) display(p physical, w Window) display {
	s := display{window: w, family: noFamily}
	switch {
	case w.Surface == nil:
		s.why = errors.New("it was opened without a window")
	case !in.native.surfaces:
		s.why = errors.New("the Vulkan loader or the driver knows no windows (VK_KHR_surface and what goes with it)")
	case !in.native.hasSwapchain(p.handle):
		s.why = errors.New("the driver cannot show images (VK_KHR_swapchain)")
	default:
		if s.why = s.open(in, p); s.why == nil {
			if s.family = s.surface.family(p.family); s.family == noFamily {
				s.why = errors.New("none of its queues can show images in this window")
				s.close()
			}
		}
	}
	return s
}

func (s *display) open(in *instance, p physical) error {
	h, err := s.window.Surface(in.native.instanceHandle())
	if err == nil {
		s.surface, s.lost = in.native.openSurface(p.handle, h), false
	}
	return err
}

// use takes the queue that presents.
func (s *display) use(d *Device) {
	if s.surface.p == nil {
		return
	}
	if s.why = check("vkGetDeviceProcAddr", s.surface.use(d.native)); s.why != nil {
		return
	}
	s.queue = d.queue
	if s.family != d.physical.family {
		vulkan.GetDeviceQueue(d.handle, s.family, 0, &s.queue)
	}
}

// close destroys the surface.
func (s *display) close() {
	if s.surface.p != nil {
		s.surface.close()
		s.surface.p = nil
	}
}

// CanShow is nil where the device can show images in the window of
// Options.Window, and else says why it cannot.
func (d *Device) CanShow() error {
	if d.display.why == nil {
		return nil
	}
	return fmt.Errorf("%s cannot show images: %w", d.physical.info.Name, d.display.why)
}

// Leave gives the window up: it can be destroyed then, and the device shows
// nothing any more. There must be no Screen.
func (d *Device) Leave() {
	d.display.close()
	if d.display.why == nil {
		d.display.why = errors.New("the window was left")
	}
}
