package vk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	vulkan "github.com/vulkan-go/vulkan"
)

// DeviceType is what kind of processor a device is.
type DeviceType uint8

const (
	Other DeviceType = iota
	Integrated
	Discrete
	Virtual
	CPU
)

func (t DeviceType) String() string {
	switch t {
	case Other:
		return "other"
	case Integrated:
		return "integrated"
	case Discrete:
		return "discrete"
	case Virtual:
		return "virtual"
	case CPU:
		return "cpu"
	}
	return fmt.Sprintf("DeviceType(%d)", uint8(t))
}

// rank orders the types for Open: the smallest first.
func (t DeviceType) rank() int {
	return slices.Index([]DeviceType{Discrete, Integrated, Virtual, Other, CPU}, t)
}

// DeviceInfo describes one of the loader's devices.
type DeviceInfo struct {
	Index         int // in the loader's order
	Name          string
	Type          DeviceType
	Vendor        uint32 // PCI id, or a Khronos vendor id
	VendorName    string
	UUID          uuid.UUID // the device's; zero below Vulkan 1.2
	DriverUUID    uuid.UUID
	DriverID      uint32 // VkDriverId
	DriverName    string
	DriverInfo    string
	DriverVersion uint32
	API           string // "1.4.318"
	HeapBytes     int64  // the largest device-local heap
	Limits        Limits
	Capabilities  Features
	Matrices      []Matrix // cooperative ones, that kernels multiply
	Missing       []string // what vkgan requires and the device lacks; empty: usable
}

// Usable reports whether Open can use the device.
func (i DeviceInfo) Usable() bool { return len(i.Missing) == 0 }

// Builds lists the kernel builds that the device can run, best first.
func (i DeviceInfo) Builds() []Build {
	if i.Capabilities.Has(BufferAddress | Int64) {
		return []Build{Addresses, Storage}
	}
	return []Build{Storage}
}

var vendors = map[uint32]string{
	0x1002: "AMD", 0x1010: "Imagination", 0x106B: "Apple", 0x10DE: "NVIDIA", 0x13B5: "Arm", 0x14E4: "Broadcom", 0x1AE0: "Google",
	0x5143: "Qualcomm", 0x8086: "Intel", 0x10005: "Mesa",
}

func apiVersion(major, minor uint32) uint32 { return major<<22 | minor<<12 }

func version(v uint32) string { return fmt.Sprintf("%d.%d.%d", v>>22&0x7f, v>>12&0x3ff, v&0xfff) }

func newPhysical(index int, h vulkan.PhysicalDevice, c *nativeInfo) physical {
	l := newLimits(c)
	info := DeviceInfo{
		Index: index, Name: text(c.name[:]), Type: DeviceType(c._type),
		Vendor: uint32(c.vendor), VendorName: vendors[uint32(c.vendor)],
		UUID: octets(&c.uuid), DriverUUID: octets(&c.driver_uuid),
		DriverID: uint32(c.driver_id), DriverName: text(c.driver_name[:]), DriverInfo: text(c.driver_info[:]), DriverVersion: uint32(c.driver_version),
		API: version(uint32(c.api)), Limits: l, Capabilities: Features(c.features), Matrices: matrices(c), Missing: missing(c, l),
	}
	if info.Type > CPU {
		info.Type = Other
	}
	if info.VendorName == "" {
		info.VendorName = fmt.Sprintf("vendor %#x", info.Vendor)
	}
	for i := range int(c.heaps) {
		if c.heap_flags[i]&1 != 0 { // DEVICE_LOCAL
			info.HeapBytes = max(info.HeapBytes, clampInt64(uint64(c.heap_size[i])))
		}
	}
	return physical{h, info.withoutBroken(), uint32(c.device), octets(&c.cache_uuid), uint32(c.family), memoryTypes(c, Local), memoryTypes(c, Host)}
}

// Choose picks the device that want names: an index, a UUID, or a part of the
// name of exactly one. An empty want takes the best usable one: discrete
// before integrated before virtual before others before a CPU, then the one
// with the most memory, then the first. The error says what was found and what
// is wrong with it, and wraps ErrNoDevice.
func Choose(infos []DeviceInfo, want string) (int, error) {
	if len(infos) == 0 {
		return 0, fmt.Errorf("%w: there is none", ErrNoDevice)
	}
	if want == "" {
		return best(infos)
	}
	i, err := named(infos, want)
	if err != nil {
		return 0, err
	}
	if !infos[i].Usable() {
		return 0, fmt.Errorf("%w: %s", ErrNoDevice, complaint(infos[i]))
	}
	return i, nil
}

func best(infos []DeviceInfo) (int, error) {
	pick := -1
	var complaints []string
	for i, d := range infos {
		if !d.Usable() {
			complaints = append(complaints, complaint(d))
			continue
		}
		if pick < 0 || d.Type.rank() < infos[pick].Type.rank() ||
			(d.Type.rank() == infos[pick].Type.rank() && d.HeapBytes > infos[pick].HeapBytes) {
			pick = i
		}
	}
	if pick < 0 {
		return 0, fmt.Errorf("%w: %s", ErrNoDevice, strings.Join(complaints, "; "))
	}
	return pick, nil
}

func complaint(d DeviceInfo) string {
	return fmt.Sprintf("device %d (%s) lacks %s", d.Index, d.Name, strings.Join(d.Missing, ", "))
}

func named(infos []DeviceInfo, want string) (int, error) {
	if n, err := strconv.Atoi(want); err == nil {
		for i, d := range infos {
			if d.Index == n {
				return i, nil
			}
		}
		return 0, fmt.Errorf("%w: there is no device %d among %s", ErrNoDevice, n, roll(infos))
	}
	var hits []int
	id, err := uuid.Parse(want)
	for i, d := range infos {
		if (err == nil && d.UUID == id) || (err != nil && strings.Contains(strings.ToLower(d.Name), strings.ToLower(want))) {
			hits = append(hits, i)
		}
	}
	switch len(hits) {
	case 0:
		return 0, fmt.Errorf("%w: %q names no device of %s", ErrNoDevice, want, roll(infos))
	case 1:
		return hits[0], nil
	}
	return 0, fmt.Errorf("%w: %q names %d devices of %s; give the index", ErrNoDevice, want, len(hits), roll(infos))
}

func roll(infos []DeviceInfo) string {
	names := make([]string, len(infos))
	for i, d := range infos {
		names[i] = fmt.Sprintf("%d (%s)", d.Index, d.Name)
	}
	return strings.Join(names, ", ")
}
