//go:build !nowindow

package preview

// #cgo LDFLAGS: -lX11
// #include "x11.h"
import "C"

import (
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"
)

// heedX11 makes errors of the display GLFW works on no end of the process.
func heedX11() { C.vkgan_heed_x11(unsafe.Pointer(glfw.GetX11Display())) }

// lookForLosses tells the windows that the display has taken away. It is for the main thread.
func lookForLosses() {
	for _, w := range thread.windows {
		if !thread.broken {
			w.handle.GetAttrib(glfw.Visible) // an error, if there is no such window
		}
	}
	thread.broken = C.vkgan_x11_broken() != 0
	gone := uint(C.vkgan_x11_lost_window())
	for _, w := range thread.windows {
		if thread.broken || gone == uint(w.handle.GetX11Window()) {
			w.change(func(s *State) { s.Lost = true })
		}
	}
}
