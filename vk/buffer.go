package vk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"
)

// Buffer is an interval of device memory. Make it with Device.NewBuffer.
type Buffer struct {
	d     *Device
	name  string
	block *block
	whole span  // of the block: guard or nothing, buffer, padding or guard
	at    int64 // of the block: where the buffer begins, a multiple of Align
	bytes int64
	own   bool // vk's own, not in the usage figures
	freed bool
}

// Range is an interval of a Buffer. Its zero value is no interval at all.
// Ranges compare with ==.
type Range struct {
	buffer        *Buffer
	offset, bytes int64
}

// NewBuffer makes a buffer of bytes zeros. Its start is a multiple of Align
// and at least 256 bytes of padding follow it. Where there is no room the
// error wraps ErrOutOfMemory and says what was asked for, what is in use and
// what the device has. name appears in errors.
func (d *Device) NewBuffer(name string, bytes int64, m Memory) (*Buffer, error) {
	b, err := d.newBuffer(name, bytes, m, false)
	if err != nil {
		return nil, err
	}
	if d.rehearsal {
		return b, nil
	}
	if err := d.initialise(b); err != nil {
		b.Free()
		return nil, fmt.Errorf("buffer %s: %w", name, err)
	}
	return b, nil
}

func (d *Device) newBuffer(name string, bytes int64, m Memory, own bool) (*Buffer, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	if bytes <= 0 {
		return nil, fmt.Errorf("buffer %s: %d bytes", name, bytes)
	}
	if m != Local && m != Host {
		return nil, fmt.Errorf("buffer %s: no such memory: %s", name, m)
	}
	before, behind := int64(0), int64(padBytes)
	if d.guard && !own {
		before, behind = guardBytes, guardBytes
	}
	a := &d.arena
	a.mu.Lock()
	defer a.mu.Unlock()
	if bytes > 1<<62 {
		return nil, fmt.Errorf("buffer %s: %w: %d bytes are more than a device can have", name, ErrOutOfMemory, bytes)
	}
	whole := span{bytes: before + alignUp(bytes, Align) + behind}
	home, at, err := &block{memory: m}, int64(0), error(nil)
	if !d.rehearsal {
		home, at, err = d.reserve(whole.bytes, m)
	}
	if err != nil {
		return nil, fmt.Errorf("buffer %s: %w: %d bytes requested, %d bytes in use by %d buffers (%d allocated), %d bytes of device memory",
			name, err, bytes, a.usage.Requested, a.usage.Buffers, a.usage.Allocated, d.physical.info.HeapBytes)
	}
	whole.at = at
	b := &Buffer{d: d, name: name, block: home, whole: whole, at: at + before, bytes: bytes, own: own}
	a.buffers[b] = struct{}{}
	if !own {
		a.usage.Buffers++
		a.usage.Requested += bytes
		a.usage.Peak = max(a.usage.Peak, a.usage.Requested)
	}
	return b, nil
}

// Name is the name that NewBuffer was given.
func (b *Buffer) Name() string { return b.name }

// Memory is where the buffer lives.
func (b *Buffer) Memory() Memory { return b.block.memory }

// Free waits for the device and returns the buffer's memory. Programs that
// use the buffer must not be submitted again. A second Free does nothing.
func (b *Buffer) Free() {
	d := b.d
	if d.hung.Load() || d.Idle() != nil {
		return // lost or hung: Close deals with what is left
	}
	d.arena.mu.Lock()
	defer d.arena.mu.Unlock()
	if b.freed || d.closed.Load() {
		return
	}
	b.freed = true
	delete(d.arena.buffers, b)
	if !b.own {
		d.arena.usage.Buffers--
		d.arena.usage.Requested -= b.bytes
	}
	if !d.rehearsal {
		d.release(b.block, b.whole)
	}
}

// Bytes is the memory of a Host buffer, shared with the device: wait for what
// wrote it before reading. It is nil for a Local one, and must not be used
// after Free.
func (b *Buffer) Bytes() []byte {
	if b.block.native.mapped == nil {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Add(b.block.native.mapped, b.at)), b.bytes)
}

// All is the whole buffer.
func (b *Buffer) All() Range { return Range{b, 0, b.bytes} }

// Slice is the interval of bytes from offset on. It panics where r does not
// hold it, as a Go slice does. Arguments of kernels must begin at a multiple of 4.
func (r Range) Slice(offset, bytes int64) Range {
	if offset < 0 || bytes < 0 || offset > r.bytes || bytes > r.bytes-offset {
		panic(fmt.Sprintf("vk: slice of %d bytes at %d of %s", bytes, offset, r))
	}
	return Range{r.buffer, r.offset + offset, bytes}
}

// Bytes is the length.
func (r Range) Bytes() int64 { return r.bytes }

// Offset is where the interval begins in its buffer, in bytes.
func (r Range) Offset() int64 { return r.offset }

// Buffer is the buffer that r is an interval of.
func (r Range) Buffer() *Buffer { return r.buffer }

// IsZero reports whether r is no interval.
func (r Range) IsZero() bool { return r.buffer == nil }

func (r Range) String() string {
	if r.buffer == nil {
		return "no range"
	}
	return fmt.Sprintf("%s[%d:%d]", r.buffer.name, r.offset, r.offset+r.bytes)
}

// start is where r begins in its block.
func (r Range) start() int64 { return r.buffer.at + r.offset }

// address is the device address of r's first byte.
func (r Range) address() uint64 { return r.buffer.block.native.address + uint64(r.start()) }

// on complains where r is not an interval of a live buffer of d.
func (r Range) on(d *Device) error {
	switch {
	case r.buffer == nil:
		return errors.New("no range is given")
	case r.buffer.d != d:
		return fmt.Errorf("%s belongs to another device", r)
	case r.buffer.freed:
		return fmt.Errorf("%s is freed", r)
	}
	return nil
}

// guardWord fills guard bands: a quiet NaN that no computation makes.
const guardWord = 0x7fc0dead

// bands are the parts of b's interval that no kernel may write, in the block.
func (b *Buffer) bands() [2]span {
	end := b.at + alignUp(b.bytes, 4)
	return [2]span{{b.whole.at, b.at - b.whole.at}, {end, b.whole.at + b.whole.bytes - end}}
}

// initialise writes zeros, and the guard pattern around them where there are guards.
func (d *Device) initialise(b *Buffer) error {
	whole := Range{b, -(b.at - b.whole.at), b.whole.bytes}
	if !d.guard {
		return d.fill(whole, 0)
	}
	if err := d.fill(whole, guardWord); err != nil {
		return err
	}
	return d.fill(Range{b, 0, alignUp(b.bytes, 4)}, 0)
}

// CheckGuards reads the guard bands around every buffer and says which was
// written, and where. The device must have been opened with Options.Guard.
func (d *Device) CheckGuards() error {
	if !d.guard {
		return errors.New("CheckGuards: the device was opened without Options.Guard")
	}
	d.arena.mu.Lock()
	var list []*Buffer
	for b := range d.arena.buffers {
		if !b.own {
			list = append(list, b)
		}
	}
	d.arena.mu.Unlock()
	var broken []error
	for _, b := range list {
		for _, band := range b.bands() {
			data := make([]byte, band.bytes)
			if err := d.read(data, Range{b, band.at - b.at, band.bytes}); err != nil {
				return err
			}
			for i := 0; i < len(data); i += 4 {
				if w := binary.NativeEndian.Uint32(data[i:]); w != guardWord {
					broken = append(broken, fmt.Errorf("guard of buffer %s (%d bytes): byte %d was overwritten with %#08x", b.name, b.bytes, band.at-b.at+int64(i), w))
					break
				}
			}
		}
	}
	return errors.Join(broken...)
}
