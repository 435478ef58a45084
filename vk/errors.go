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
	// ErrNoLoader is returned when libvulkan.so.1 cannot be loaded.
	ErrNoLoader = errors.New("cannot load libvulkan.so.1")
)

var resultNames = map[vulkan.Result]string{
	vulkan.NotReady: "VK_NOT_READY", vulkan.Timeout: "VK_TIMEOUT", vulkan.Incomplete: "VK_INCOMPLETE",
	vulkan.ErrorOutOfHostMemory: "VK_ERROR_OUT_OF_HOST_MEMORY", vulkan.ErrorOutOfDeviceMemory: "VK_ERROR_OUT_OF_DEVICE_MEMORY",
	vulkan.ErrorInitializationFailed: "VK_ERROR_INITIALIZATION_FAILED", vulkan.ErrorDeviceLost: "VK_ERROR_DEVICE_LOST",
	vulkan.ErrorMemoryMapFailed: "VK_ERROR_MEMORY_MAP_FAILED", vulkan.ErrorLayerNotPresent: "VK_ERROR_LAYER_NOT_PRESENT",
	vulkan.ErrorExtensionNotPresent: "VK_ERROR_EXTENSION_NOT_PRESENT", vulkan.ErrorFeatureNotPresent: "VK_ERROR_FEATURE_NOT_PRESENT",
	vulkan.ErrorIncompatibleDriver: "VK_ERROR_INCOMPATIBLE_DRIVER", vulkan.ErrorTooManyObjects: "VK_ERROR_TOO_MANY_OBJECTS",
	vulkan.ErrorOutOfPoolMemory: "VK_ERROR_OUT_OF_POOL_MEMORY", vulkan.ErrorValidationFailed: "VK_ERROR_VALIDATION_FAILED_EXT",
	vulkan.ErrorFragmentedPool:  "VK_ERROR_FRAGMENTED_POOL",
	vulkan.ErrorInvalidShaderNv: "VK_ERROR_INVALID_SHADER_NV",
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
	case vulkan.Timeout:
		return fmt.Errorf("%s: %w (%s)", call, ErrTimeout, name)
	}
	return fmt.Errorf("%s: %s", call, name)
}
