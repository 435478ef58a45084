package layers

import (
	"slices"

	"vkgan/vk"
)

// Forecast is what a command of a step is expected to take on a GPU. Of other kernels than those of products and convolutions
// there are only Bytes and Seconds.
type Forecast struct {
	Variant     string
	Groups      int     // work-groups
	Resident    int     // of them, on a compute unit at a time
	Invocations int     // of a work-group
	Registers   int     // of an invocation
	Shared      int     // bytes of a work-group
	Cached      float64 // bytes that work-groups ask of the cache that all units share
	Bytes       float64 // to and from memory, everything once
	Seconds     float64 // with the second pass of a split product, which takes none by itself
}

// ForecastOf is for a command recorded on d, of which the limits and the precision count.
func ForecastOf(d *vk.Device, c vk.Command) Forecast {
	m := newMachine(d)
	o, ok := c.Operation.(operation)
	if p, isPass := o.(pass); ok && !(isPass && p.convolution().thin()) {
		if c.Work.Dense == 0 {
			return Forecast{}
		}
		v, p := choose(d, o), o.implicit()
		f := m.forecast(m.load(v, p), p)
		f.Variant = v.String()
		return f
	}
	return Forecast{Bytes: c.Work.Bytes, Seconds: dispatchTime + c.Work.Bytes/m.memory}
}

// machine is a GPU as the built-in choice of a cut sees it (docs/performance.md, "On a GPU: predicted").
type machine struct {
	units    int     // NVIDIA's SMs, AMD's compute units, Intel's Xe cores
	shared   int     // bytes of a unit's shared memory
	subgroup int     // invocations, which are busy together or not at all
	cache    float64 // bytes a second from the cache that all units share
	memory   float64 // bytes a second
}

// What Vulkan does not say is what compute units of the three have in common, or is assumed.
const (
	assumedUnits  = 32           // where the driver does not say
	unitRegisters = 64 << 10     // of 32 bits
	unitShared    = 64 << 10     // bytes at least; as much as one work-group may have, if that is more
	unitRate      = 128 * 1.98e9 // multiply-adds a second, one in a lane's cycle
	ratePerCache  = 6            // multiply-adds for each byte from the shared cache
	ratePerMemory = 7            // and for each from memory

	dispatchTime = 1.5e-6 // seconds that a dependent dispatch costs
	beginTime    = 1e-6   // seconds until a work-group's first chunk is there, and after its last
	busyUnit     = 256    // invocations that keep a unit's multiply-adds busy
	attainable   = 0.7    // of the issue slots: the rest is lost to barriers and to waiting

	// Where subgroups can be narrower, as Intel's, an invocation has some 64 registers: room for so many sums.
	wideSubgroup = 32
	fewSums      = 32
)

func newMachine(d *vk.Device) machine {
	l := d.Info().Limits
	m := machine{units: int(l.ComputeUnits), shared: max(unitShared, int(l.MaxShared)), subgroup: max(1, int(l.SubgroupSize))}
	if m.units == 0 {
		m.units = assumedUnits
	}
	rate := float64(m.units) * unitRate
	m.cache, m.memory = rate/ratePerCache, rate/ratePerMemory
	return m
}

// load is what a family's cut of a product asks of a machine.
type load struct {
	groups      [3]uint32 // work-groups
	splits      int32
	invocations int     // of a work-group
	registers   int     // of an invocation
	memory      int     // shared, bytes of a work-group
	moved       int     // elements that a work-group reads of the operands and writes of the result
	work        float64 // of a work-group, in cycles of a lane: a unit has unitRate of them a second
	share       float64 // of those that can be had, with invocations enough
}

func (m machine) load(v variant, p implicit) load {
	if v.cooperative() {
		return m.coop(v.coop, p)
	}
	return m.tiled(v.shared, p)
}

// occupied counts the invocations of whole subgroups for so many.
func (m machine) occupied(invocations int) int {
	return int(ceil(invocations, m.subgroup)) * m.subgroup
}

func (m machine) tiled(s shared, p implicit) load {
	local := int(s.local())
	run := int(ceil(int(ceil(p.terms, int(s.splits))), int(s.bk))) * int(s.bk)
	idle := float64(m.occupied(local)) / float64(local)
	return load{
		groups: s.groups(p, 0), splits: s.splits, invocations: local, registers: s.registers(), memory: int(s.memory()),
		moved: run*int(s.bm+s.bn) + int(s.bm*s.bn), work: idle * float64(s.bm*s.bn) * float64(run), share: s.issue(),
	}
}

func (m machine) forecast(w load, p implicit) Forecast {
	local := m.occupied(w.invocations)
	f := Forecast{Groups: int(w.groups[0] * w.groups[1] * w.groups[2]), Invocations: w.invocations, Registers: w.registers, Shared: w.memory}
	f.Resident = max(1, min(unitRegisters/(w.registers*local), m.shared/w.memory))
	f.Cached = 4 * float64(f.Groups) * float64(w.moved)
	f.Bytes = 4 * float64(p.moved)

	each := int(ceil(f.Groups, m.units))
	busy := min(1, float64(min(each, f.Resident)*local)/busyUnit)
	work := float64(each) * w.work / unitRate / (w.share * busy)
	f.Seconds = dispatchTime + beginTime*float64(ceil(each, f.Resident)) + max(work, f.Cached/m.cache, f.Bytes/m.memory)
	if w.splits > 1 {
		f.Seconds += dispatchTime + 4*float64(2*int(w.splits)+1)*float64(p.outputs)/m.cache
	}
	return f
}

// registers is what an invocation holds: its sums, its part of the next chunk, operands, where its lines begin, and the rest.
func (s shared) registers() int {
	loads := int(s.bm+s.bn) * int(s.bk) / int(s.local())
	return (int(s.tm*s.tn) + loads + int(s.tm+s.tn) + loads/2 + 24 + 7) / 8 * 8
}

// issue is the share of instructions that multiply and add, of those that can be issued, unless shared memory, which takes
// about three cycles to serve a load of 16 bytes by 32 invocations, is slower than the unit is with as many multiply-adds.
func (s shared) issue() float64 {
	multiply, loads := float64(s.tm*s.tn), float64(s.tm+s.tn)/4
	return attainable * multiply / (multiply + loads + 3) * min(1, multiply/4/(3*loads))
}

// sharedTiles are what the choice and the tuner try. 8 × 8 sums need half as many loads from shared memory as 4 × 4, small tiles
// give more work-groups.
var sharedTiles = []shared{
	{128, 128, 16, 8, 8, 1}, {128, 64, 16, 8, 8, 1}, {64, 128, 16, 8, 8, 1}, {64, 64, 16, 8, 8, 1},
	{64, 64, 16, 4, 8, 1}, {64, 32, 16, 4, 8, 1}, {32, 64, 16, 4, 8, 1}, {32, 32, 16, 4, 4, 1}, {64, 64, 16, 4, 4, 1}, {32, 32, 16, 4, 8, 1},
}

var splitCounts = []int32{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64}

// cheapest is the built-in choice: the cut of least forecast time, of those that fit. The tuner also tries many sums where
// registers are few.
func cheapest(d *vk.Device, p implicit) shared {
	tiles := sharedTiles
	if d.Info().Type == vk.CPU {
		tiles = []shared{{16, 16, 4, 4, 4, 1}} // no tile is fast there, and this one compiles in half the time
	} else if d.Info().Limits.SubgroupMin < wideSubgroup {
		tiles = slices.DeleteFunc(slices.Clone(tiles), func(s shared) bool { return s.tm*s.tn > fewSums })
	}
	if s, found := cheapestOf(d, p, tiles); found {
		return s
	}
	return shared{32, 32, 16, 4, 8, 1} // for a device without limits, on which nothing runs
}

func cheapestOf(d *vk.Device, p implicit, tiles []shared) (best shared, found bool) {
	m, least := newMachine(d), 0.0
	for _, s := range tiles {
		for _, s.splits = range splitCounts {
			if s.fits(d, p) != nil {
				continue
			}
			if t := m.forecast(m.tiled(s, p), p).Seconds; !found || t < least {
				best, least, found = s, t, true
			}
		}
	}
	return best, found
}
