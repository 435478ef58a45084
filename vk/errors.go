package vk

import (
	"errors"
	"fmt"

	vulkan "github.com/vulkan-go/vulkan"
)

var (
	// ErrOutOfMemory is returned when the device or the host cannot hold a
	// buffer, a pipeline or a program.
	ErrOutOfMemory = errors.New("out of memory")
	// ErrDeviceLost is returned by everything after the driver has given the
	// device up: a kernel that ran too long, a fault, a driver reset.
	ErrDeviceLost = errors.New("device lost")
	// ErrTimeout is returned when the device did not finish in time
	// (VKGAN_TIMEOUT). The work may still be running.
	ErrTimeout = errors.New("timeout")
	// ErrNoDevice is returned by Open and Choose when no device fits.
	ErrNoDevice = errors.New("no usable Vulkan device")
	// ErrNoImage is returned by Screen.Draw while all of the window's images
	// wait to be shown: try again later.
	ErrNoImage = errors.New("no image is free")
	// ErrStale is returned by Screen.Draw and Screen.Present when the window
	// has another size than the screen, or none: make a new one.
	ErrStale = errors.New("the window has changed")
	// ErrSurfaceLost is returned by NewScreen, Screen.Draw and Screen.Present
	// when the window system took the window's surface away. NewScreen makes
	// another.
	ErrSurfaceLost = errors.New("the window's surface is lost")
	// ErrNoLoader is returned when libvulkan.so.1 cannot be loaded, or is too old.
	ErrNoLoader = errors.New("cannot load libvulkan.so.1")
)

// Unusable tells whether err says that its device is of no more use: it is lost, or hangs.
func Unusable(err error) bool { return errors.Is(err, ErrDeviceLost) || errors.Is(err, ErrTimeout) }

var resultNames = map[vulkan.Result]string{
	vulkan.NotReady: "VK_NOT_READY", vulkan.Timeout: "VK_TIMEOUT", vulkan.Incomplete: "VK_INCOMPLETE",
	vulkan.ErrorOutOfHostMemory: "VK_ERROR_OUT_OF_HOST_MEMORY", vulkan.ErrorOutOfDeviceMemory: "VK_ERROR_OUT_OF_DEVICE_MEMORY",
	vulkan.ErrorInitializationFailed: "VK_ERROR_INITIALIZATION_FAILED", vulkan.ErrorDeviceLost: "VK_ERROR_DEVICE_LOST",
	vulkan.ErrorMemoryMapFailed: "VK_ERROR_MEMORY_MAP_FAILED", vulkan.ErrorLayerNotPresent: "VK_ERROR_LAYER_NOT_PRESENT",
	vulkan.ErrorExtensionNotPresent: "VK_ERROR_EXTENSION_NOT_PRESENT", vulkan.ErrorFeatureNotPresent: "VK_ERROR_FEATURE_NOT_PRESENT",
	vulkan.ErrorIncompatibleDriver: "VK_ERROR_INCOMPATIBLE_DRIVER", vulkan.ErrorTooManyObjects: "VK_ERROR_TOO_MANY_OBJECTS",
	vulkan.ErrorOutOfPoolMemory: "VK_ERROR_OUT_OF_POOL_MEMORY", vulkan.ErrorValidationFailed: "VK_ERROR_VALIDATION_FAILED_EXT",
	vulkan.ErrorOutOfDate: "VK_ERROR_OUT_OF_DATE_KHR", vulkan.Suboptimal: "VK_SUBOPTIMAL_KHR",
	vulkan.ErrorSurfaceLost: "VK_ERROR_SURFACE_LOST_KHR", vulkan.ErrorNativeWindowInUse: "VK_ERROR_NATIVE_WINDOW_IN_USE_KHR",
	vulkan.ErrorFormatNotSupported: "VK_ERROR_FORMAT_NOT_SUPPORTED",
	vulkan.ErrorFragmentedPool:     "VK_ERROR_FRAGMENTED_POOL",
	vulkan.ErrorInvalidShaderNv:    "VK_ERROR_INVALID_SHADER_NV",
}

// check turns the result of a Vulkan call into an error that names both.
func check(call string, r vulkan.Result) error {
	if r == vulkan.Success {
		return nil
	}
	name := resultNames[r]
	if name == "" {
		name = fmt.Sprintf("VkResult %d", r)
	}
	switch r {
	case vulkan.ErrorOutOfHostMemory, vulkan.ErrorOutOfDeviceMemory, vulkan.ErrorOutOfPoolMemory, vulkan.ErrorFragmentedPool, vulkan.ErrorTooManyObjects:
		return fmt.Errorf("%s: %w (%s)", call, ErrOutOfMemory, name)
	case vulkan.ErrorDeviceLost:
		return fmt.Errorf("%s: %w (%s)", call, ErrDeviceLost, name)
	case vulkan.ErrorOutOfDate, vulkan.Suboptimal:
		return fmt.Errorf("%s: %w (%s)", call, ErrStale, name)
	case vulkan.ErrorSurfaceLost:
		return fmt.Errorf("%s: %w (%s)", call, ErrSurfaceLost, name)
	case vulkan.Timeout:
		return fmt.Errorf("%s: %w (%s)", call, ErrTimeout, name)
	}
	return fmt.Errorf("%s: %s", call, name)
}
