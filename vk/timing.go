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
	const wide = vulkan.QueryResultFlags(vulkan.QueryResult64Bit)
	r := vulkan.GetQueryPoolResults(d.handle, p.queries, 0, uint32(p.stamps), uint(8*p.stamps), unsafe.Pointer(&ticks[0]), 8, wide)
	if err := check("vkGetQueryPoolResults", r); err != nil {
		return nil, d.fail(err)
	}
	list := make([]Timing, len(p.steps))
	for i, c := range p.steps {
		list[i] = Timing{c, elapsed(ticks[i], ticks[i+1], d.physical.info.Limits)}
	}
	return list, nil
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
