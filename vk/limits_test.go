package vk

import (
	"math"
	"testing"
)

// goodInfo is a device that vkgan can use, barely.
func goodInfo() *nativeInfo {
	c := &nativeInfo{}
	c.api = 1<<22 | 3<<12
	c.max_push, c.max_invocations, c.max_bindings, c.storage_align = 128, 128, 4, 256
	c.max_allocation = math.MaxUint64
	c.memory_types = 2
	c.memory_flags[0], c.memory_flags[1] = 1, 2|4
	return c
}

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		spoil func(c *nativeInfo)
		want  []string
	}{
		{func(c *nativeInfo) {}, nil},
		{func(c *nativeInfo) { c.api = 1<<22 | 1<<12 | 9 }, []string{"Vulkan 1.2 (it has 1.1.9)"}},
		{func(c *nativeInfo) { c.family = math.MaxUint32 }, []string{"a queue that computes"}},
		{func(c *nativeInfo) { c.max_push, c.max_invocations = 64, 64 }, []string{"128 bytes of push constants", "128 invocations in a work group"}},
		{func(c *nativeInfo) { c.storage_align = 512 }, []string{"storage buffer bindings at multiples of 256 bytes"}},
		{func(c *nativeInfo) { c.max_bindings = 3 }, []string{"4 storage buffers in a kernel"}},
		{func(c *nativeInfo) { c.memory_flags[0] = 0 }, []string{"device memory"}},
		{func(c *nativeInfo) { c.memory_flags[1] = 2 }, []string{"host-visible, coherent memory"}},
	} {
		info := goodInfo()
		c.spoil(info)
		same(t, "missing", missing(info, newLimits(info)), c.want)
	}
}

func TestUnlimitedIsTheLargestInteger(t *testing.T) {
	c := goodInfo()
	if l := newLimits(c); l.MaxAllocation != math.MaxInt64 {
		t.Errorf("MaxAllocation %d", l.MaxAllocation)
	}
	c.max_buffer = 1 << 30
	if l := newLimits(c); l.MaxAllocation != 1<<30 {
		t.Errorf("MaxAllocation %d, want the largest buffer's size", l.MaxAllocation)
	}
}

// Compute units are known where a driver tells them, which no CPU driver does.
func TestComputeUnits(t *testing.T) {
	c := goodInfo()
	c.units = 132
	if l := newLimits(c); l.ComputeUnits != 132 {
		t.Errorf("%d compute units", l.ComputeUnits)
	}
	if info := open(t, Options{}).Info(); info.Type == CPU && info.Limits.ComputeUnits != 0 {
		t.Errorf("%s has %d compute units", info.Name, info.Limits.ComputeUnits)
	}
}

func TestLimitsOfTheDevice(t *testing.T) {
	l := open(t, Options{}).Info().Limits
	if l.MaxStorageRange < 1<<27 || l.MaxAllocation < 1<<30 || l.MaxShared < 16<<10 || l.SubgroupSize == 0 || l.SubgroupMin > l.SubgroupSize || l.SubgroupMax < l.SubgroupSize ||
		l.MaxGroups[0] < 65535 || l.MaxGroupSize[0] < 128 || l.StorageAlign > Align || l.TimestampPeriod <= 0 {
		t.Errorf("limits below what Vulkan promises: %+v", l)
	}
}
