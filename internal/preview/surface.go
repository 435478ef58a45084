//go:build !nowindow

package preview

/*
#include <stdint.h>
// Defined in go-gl/glfw's own C objects, which the final link joins.
extern int32_t glfwCreateWindowSurface(void *instance, void *window, const void *allocator, uint64_t *surface);
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// createSurface does what glfw.Window.CreateWindowSurface means to do, with no Go variable's address in a uintptr: that
// fails checkptr, and so -race, and the collector may take the variable. Any thread may call it.
func createSurface(window, instance unsafe.Pointer) (uint64, error) {
	var surface C.uint64_t
	if r := C.glfwCreateWindowSurface(instance, window, nil, &surface); r != 0 {
		return 0, fmt.Errorf("glfwCreateWindowSurface: VkResult %d", r)
	}
	return uint64(surface), nil
}
