package vk

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	vulkan "github.com/vulkan-go/vulkan"
)

const stagingBytes = 4 << 20

// transfers moves bytes between host and device outside any program, one
// chunk of the staging buffer at a time, and waits for each.
type transfers struct {
	mu       sync.Mutex
	staging  *Buffer
	commands commands
	fence    vulkan.Fence
	pending  bool // a wait timed out: the commands may still run
	up, down atomic.Int64
}

func (d *Device) openTransfers() error {
	t := &d.transfers
	var r vulkan.Result
	if t.commands, r = d.native.createCommands(d.physical.family); r != vulkan.Success {
		return check("vkCreateCommandPool", r)
	}
	if t.fence, r = d.native.createFence(); r != vulkan.Success {
		return check("vkCreateFence", r)
	}
	var err error
	t.staging, err = d.newBuffer("staging", stagingBytes, Host, true)
	return err
}

func (d *Device) closeTransfers() {
	t := &d.transfers
	vulkan.DestroyFence(d.handle, t.fence, nil)
	vulkan.DestroyCommandPool(d.handle, t.commands.pool, nil)
}

// Transfers reports the bytes that Upload and Download have moved so far.
func (d *Device) Transfers() (uploads, downloads int64) {
	return d.transfers.up.Load(), d.transfers.down.Load()
}

// Bytes is the memory of values, as Upload and Download take it.
func Bytes[Word float32 | uint32 | int32](values []Word) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}

// Upload copies src to dst, which must be of its length. It runs after all
// work submitted before it, and returns when the bytes are there.
func (d *Device) Upload(dst Range, src []byte) error {
	if err := d.transferable(dst, len(src)); err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	if d.rehearsal {
		return nil
	}
	t := &d.transfers
	t.mu.Lock()
	defer t.mu.Unlock()
	t.up.Add(int64(len(src)))
	for at := 0; at < len(src); at += stagingBytes {
		n := min(stagingBytes, len(src)-at)
		if err := d.settle(); err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		copy(t.staging.Bytes(), src[at:at+n])
		if err := d.runNow(copyOp(dst.Slice(int64(at), int64(n)), t.staging.All().Slice(0, int64(n)))); err != nil {
			return fmt.Errorf("upload: %w", err)
		}
	}
	return nil
}

// Download copies src to dst, which must be of its length. It runs after all
// work submitted before it.
func (d *Device) Download(dst []byte, src Range) error {
	if err := d.transferable(src, len(dst)); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	if d.rehearsal {
		return nil
	}
	d.transfers.down.Add(int64(len(dst)))
	return d.read(dst, src)
}

// read is Download, uncounted and unchecked.
func (d *Device) read(dst []byte, src Range) error {
	t := &d.transfers
	t.mu.Lock()
	defer t.mu.Unlock()
	for at := 0; at < len(dst); at += stagingBytes {
		n := int64(min(stagingBytes, len(dst)-at))
		chunk := Range{src.buffer, src.offset + int64(at), n}
		if err := d.runNow(copyOp(t.staging.All().Slice(0, n), chunk)); err != nil {
			return fmt.Errorf("download: %w", err)
		}
		copy(dst[at:], t.staging.Bytes()[:n])
	}
	return nil
}

// fill sets dst to word, now.
func (d *Device) fill(dst Range, word uint32) error {
	d.transfers.mu.Lock()
	defer d.transfers.mu.Unlock()
	return d.runNow(fillOp(dst, word))
}

func (d *Device) transferable(r Range, n int) error {
	if err := d.usable(); err != nil {
		return err
	}
	if err := r.on(d); err != nil {
		return err
	}
	if r.bytes != int64(n) {
		return fmt.Errorf("%d bytes for %s of %d bytes", n, r, r.bytes)
	}
	return nil
}

// settle waits for a transfer whose own wait timed out.
func (d *Device) settle() error {
	t := &d.transfers
	if !t.pending {
		return nil
	}
	err := d.waitFence(t.fence)
	t.pending = err != nil
	return err
}

// runNow submits ops between barriers, and waits. The caller holds transfers.mu.
func (d *Device) runNow(ops ...nativeOp) error {
	t := &d.transfers
	if err := d.settle(); err != nil {
		return err
	}
	all := append(append([]nativeOp{opBarrier()}, ops...), opBarrier(), opHostBarrier())
	if r := d.native.record(t.commands, false, vulkan.NullQueryPool, 0, all, nil); r != vulkan.Success {
		return d.fail(check("vkEndCommandBuffer", r))
	}
	d.ring.mu.Lock()
	r := d.native.submit(d.queue, nil, t.commands.buffer, 1, nil, t.fence)
	d.ring.mu.Unlock()
	if r != vulkan.Success {
		return d.fail(check("vkQueueSubmit", r))
	}
	t.pending = true
	return d.settle()
}

func copyOp(dst, src Range) nativeOp {
	return opCopy(dst.buffer.block.native.buffer, dst.start(), src.buffer.block.native.buffer, src.start(), src.bytes)
}

func fillOp(dst Range, word uint32) nativeOp {
	return opFill(dst.buffer.block.native.buffer, dst.start(), dst.bytes, word)
}
