package vk

import (
	"bufio"
	"fmt"
	"os"
)

// Rehearsal is a device like d that has no memory: buffers made on it count in
// its Usage, what is uploaded goes nowhere, and of a recording there are only the
// Commands. It tells what a network will take and do before anything is taken. It
// needs no Close.
func (d *Device) Rehearsal() *Device {
	r := &Device{physical: d.physical, build: d.build, asGPU: d.asGPU, tuning: d.tuning, half: d.half, rehearsal: true}
	r.arena.buffers = map[*Buffer]struct{}{}
	return r
}

// NewRehearsal is a Rehearsal of no device in particular: it needs no driver, and
// what is built on it can be described, but not measured.
func NewRehearsal() *Device { return RehearsalOf(DeviceInfo{}) }

// RehearsalOf is a Rehearsal of a device that need not be here.
func RehearsalOf(info DeviceInfo) *Device {
	return (&Device{physical: physical{info: info}}).Rehearsal()
}

// Rehearses reports whether the device is a Rehearsal.
func (d *Device) Rehearses() bool { return d.rehearsal }

// FreeMemory is how many bytes the device can still give: on a CPU driver what
// the system has available, elsewhere what its heap has beyond this process' use.
func (d *Device) FreeMemory() int64 {
	free := d.physical.info.HeapBytes - d.Usage().Allocated
	if d.physical.info.Type == CPU {
		if available, ok := systemMemory(); ok {
			free = min(free, available)
		}
	}
	return free
}

// systemMemory is MemAvailable of Linux's /proc/meminfo, in bytes.
func systemMemory() (bytes int64, ok bool) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if n, _ := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &bytes); n == 1 {
			return bytes << 10, true
		}
	}
	return 0, false
}
