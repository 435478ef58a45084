package bench

import (
	"context"
	"errors"
	"time"

	"vkgan/shaders"
	"vkgan/vk"
)

// Peaks is what a device can do at best, measured.
type Peaks struct {
	GFLOPS    Spread `json:"fma_gflops"`     // multiply-adds on registers alone, 2 operations each
	GBPerS    Spread `json:"copy_gb_per_s"`  // copying memory too large for caches: what is read and what is written
	BarrierUS Spread `json:"dispatch_us"`    // a dispatch of one invocation that depends on the one before, and the barrier
	LooseUS   Spread `json:"independent_us"` // one that depends on none, and has no barrier
	SubmitUS  Spread `json:"submit_wait_us"` // submitting such a dispatch and waiting for it
}

const (
	repetitions = 15
	atLeast     = 20 * time.Millisecond // what a repetition should take
)

// Device measures the peaks of a device, in a few seconds. It ends early, with an error, when ctx is done.
func Device(ctx context.Context, d *vk.Device) (p Peaks, err error) {
	for _, m := range []struct {
		to *Spread
		of func(context.Context, *vk.Device) (Spread, error)
	}{{&p.GFLOPS, MultiplyAdds}, {&p.GBPerS, Copies}, {&p.BarrierUS, Dispatches}, {&p.LooseUS, LooseDispatches}, {&p.SubmitUS, Submissions}} {
		if *m.to, err = m.of(ctx, d); err != nil {
			return Peaks{}, err
		}
	}
	return p, nil
}

// MultiplyAdds measures multiply_add.comp, in GFLOP/s.
func MultiplyAdds(ctx context.Context, d *vk.Device) (Spread, error) {
	// More chains than a processor has stages times units, but few enough for 16 vector registers; a GPU hides latency by
	// many invocations instead.
	local, groups, chains, steps := uint32(64), uint32(4096), int32(8), int32(64)
	if d.CPU() {
		local, groups, chains = d.Info().Limits.SubgroupSize, 256, 12
	}
	n := int(local * groups)
	with := func(turns int) func(rec *vk.Recorder, x, y vk.Range) {
		return func(rec *vk.Recorder, x, y vk.Range) {
			rec.Dispatch(shaders.MultiplyAdd{
				X: x, Y: y, Scale: 0.5, Shift: 1, Turns: int32(turns), Local: local, CHAINS: chains, STEPS: steps, Groups: [3]uint32{groups, 1, 1},
			})
		}
	}
	times, turns, err := longEnough(ctx, d, n, with)
	return rates(times, 2*float64(n)*float64(chains)*float64(steps)*float64(turns)/1e9), err
}

// Copies measures copy.comp, in GB/s.
func Copies(ctx context.Context, d *vk.Device) (Spread, error) {
	const n = 24 << 20 // 96 MiB, twice
	local, per, runs := 64, 8, 0
	if d.CPU() {
		local, per, runs = int(d.Info().Limits.SubgroupSize), 256, 2
	}
	groups := [3]uint32{uint32((n + local*per - 1) / (local * per)), 1, 1}
	with := func(times int) func(rec *vk.Recorder, x, y vk.Range) {
		return func(rec *vk.Recorder, x, y vk.Range) {
			for range times {
				rec.Dispatch(shaders.Copy{X: x, Y: y, N: n, Local: uint32(local), PER: int32(per), RUNS: int32(runs), Groups: groups})
			}
		}
	}
	times, copies, err := longEnough(ctx, d, n, with)
	return rates(times, 2*4*n*float64(copies)/1e9), err
}

// Submissions measures a submission of one count_up.comp and the wait for it, in microseconds.
func Submissions(ctx context.Context, d *vk.Device) (Spread, error) {
	us, err := counting(ctx, d, 1, 0)
	if err != nil {
		return Spread{}, err
	}
	return NewSpread(us), nil
}

// Dispatches measures a chain of count_up.comp, each with the barrier before it, within one replayed command buffer, in
// microseconds a link.
func Dispatches(ctx context.Context, d *vk.Device) (Spread, error) { return eachOf(ctx, d, 0) }

// LooseDispatches measures as many that count in places of their own, in microseconds each.
func LooseDispatches(ctx context.Context, d *vk.Device) (Spread, error) {
	return eachOf(ctx, d, vk.Align)
}

func eachOf(ctx context.Context, d *vk.Device, apart int64) (Spread, error) {
	const more = 512
	one, err := Submissions(ctx, d)
	if err != nil {
		return Spread{}, err
	}
	us, err := counting(ctx, d, 1+more, apart)
	if err != nil {
		return Spread{}, err
	}
	for i := range us {
		us[i] = (us[i] - one.Median) / more
	}
	return NewSpread(us), nil
}

// counting times programs of so many count_up.comp, whose counters lie so many bytes apart, in microseconds.
func counting(ctx context.Context, d *vk.Device, dispatches int, apart int64) ([]float64, error) {
	n := 1 + int(apart)/4*dispatches
	times, err := timeProgram(ctx, d, n, func(rec *vk.Recorder, x, _ vk.Range) {
		for i := range dispatches {
			rec.Dispatch(shaders.CountUp{Counter: x.Slice(int64(i)*apart, 4), Groups: [3]uint32{1, 1, 1}})
		}
	}, 4*repetitions)
	us := make([]float64, len(times))
	for i, t := range times {
		us[i] = t.Seconds() * 1e6
	}
	return us, err
}

// longEnough times programs whose work grows with a factor, which it doubles until they take a while.
func longEnough(ctx context.Context, d *vk.Device, n int, with func(factor int) func(rec *vk.Recorder, x, y vk.Range)) ([]time.Duration, int, error) {
	for factor := 1; ; factor *= 2 {
		times, err := timeProgram(ctx, d, n, with(factor), 1)
		if err != nil {
			return nil, 0, err
		}
		if times[0] >= atLeast || factor >= 1<<16 {
			times, err = timeProgram(ctx, d, n, with(factor), repetitions)
			return times, factor, err
		}
	}
}

// timeProgram times so many submissions of a program over x and y [n] f32, after one that compiles its kernels.
func timeProgram(ctx context.Context, d *vk.Device, n int, record func(rec *vk.Recorder, x, y vk.Range), submissions int) (times []time.Duration, err error) {
	x, err := d.NewBuffer("bench.x", 4*int64(n), vk.Local)
	if err != nil {
		return nil, err
	}
	defer x.Free()
	y, err := d.NewBuffer("bench.y", 4*int64(n), vk.Local)
	if err != nil {
		return nil, err
	}
	defer y.Free()
	rec := d.NewRecorder("bench")
	record(rec, x.All(), y.All())
	program, err := rec.End()
	if err != nil {
		return nil, err
	}
	defer program.Free()
	for i := range 1 + submissions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		begin := time.Now()
		ticket, err := d.Submit(program, 1)
		if err := errors.Join(err, d.Wait(ticket)); err != nil {
			return nil, err
		}
		if i > 0 {
			times = append(times, time.Since(begin))
		}
	}
	return times, nil
}

// rates are amounts a second.
func rates(times []time.Duration, amount float64) Spread {
	if len(times) == 0 {
		return Spread{}
	}
	list := make([]float64, len(times))
	for i, t := range times {
		list[i] = amount / t.Seconds()
	}
	return NewSpread(list)
}
