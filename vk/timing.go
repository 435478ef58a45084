package vk

import (
	"fmt"
	"unsafe"

	vulkan "github.com/vulkan-go/vulkan"
)

// Timing is how long the device took for one step of a program, from the end
// of the step before it to its own end.
type Timing struct {
	Command
	Nanoseconds float64
}

// Timings reads the timestamps of p's latest run (section 17.5). The program
// must be Timed, and must have run and finished.
func (p *Program) Timings() ([]Timing, error) {
	d := p.d
	if err := d.usable(); err != nil {
		return nil, err
	}
	d.ring.mu.Lock()
	defer d.ring.mu.Unlock()
	switch {
	case p.freed:
		return nil, fmt.Errorf("timings: program %s is freed", p.name)
	case p.stamps == 0:
		return nil, fmt.Errorf("timings: program %s is not timed", p.name)
	case p.last == 0 || d.Done() < p.last:
		return nil, fmt.Errorf("timings: program %s has not run and finished", p.name)
	}
	ticks := make([]uint64, p.stamps)
	if err := d.readTicks(p.queries, ticks); err != nil {
		return nil, err
	}
	list := make([]Timing, len(p.steps))
	for i, c := range p.steps {
		list[i] = Timing{c, elapsed(ticks[i], ticks[i+1], d.physical.info.Limits)}
	}
	return list, nil
}

// readTicks reads timestamps that have been written.
func (d *Device) readTicks(queries vulkan.QueryPool, ticks []uint64) error {
	const wide = vulkan.QueryResultFlags(vulkan.QueryResult64Bit)
	r := vulkan.GetQueryPoolResults(d.handle, queries, 0, uint32(len(ticks)), uint(8*len(ticks)), unsafe.Pointer(&ticks[0]), 8, wide)
	return d.fail(check("vkGetQueryPoolResults", r))
}

// elapsed is the time between two timestamps in nanoseconds. They have only
// TimestampBits bits and wrap around.
func elapsed(from, to uint64, l Limits) float64 {
	mask := ^uint64(0)
	if l.TimestampBits < 64 {
		mask = 1<<l.TimestampBits - 1
	}
	return float64((to-from)&mask) * l.TimestampPeriod
}
