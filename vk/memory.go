package vk

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	vulkan "github.com/vulkan-go/vulkan"
)

// Memory is where a buffer lives.
type Memory uint8

const (
	// Local is device memory.
	Local Memory = iota
	// Host is host-visible, coherent memory that stays mapped: for what the
	// host reads while the device works.
	Host
)

func (m Memory) String() string {
	switch m {
	case Local:
		return "local"
	case Host:
		return "host"
	}
	return fmt.Sprintf("Memory(%d)", uint8(m))
}

// Align is what the start of every buffer is a multiple of, in bytes.
const Align = 256

const (
	localBlock = 64 << 20 // what is allocated at a time
	hostBlock  = 16 << 20
	padBytes   = 256  // behind every buffer: kernels may read past an end, never write
	guardBytes = 1024 // before and behind, under Options.Guard
)

func alignUp(v, a int64) int64   { return (v + a - 1) / a * a }
func alignDown(v, a int64) int64 { return v / a * a }

// Usage says what a device's buffers take, in bytes.
type Usage struct {
	Buffers   int
	Requested int64 // sum of the buffers' sizes
	Allocated int64 // sum of the blocks, which hold the buffers, their padding, free room and the staging buffer
	Peak      int64 // the largest Requested so far
	Blocks    int
}

// memoryTypes lists the types that serve m, best first. Protected, lazily
// allocated and vendor-specific types are passed over (section 11.2.1).
func memoryTypes(c *nativeInfo, m Memory) []uint32 {
	const deviceLocal, visible, coherent, cached, others = 1, 2, 4, 8, ^uint32(15)
	preferences := [][2]uint32{{deviceLocal, visible}, {deviceLocal, 0}} // with all of the first and none of the second
	if m == Host {
		preferences = [][2]uint32{{visible | coherent | cached, deviceLocal}, {visible | coherent | cached, 0}, {visible | coherent, deviceLocal}, {visible | coherent, 0}}
	}
	var list []uint32
	for _, p := range preferences {
		for t := range uint32(c.memory_types) {
			flags := uint32(c.memory_flags[t])
			if flags&p[0] == p[0] && flags&(p[1]|others) == 0 && !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	return list
}

// span is a free interval of a block.
type span struct{ at, bytes int64 }

// block is one allocation of device memory with one VkBuffer over all of it.
type block struct {
	native nativeBlock
	memory Memory
	bytes  int64
	free   []span // sorted, never adjacent
}

// take cuts bytes off the first free interval that holds them.
func (b *block) take(bytes int64) (at int64, ok bool) {
	for i, s := range b.free {
		if s.bytes < bytes {
			continue
		}
		if s.bytes == bytes {
			b.free = slices.Delete(b.free, i, i+1)
		} else {
			b.free[i] = span{s.at + bytes, s.bytes - bytes}
		}
		return s.at, true
	}
	return 0, false
}

// give returns an interval and merges it with its free neighbours.
func (b *block) give(s span) {
	i, _ := slices.BinarySearchFunc(b.free, s, func(a, b span) int { return cmp.Compare(a.at, b.at) })
	b.free = slices.Insert(b.free, i, s)
	if i+1 < len(b.free) && s.at+s.bytes == b.free[i+1].at {
		b.free[i].bytes += b.free[i+1].bytes
		b.free = slices.Delete(b.free, i+1, i+2)
	}
	if i > 0 && b.free[i-1].at+b.free[i-1].bytes == s.at {
		b.free[i-1].bytes += b.free[i].bytes
		b.free = slices.Delete(b.free, i, i+1)
	}
}

func (b *block) empty() bool { return len(b.free) == 1 && b.free[0].bytes == b.bytes }

// arena hands out intervals of blocks.
type arena struct {
	mu      sync.Mutex
	blocks  []*block
	buffers map[*Buffer]struct{} // the live ones
	usage   Usage
}

// Usage reports what the device's buffers take now.
func (d *Device) Usage() Usage {
	d.arena.mu.Lock()
	defer d.arena.mu.Unlock()
	return d.arena.usage
}

// reserve finds room for bytes, a multiple of Align, in a block of m.
func (d *Device) reserve(bytes int64, m Memory) (*block, int64, error) {
	a := &d.arena
	for _, b := range a.blocks {
		if b.memory != m {
			continue
		}
		if at, ok := b.take(bytes); ok {
			return b, at, nil
		}
	}
	b, err := d.addBlock(bytes, m)
	if err != nil {
		return nil, 0, err
	}
	at, _ := b.take(bytes)
	return b, at, nil
}

// addBlock allocates a block of at least bytes.
func (d *Device) addBlock(bytes int64, m Memory) (*block, error) {
	limit, heap := d.physical.info.Limits.MaxAllocation, d.physical.info.HeapBytes
	if bytes > limit {
		return nil, fmt.Errorf("%w: one allocation may have %d bytes here (maxMemoryAllocationSize, maxBufferSize)", ErrOutOfMemory, limit)
	}
	if m == Local && bytes > heap-d.arena.usage.Allocated {
		return nil, fmt.Errorf("%w: the device's memory is full", ErrOutOfMemory)
	}
	types, size := d.physical.local, int64(localBlock)
	if m == Host {
		types, size = d.physical.host, hostBlock
	}
	size = max(bytes, min(size, alignDown(heap/8, Align), alignDown(limit, Align)))
	usage := vulkan.BufferUsageStorageBufferBit | vulkan.BufferUsageTransferSrcBit | vulkan.BufferUsageTransferDstBit
	if d.build == Addresses {
		usage |= bufferUsageShaderDeviceAddress
	}
	native, r := d.native.createBlock(size, usage, types, m == Host)
	if r != vulkan.Success && size > bytes {
		size = bytes
		native, r = d.native.createBlock(size, usage, types, m == Host)
	}
	if err := check("vkAllocateMemory", r); err != nil {
		return nil, d.fail(err)
	}
	b := &block{native: native, memory: m, bytes: size, free: []span{{0, size}}}
	d.arena.blocks = append(d.arena.blocks, b)
	d.arena.usage.Blocks++
	d.arena.usage.Allocated += size
	name(d, vulkan.ObjectTypeBuffer, native.buffer, fmt.Sprintf("%s block %d", m, len(d.arena.blocks)))
	return b, nil
}

// bufferUsageShaderDeviceAddress is VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT.
const bufferUsageShaderDeviceAddress vulkan.BufferUsageFlagBits = 0x20000

// release returns an interval, and its block to the driver where it is empty
// and not the only one of its memory.
func (d *Device) release(b *block, s span) {
	b.give(s)
	if !b.empty() {
		return
	}
	for _, other := range d.arena.blocks {
		if other != b && other.memory == b.memory {
			d.arena.blocks = slices.DeleteFunc(d.arena.blocks, func(x *block) bool { return x == b })
			d.destroyBlock(b)
			return
		}
	}
}

func (d *Device) destroyBlock(b *block) {
	d.arena.usage.Blocks--
	d.arena.usage.Allocated -= b.bytes
	vulkan.DestroyBuffer(d.handle, b.native.buffer, nil)
	vulkan.FreeMemory(d.handle, b.native.memory, nil)
}
