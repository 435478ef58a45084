package layers

import (
	"math"
	"testing"

	"vkgan/vk"
)

// aGPU is a device with NVIDIA's limits and so many units.
func aGPU(units, subgroup uint32) *vk.Device {
	return vk.RehearsalOf(vk.DeviceInfo{Type: vk.Discrete, Limits: vk.Limits{
		ComputeUnits: units, MaxShared: 48 << 10, MaxInvocations: 1024, MaxGroupSize: [3]uint32{1024, 1024, 64}, MaxGroups: [3]uint32{65535, 65535, 65535},
		SubgroupSize: 32, SubgroupMin: subgroup, SubgroupMax: 32, StorageAlign: 16,
	}})
}

// Occupancy and traffic of a convolution as worked out by hand.
func TestForecast(t *testing.T) {
	conv := convolution{x: Shape{14, 14, 64}, y: Shape{7, 7, 128}, kernel: 5, stride: 2, padY: 1, padX: 1}
	m := newMachine(aGPU(132, 32))
	p := conv.pass(forwardPass, 200).implicit()
	f := m.forecast(m.tiled(shared{64, 64, 16, 8, 8, 3}, p), p)
	// 9800 × 128 from 1600 terms: 154 × 2 tiles in 3 runs of 544. 64 sums, 32 elements of the next chunk, 16 operands, 16 places
	// and 24 more are 152 registers. Elements are read once for each work-group.
	want := Forecast{Groups: 154 * 2 * 3, Invocations: 64, Registers: 152, Shared: 4 * 16 * 2 * 68, Resident: 6,
		Cached: 4 * 924 * (544*128 + 64*64), Bytes: 4 * (200*(14*14*64+7*7*128) + 1600*128), Seconds: f.Seconds}
	if f != want {
		t.Errorf("%+v, want %+v", f, want)
	}
	// 7 work-groups to a unit, at 128 multiply-adds a cycle, of which 64 of 71 instructions and 7 in 10 slots.
	compute := 7 * 64 * 64 * 544 / (128 * 1.98e9) / (0.7 * 64 / 71) // 16 cycles of multiply-adds take longer than 4 loads of 3
	rest := 2*1.5e-6 + 2*1e-6 + 7*9800*128*4/(132*128*1.98e9/6)
	if math.Abs(f.Seconds-compute-rest) > 1e-9 {
		t.Errorf("%g s, want %g", f.Seconds, compute+rest)
	}
	data := conv.pass(dataPass, 300).implicit() // four phases of 7×7 pixels, 25/4 taps
	if want := (implicit{rows: 14700, columns: 64, terms: 25 * 128 / 4, planes: 4, outputs: 300 * 14 * 14 * 64, moved: 300*(14*14*64+7*7*128) + 1600*128}); data != want {
		t.Errorf("%+v, want %+v", data, want)
	}
}

// In fp16, likewise; and which of a unit's parts is slowest.
func TestForecastCoop(t *testing.T) {
	conv := convolution{x: Shape{14, 14, 64}, y: Shape{7, 7, 128}, kernel: 5, stride: 2, padY: 1, padX: 1}
	p := conv.pass(forwardPass, 200).implicit()
	m := newMachine(aGPU(132, 32))
	f := m.forecast(m.coop(coop{16, 16, 16, 2, 2, 2, 2, 2, 2}, p), p)
	// 154 × 2 tiles in 2 runs of 25 chunks of 32 terms. 4096 sums of 128 invocations are 32 each; two left matrices and a right one take
	// 12 registers; a chunk is 32 elements, with 16 places; 24 more are 116, in eights 120. Rows of 32 elements and of padding take 80
	// bytes, and there are 64 for each side; four matrices of sums on their way out take 4 KiB.
	want := Forecast{Groups: 154 * 2 * 2, Invocations: 128, Registers: 120, Shared: 2*64*80 + 4096, Resident: 4,
		Cached: 4 * 616 * (800*128 + 64*64), Bytes: 4 * (200*(14*14*64+7*7*128) + 1600*128), Seconds: f.Seconds}
	if f != want {
		t.Errorf("%+v, want %+v", f, want)
	}
	// 5 work-groups to the busiest unit, which holds 4; the cache is slower than the unit.
	cache := 132 * 128 * 1.98e9 / 6
	rest := 2*1.5e-6 + 2*1e-6 + 5*9800*128*4/cache
	if math.Abs(f.Seconds-f.Cached/cache-rest) > 1e-9 {
		t.Errorf("%g s, want %g", f.Seconds, f.Cached/cache+rest)
	}
	// With a faster one the unit's near memory is: of a chunk 4096 elements are loaded by 8 bytes and stored by 2, and each side's are
	// loaded by two subgroups of four; then 12 bytes for each sum.
	m.cache = math.Inf(1)
	near := 5 * (25*(4096*10+2*4096*2) + 4096*12) / (128 * 1.98e9) / 0.7
	if got, want := m.forecast(m.coop(coop{16, 16, 16, 2, 2, 2, 2, 2, 2}, p), p).Seconds, near+2*1.5e-6+2*1e-6; math.Abs(got-want) > 1e-9 {
		t.Errorf("%g s, want %g", got, want)
	}
	// Only a tile beyond any device's registers would keep near memory from being slower than the matrices.
	large, deep := coop{16, 16, 16, 1, 1, 16, 16, 2, 1}, multiplication{m: 256, n: 256, k: 3200}.implicit()
	if got, want := m.coop(large, deep).work, 256*256*3200/(0.62*989e12/2/132)*128*1.98e9; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("work %g, want %g", got, want)
	}
}

// The built-in choice fits any device, splits where there are too few tiles and nowhere else, and has few sums where registers are few.
func TestBuiltInCut(t *testing.T) {
	few, many := multiplication{m: 200, n: 64, k: 6272, splittable: true}, multiplication{m: 6272, n: 1024, k: 200, transA: true, splittable: true}
	for _, d := range []*vk.Device{aGPU(132, 32), aGPU(8, 64), aGPU(0, 8), vk.RehearsalOf(vk.DeviceInfo{Limits: vk.Limits{
		MaxShared: 16 << 10, MaxInvocations: 128, MaxGroupSize: [3]uint32{128, 128, 64}, MaxGroups: [3]uint32{65535, 65535, 65535}}})} {
		l := d.Info().Limits
		for _, o := range append(trialOperations(), few, many) {
			v := o.builtIn(d)
			if err := o.fits(d, v); err != nil {
				t.Errorf("%+v: %s, %s: %v", l, o, v, err)
			}
			if narrow := l.SubgroupMin < 32; narrow && v.shared.tm*v.shared.tn > 32 {
				t.Errorf("%+v: %s, %s", l, o, v)
			}
		}
		if v := many.builtIn(d); v.shared.splits != 1 {
			t.Errorf("%+v: %s", l, v)
		}
		if v := few.builtIn(d); l.ComputeUnits == 132 && v.shared.splits < 4 {
			t.Errorf("%+v: %s", l, v)
		}
	}
	if got := (multiplication{m: 9, n: 9, k: 4096}).builtIn(aGPU(132, 32)); got.shared.splits != 1 {
		t.Errorf("without memory for partial sums: %s", got)
	}
	if got := few.builtIn(vk.NewRehearsal()); got != (variant{shared: shared{32, 32, 16, 4, 8, 1}}) {
		t.Errorf("on no device: %s", got)
	}
}

// The memory for partial sums holds those of every batch up to the longest, and is counted.
func TestPartials(t *testing.T) {
	d := aGPU(132, 32)
	for _, c := range []struct{ rows, in, out int }{{1, 64, 3}, {30, 6272, 1024}, {300, 1024, 6272}, {9, 127, 5000}} {
		b := NewBuilder(d, "net", Batch{Forward: c.rows, Backward: c.rows, Groups: 1})
		before := d.Usage().Requested
		of := func(rows int) []implicit { return []implicit{multiplication{m: rows, n: c.out, k: c.in}.implicit()} }
		memory := b.partials("partial", c.rows, of)
		if got := d.Usage().Requested - before; memory.IsZero() && got != 0 || !memory.IsZero() && got != memory.Bytes() {
			t.Errorf("%+v: %d bytes counted, %d taken", c, got, memory.Bytes())
		}
		for rows := 1; rows <= c.rows; rows++ {
			p := of(rows)[0]
			p.whole = memory.IsZero()
			if n := p.mostSplits(); n > 1 && int64(4*n*p.outputs) > memory.Bytes() {
				t.Errorf("%+v: %d splits of %d rows do not fit %d bytes", c, n, rows, memory.Bytes())
			}
		}
		b.Free()
	}
	if b := NewBuilder(d, "net", Batch{}); !b.partials("none", 5, func(rows int) []implicit {
		return []implicit{multiplication{m: rows, n: 5, k: 127}.implicit()}
	}).IsZero() {
		t.Error("memory for sums too short to be split")
	}
}

// A command's forecast is its operation's; what is none is bound by memory; the second pass is in the first's.
func TestForecastOf(t *testing.T) {
	d := aGPU(132, 32)
	b := NewBuilder(d, "net", Batch{Forward: 100, Backward: 100, Groups: 1})
	defer b.Free()
	net := b.Sequence(Vector(2048), Linear{Name: "l", Out: 64, Bias: true, Act: ReLU}, BatchNorm{Name: "bn"})
	if _, err := b.Finish(1, 0); err != nil {
		t.Fatal(err)
	}
	rec := d.NewRecorder("net")
	net.Forward(rec, b.tensor("x", 100, Vector(2048)))
	list := rec.Commands()
	product, sum, apply := ForecastOf(d, list[0]), ForecastOf(d, list[1]), ForecastOf(d, list[3]) // moments come with the sum; they are merged between
	o := list[0].Operation.(operation)
	m, p := newMachine(d), o.implicit()
	if v := o.builtIn(d); v.shared.splits == 1 || product.Variant != v.String() || product.Seconds != m.forecast(m.tiled(v.shared, p), p).Seconds {
		t.Errorf("%s: %+v", v, product)
	}
	if sum != (Forecast{}) || apply.Variant != "" || apply.Bytes <= 4*100*64 || apply.Seconds <= dispatchTime {
		t.Errorf("%+v, %+v", sum, apply)
	}
}
