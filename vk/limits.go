package vk

import (
	"math"
)

// Limits are the limits of a device that kernels and buffers meet (section
// 49.1, "Limit Requirements"). Sizes are in bytes.
type Limits struct {
	MaxStorageRange int64 // of one argument in the Storage build
	MaxAllocation   int64 // of one buffer
	MaxAllocations  uint32
	StorageAlign    int64  // where a storage buffer's binding may begin
	MaxPush         uint32 // push constants
	MaxShared       uint32 // shared memory of a work group
	MaxBindings     uint32 // arguments of a kernel in the Storage build
	MaxInvocations  uint32 // of a work group
	MaxGroupSize    [3]uint32
	MaxGroups       [3]uint32 // of a dispatch
	SubgroupSize    uint32    // the usual one
	SubgroupMin     uint32
	SubgroupMax     uint32
	ComputeUnits    uint32  // NVIDIA's SMs, AMD's compute units; 0: the driver does not say
	TimestampPeriod float64 // nanoseconds per tick
	TimestampBits   uint32  // 0: no timestamps
}

func newLimits(c *nativeInfo) Limits {
	l := Limits{
		MaxStorageRange: clampInt64(uint64(c.max_storage_range)),
		MaxAllocation:   clampInt64(uint64(c.max_allocation)),
		MaxAllocations:  uint32(c.max_allocations),
		StorageAlign:    max(4, clampInt64(uint64(c.storage_align))),
		MaxPush:         uint32(c.max_push),
		MaxShared:       uint32(c.max_shared),
		MaxBindings:     uint32(c.max_bindings),
		MaxInvocations:  uint32(c.max_invocations),
		SubgroupSize:    uint32(c.subgroup),
		SubgroupMin:     uint32(c.subgroup_min),
		SubgroupMax:     uint32(c.subgroup_max),
		ComputeUnits:    uint32(c.units),
		TimestampPeriod: float64(c.timestamp_period),
		TimestampBits:   uint32(c.timestamp_bits),
	}
	for i := range 3 {
		l.MaxGroups[i], l.MaxGroupSize[i] = uint32(c.max_groups[i]), uint32(c.max_group_size[i])
	}
	if c.max_buffer != 0 {
		l.MaxAllocation = min(l.MaxAllocation, clampInt64(uint64(c.max_buffer)))
	}
	return l
}

// clampInt64 is v, or the largest int64: drivers say "unlimited" with all ones.
func clampInt64(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// required is what every kernel may count on.
const (
	requiredPush        = 128
	requiredInvocations = 128
	requiredBindings    = 4
)

// missing lists what vkgan needs and the device lacks.
func missing(c *nativeInfo, l Limits) []string {
	var list []string
	need := func(ok bool, what string) {
		if !ok {
			list = append(list, what)
		}
	}
	need(uint32(c.api) >= apiVersion(1, 2), "Vulkan 1.2 (it has "+version(uint32(c.api))+")")
	need(uint32(c.family) != math.MaxUint32, "a queue that computes")
	need(l.MaxPush >= requiredPush, "128 bytes of push constants")
	need(l.MaxInvocations >= requiredInvocations, "128 invocations in a work group")
	need(l.MaxBindings >= requiredBindings, "4 storage buffers in a kernel")
	need(l.StorageAlign <= Align, "storage buffer bindings at multiples of 256 bytes")
	need(len(memoryTypes(c, Local)) > 0, "device memory")
	need(len(memoryTypes(c, Host)) > 0, "host-visible, coherent memory")
	return list
}
