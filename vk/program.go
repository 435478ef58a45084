package vk

import (
	"encoding/binary"
	"sync"
	"unsafe"

	vulkan "github.com/vulkan-go/vulkan"
)

// Program is a recorded step: a command buffer that may be submitted any
// number of times. It begins with a barrier and, where it writes a Host
// buffer, ends with one to the host.
type Program struct {
	d        *Device
	name     string
	commands commands
	pool     vulkan.DescriptorPool
	queries  vulkan.QueryPool
	stamps   int // queries in use: one per step and one in front; 0: not timed
	steps    []Command
	stats    Stats
	reasons  []string
	last     Ticket // of the latest submission; under d.ring.mu
	freed    bool   // under d.ring.mu
}

// Stats counts what a program does each time it runs.
type Stats struct {
	Dispatches int
	Copies     int    // and fills
	Barriers   int    // all of them: the first, those between steps, the last
	Hazards    uint64 // a digest of where barriers stand and why; the same for both builds
}

// Commands are the program's steps in their order.
func (p *Program) Commands() []Command { return p.steps }

// Stats counts the program's commands.
func (p *Program) Stats() Stats { return p.stats }

// Name is the name that NewRecorder was given.
func (p *Program) Name() string { return p.name }

// programs are those not freed.
type programs struct {
	mu   sync.Mutex
	list map[*Program]struct{}
}

// assembly lowers a recording to flat arrays for C.
type assembly struct {
	d     *Device
	ops   []nativeOp
	push  []byte
	sets  []vulkan.DescriptorSetLayout
	binds []nativeBinding // set is an index into sets until they exist
	bySet map[string]int
	ofOp  map[int]int // op → index of its set
}

func (d *Device) newProgram(r *Recorder) (*Program, error) {
	if err := d.compile(nil, r); err != nil {
		return nil, err
	}
	a := &assembly{d: d, bySet: map[string]int{}, ofOp: map[int]int{}}
	p := &Program{d: d, name: r.name, steps: r.Commands(), reasons: r.hazards.reasons}
	p.stats.Hazards = r.hazards.digest.Sum64()
	a.steps(r, &p.stats)
	if err := p.create(a, r.timed); err != nil {
		p.destroy()
		return nil, d.fail(err)
	}
	d.programs.mu.Lock()
	defer d.programs.mu.Unlock()
	d.programs.list[p] = struct{}{}
	return p, nil
}

// steps turns r's steps into ops.
func (a *assembly) steps(r *Recorder, stats *Stats) {
	barrier := func(op nativeOp) {
		if stats.Barriers != r.drop {
			a.ops = append(a.ops, op)
		}
		stats.Barriers++
	}
	stamp := func(query int) {
		if r.timed {
			a.ops = append(a.ops, opStamp(query))
		}
	}
	barrier(opBarrier())
	stamp(0)
	for i, s := range r.steps {
		if s.barrier {
			barrier(opBarrier())
		}
		a.step(s)
		if s.kind == stepDispatch {
			stats.Dispatches++
		} else {
			stats.Copies++
		}
		stamp(i + 1)
	}
	if r.toHost {
		barrier(opHostBarrier())
	}
}

func (a *assembly) step(s step) {
	switch s.kind {
	case stepCopy:
		a.ops = append(a.ops, copyOp(s.dst, s.src))
		return
	case stepFill:
		a.ops = append(a.ops, fillOp(s.dst, s.word))
		return
	}
	p := a.d.pipeline(s.call)
	at := len(a.push)
	a.push = s.call.pushBlock(a.d, a.push)
	if a.d.build == Storage && len(s.call.Args) > 0 {
		a.ofOp[len(a.ops)] = a.set(p.layout.set, s.call.Args)
	}
	a.ops = append(a.ops, opDispatch(p.handle, p.layout.handle, s.call.Groups, at, len(a.push)-at))
}

// set is the index of the descriptor set that binds args, shared by all
// dispatches that bind the same.
func (a *assembly) set(l vulkan.DescriptorSetLayout, args []Range) int {
	var key []byte
	spans := make([]span, len(args))
	for i, r := range args {
		spans[i] = bound(r, a.d.physical.info.Limits.StorageAlign)
		key = binary.NativeEndian.AppendUint64(key, uint64(uintptr(unsafe.Pointer(r.buffer.block))))
		key = binary.NativeEndian.AppendUint64(key, uint64(spans[i].at))
		key = binary.NativeEndian.AppendUint64(key, uint64(spans[i].bytes))
	}
	index, ok := a.bySet[string(key)]
	if !ok {
		index = len(a.sets)
		a.bySet[string(key)] = index
		a.sets = append(a.sets, l)
		for i, r := range args {
			a.binds = append(a.binds, newBinding(index, i, r.buffer.block.native.buffer, spans[i]))
		}
	}
	return index
}

// create makes the Vulkan objects. What it made before an error, destroy undoes.
func (p *Program) create(a *assembly, timed bool) error {
	d := p.d
	var r vulkan.Result
	if len(a.sets) > 0 {
		var sets []vulkan.DescriptorSet
		if p.pool, sets, r = d.native.createSets(a.sets, len(a.binds)); r != vulkan.Success {
			return check("vkAllocateDescriptorSets", r)
		}
		resolveSets(a.binds, a.ops, a.ofOp, sets)
		d.native.bind(a.binds)
	}
	if timed {
		p.stamps = len(p.steps) + 1
		if p.queries, r = d.native.createQueries(p.stamps); r != vulkan.Success {
			return check("vkCreateQueryPool", r)
		}
	}
	if p.commands, r = d.native.createCommands(d.physical.family); r != vulkan.Success {
		return check("vkCreateCommandPool", r)
	}
	return check("vkEndCommandBuffer", d.native.record(p.commands, true, p.queries, p.stamps, a.ops, a.push))
}

// Free waits until the program no longer runs and destroys it. A second Free
// does nothing.
func (p *Program) Free() {
	d := p.d
	d.ring.mu.Lock()
	last, freed := p.last, p.freed
	p.freed = true
	d.ring.mu.Unlock()
	if freed || d.closed.Load() || d.hung.Load() || d.Wait(last) != nil {
		return
	}
	d.programs.mu.Lock()
	delete(d.programs.list, p)
	d.programs.mu.Unlock()
	p.destroy()
}

func (p *Program) destroy() {
	vulkan.DestroyCommandPool(p.d.handle, p.commands.pool, nil)
	vulkan.DestroyQueryPool(p.d.handle, p.queries, nil)
	vulkan.DestroyDescriptorPool(p.d.handle, p.pool, nil)
}

func (d *Device) destroyPrograms() {
	for p := range d.programs.list {
		p.destroy()
	}
}
