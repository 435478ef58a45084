package vk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	vulkan "github.com/vulkan-go/vulkan"
)

// instance is a Vulkan instance, with the validation layer where asked for.
type instance struct {
	native   nativeInstance
	validate bool
}

// openInstance loads libvulkan.so.1 and creates an instance (section 4.2),
// with the extensions for a window's surfaces where the loader has them. It
// fails where validation is wanted and the layer is absent.
func openInstance(validate bool, surfaces ...string) (*instance, error) {
	if why := load(); why != "" {
		return nil, fmt.Errorf("%w: %s (Debian and Ubuntu: apt-get install libvulkan1)", ErrNoLoader, why)
	}
	var layer nativeLayer
	if validate {
		var err error
		if layer, err = findLayer(); err != nil {
			return nil, err
		}
	}
	native, r := nativeCreateInstance(layer, surfaces)
	switch {
	case r == vulkan.ErrorIncompatibleDriver:
		return nil, fmt.Errorf("%w: the loader found no driver%s (a driver for the processor: apt-get install mesa-vulkan-drivers)", ErrNoDevice, driverHint())
	case r != vulkan.Success:
		return nil, check("vkCreateInstance", r)
	}
	in := &instance{native, validate}
	if native.api < apiVersion(1, 2) { // nobody may use more of a device than the loader knows
		in.close()
		in.free()
		return nil, fmt.Errorf("%w: it is of version %s, and 1.2 is needed (Debian and Ubuntu: apt-get install libvulkan1)", ErrNoLoader, version(native.api))
	}
	return in, nil
}

// driverHint names the variables that restrict the loader's search for drivers.
func driverHint() string {
	var set []string
	for _, name := range []string{"VK_DRIVER_FILES", "VK_ICD_FILENAMES"} {
		for _, file := range filepath.SplitList(os.Getenv(name)) {
			set = append(set, name+" names "+file)
		}
	}
	if set == nil {
		return ""
	}
	return ", and " + strings.Join(set, ", ")
}

// close destroys the instance. Messages stay readable until free.
func (in *instance) close() { in.native.close() }

func (in *instance) free() { in.native.free() }

// physical is one of the loader's devices.
type physical struct {
	handle vulkan.PhysicalDevice
	info   DeviceInfo
	device uint32   // its PCI id, or the vendor's own
	cache  [16]byte // pipelineCacheUUID
	family uint32   // of the queue to use
	local  []uint32
	host   []uint32 // memory types, best first
}

// devices lists the loader's devices in its order.
func (in *instance) devices() ([]physical, error) {
	handles, r := in.native.physicalDevices()
	if err := check("vkEnumeratePhysicalDevices", r); err != nil {
		return nil, err
	}
	list := make([]physical, len(handles))
	for i, h := range handles {
		list[i] = newPhysical(i, h, in.native.physicalInfo(h))
	}
	return list, nil
}
