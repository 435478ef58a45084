package vk

// #include "native.h"
import "C"

import (
	"unsafe"

	vulkan "github.com/vulkan-go/vulkan"
)

// nativeSurface is a window's surface.
type nativeSurface struct{ p *C.vkg_surface }

// instanceHandle is the VkInstance, for a window system to make a surface of.
func (in nativeInstance) instanceHandle() unsafe.Pointer { return C.vkg_instance_handle(in.p) }

func (in nativeInstance) hasSwapchain(p vulkan.PhysicalDevice) bool {
	return C.vkg_has_swapchain(in.p, dispatchable(p)) != 0
}

func (in nativeInstance) openSurface(p vulkan.PhysicalDevice, surface uint64) nativeSurface {
	return nativeSurface{C.vkg_open_surface(in.p, dispatchable(p), C.vkg_handle(surface))}
}

// family is a queue family that presents, preferred if that does; noFamily if none does.
func (s nativeSurface) family(preferred uint32) uint32 {
	return uint32(C.vkg_surface_family(s.p, C.uint32_t(preferred)))
}

func (s nativeSurface) close() { C.vkg_close_surface(s.p) }

// use must come before what follows.
func (s nativeSurface) use(d nativeDevice) vulkan.Result {
	return vulkan.Result(C.vkg_use_device(s.p, d.p))
}

// nativeSwapchain's images are empty where its size is.
type nativeSwapchain struct {
	handle        C.vkg_handle
	images        []C.vkg_handle
	width, height int
	bgr           bool
}

func (s nativeSurface) createSwapchain(width, height int, family, present uint32) (nativeSwapchain, vulkan.Result) {
	var c C.vkg_swapchain
	r := vulkan.Result(C.vkg_create_swapchain(s.p, C.uint32_t(width), C.uint32_t(height), C.uint32_t(family), C.uint32_t(present), &c))
	return nativeSwapchain{c.handle, append([]C.vkg_handle(nil), c.images[:c.count]...), int(c.width), int(c.height), c.bgr != 0}, r
}

func (s nativeSurface) destroySwapchain(c nativeSwapchain) {
	C.vkg_destroy_swapchain(s.p, c.handle)
}

// acquire does not wait; the fence tells when the image is free.
func (s nativeSurface) acquire(c nativeSwapchain, f vulkan.Fence) (image int, r vulkan.Result) {
	var i C.uint32_t
	r = vulkan.Result(C.vkg_acquire(s.p, c.handle, handle(f), &i))
	return int(i), r
}

// recordShow fills commands with a copy of an image's pixels from a buffer.
func (s nativeSurface) recordShow(k commands, b vulkan.Buffer, at int64, c nativeSwapchain, image int) vulkan.Result {
	return vulkan.Result(C.vkg_record_show(s.p, dispatchable(k.buffer), handle(b), C.uint64_t(at), c.images[image], C.uint32_t(c.width), C.uint32_t(c.height)))
}

func (s nativeSurface) present(q vulkan.Queue, c nativeSwapchain, image int) vulkan.Result {
	return vulkan.Result(C.vkg_present(s.p, dispatchable(q), c.handle, C.uint32_t(image)))
}

func (s nativeSurface) waitQueue(q vulkan.Queue) vulkan.Result {
	return vulkan.Result(C.vkg_wait_queue(s.p, dispatchable(q)))
}
