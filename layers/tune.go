package layers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"vkgan/vk"
)

// Tuned is what the tuner found for an operation.
type Tuned struct {
	Operation string        `json:"operation"`
	BuiltIn   string        `json:"built_in"` // the variant that is taken without a table
	Before    time.Duration `json:"-"`        // its time
	Best      string        `json:"best"`     // the variant found
	After     time.Duration `json:"-"`        // its time
	Tried     int           `json:"tried"`    // variants measured; 0: there was no time for any
	Dropped   []Dropped     `json:"dropped,omitempty"`
}

// Dropped is a variant that the device cannot do, and why.
type Dropped struct {
	Variant string `json:"variant"`
	Reason  string `json:"reason"`
	Wrong   bool   `json:"wrong,omitempty"` // its result was, or it left the device of no use
}

// Wrong is why the variant of an operation must not be used: the built-in one gave a wrong result or ended the device, and no other was
// found. It is nil where there is nothing to say.
func (t Tuned) Wrong() error {
	for _, d := range t.Dropped {
		if d.Wrong && d.Variant == t.Best {
			return fmt.Errorf("%s: the kernel %s is no good on this device, and there is no other: %s: update the driver, or choose another device (`vkgan devices`)", t.Operation, d.Variant, d.Reason)
		}
	}
	return nil
}

// Operations lists the operations of commands recorded on d that have variants, each once, those with the most arithmetic first.
func Operations(d *vk.Device, commands []vk.Command) []fmt.Stringer {
	work := map[operation]float64{}
	var list []fmt.Stringer
	for _, c := range commands {
		o, ok := c.Operation.(operation)
		if p, isPass := o.(pass); !ok || isPass && p.alwaysUnfolded(d) { // then it is a product
			continue
		}
		if _, known := work[o]; !known {
			list = append(list, o)
		}
		work[o] += c.Work.Dense
	}
	slices.SortStableFunc(list, func(a, b fmt.Stringer) int { return cmp.Compare(work[b.(operation)], work[a.(operation)]) })
	return list
}

// Tune measures variants of operations, which Operations has listed, on a device that open opens. Each is first compared with the oracle;
// one that fails or that the device has no room for is dropped. So is one that loses the device or lets it hang: open is asked for another.
// After deadline, unless it is zero, Tune measures nothing more and takes what is best so far. found is told of each operation in its turn. An
// error is ctx's or open's, or that of a device that comes to its end again and again.
func Tune(ctx context.Context, open func() (*vk.Device, error), operations []fmt.Stringer, deadline time.Time, found func(Tuned)) error {
	d, err := open()
	if err != nil {
		return err
	}
	for _, o := range operations {
		s := newSearch(ctx, o.(operation), deadline)
		err := s.run(d)
		for vk.Unusable(err) {
			d.Close() // says no more than err
			if s.ends == fewEnds {
				return fmt.Errorf("tuning %s: %w", o, err)
			}
			if d, err = open(); err != nil {
				return err
			}
			err = s.run(d)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("tuning %s: %w", o, err), d.Close())
		}
		found(s.Tuned)
	}
	return d.Close()
}

// fewEnds is how many devices in a row may end before anything is measured.
const fewEnds = 4

// search looks for the best variant of one operation.
type search struct {
	Tuned
	ctx      context.Context
	d        *vk.Device
	of       operation
	deadline time.Time
	tryout   *tryout
	winner   variant // so far
	seen     map[variant]bool
	ends     int // of devices, since something was measured
}

func newSearch(ctx context.Context, o operation, deadline time.Time) search {
	return search{ctx: ctx, of: o, deadline: deadline, seen: map[variant]bool{}}
}

// gain is the share of the time that another variant must save to be taken: less may be chance.
const gain = 0.02

// run searches on d. After an error of d's it goes on, on another, with what has not been tried.
func (s *search) run(d *vk.Device) error {
	s.d = d
	if s.Tried == 0 {
		s.winner = s.of.builtIn(d)
		s.Operation, s.BuiltIn, s.Best = s.of.String(), s.winner.String(), s.winner.String()
	}
	if s.over() {
		return s.ctx.Err()
	}
	var err error
	if s.tryout, err = newTryout(d, s.of); err != nil {
		s.drop(s.winner, err)
		return fatal(err)
	}
	defer s.tryout.free()
	if err := s.try(s.winner); err != nil {
		return err
	}
	if s.Before == 0 {
		s.Before = s.After
	}
	for _, stage := range stages {
		for _, v := range stage(d, s.of, s.winner) {
			if s.over() {
				return s.ctx.Err()
			}
			if err := s.try(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *search) over() bool {
	return s.ctx.Err() != nil || !s.deadline.IsZero() && time.Now().After(s.deadline)
}

// try measures v, unless it was, and notes it where it is the best.
func (s *search) try(v variant) error {
	if s.seen[v] {
		return nil
	}
	s.seen[v] = true
	err := s.of.fits(s.d, v)
	if err == nil {
		err = s.tryout.verify(v)
	}
	var took time.Duration
	if err == nil {
		took, err = s.tryout.time(s.ctx, v, s.After)
	}
	if err != nil {
		s.drop(v, err)
		return fatal(err)
	}
	s.Tried, s.ends = s.Tried+1, 0
	if s.After == 0 || took < time.Duration((1-gain)*float64(s.After)) {
		s.winner, s.Best, s.After = v, v.String(), took
	}
	return nil
}

func (s *search) drop(v variant, err error) {
	if vk.Unusable(err) {
		s.ends++
	}
	s.Dropped = append(s.Dropped, Dropped{v.String(), err.Error(), errors.Is(err, errWrong) || vk.Unusable(err)})
}

// fatal is err if nothing can be measured after it, else nil.
func fatal(err error) error {
	if vk.Unusable(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// A stage gives the variants that differ from v in one respect. The tuner goes through the stages one after the other, from
// the best of each to the next: all combinations would take hours.
type stage func(d *vk.Device, o operation, v variant) []variant

var stages = []stage{otherOrders, otherTiles, otherDepths, otherSplits}

// otherOrders swaps the operands, packs the left one or does not, cuts the terms into runs or does not, or takes minimal
// filtering or does not.
func otherOrders(d *vk.Device, o operation, v variant) (list []variant) {
	p, ok := o.(pass)
	switch {
	case !d.CPU():
		return nil
	case ok && p.convolution().thin():
		return []variant{p.inRegisters(d), {unfolded: true}}
	case ok:
		return []variant{p.direct(d), p.minimal(d)}
	}
	m := o.(multiplication)
	for _, mirrored := range []bool{false, true} {
		for _, split := range []bool{false, true} {
			if mirrored && (m.bias || m.normed) || split && !m.splittable {
				continue
			}
			w := variant{mirrored: mirrored, split: split}
			rows, columns := m.sides(w)
			w.lanes = lanesTile(d, rows, columns, m.k/m.splits(w))
			list = append(list, w)
			if m.leftTransposed(w) {
				w.packed = true
				list = append(list, w)
			}
		}
	}
	return list
}

// otherTiles changes a tile's rows and columns: sums, a run of the right operand and a value of the left should fit 16
// vector registers, or 32 where they have 512 bits; or some of them in memory.
func otherTiles(d *vk.Device, o operation, v variant) (list []variant) {
	if v.cooperative() {
		return otherCoopTiles(d, o.implicit(), v)
	}
	if !d.CPU() {
		for _, t := range sharedTiles { // with the splits that promise most for each
			if s, found := cheapestOf(d, o.implicit(), []shared{t}); found {
				s.bk = v.shared.bk
				list = append(list, variant{shared: s})
			}
		}
		return list
	}
	if v.unfolded || v.padded {
		return o.(pass).otherTilesInRegisters(d, v)
	}
	tiles := []lanes{{4, 2, 0}, {5, 2, 0}, {6, 2, 0}, {4, 3, 0}, {3, 4, 0}, {8, 1, 0}, {12, 1, 0}}
	if laneCount(d) >= 16 {
		tiles = []lanes{{6, 2, 0}, {8, 2, 0}, {10, 2, 0}, {12, 2, 0}, {14, 2, 0}, {8, 3, 0}, {24, 1, 0}}
	}
	rows := o.tileRows(v)
	for _, t := range tiles {
		w := v
		w.lanes.rows, w.lanes.runs = min(t.rows, int32(rows)), t.runs
		if w.lanes.width(d) <= widest {
			list = append(list, w)
		}
	}
	return list
}

// otherDepths changes the number of terms that are unrolled.
func otherDepths(d *vk.Device, o operation, v variant) (list []variant) {
	if v.cooperative() {
		for _, depth := range []int32{1, 2, 4} {
			w := v
			w.coop.depth = depth
			list = append(list, w)
		}
		return list
	}
	if !d.CPU() {
		for _, depth := range []int32{8, 16, 32} {
			w := v
			w.shared.bk = depth
			list = append(list, w)
		}
		return list
	}
	if v.unfolded || v.padded {
		return o.(pass).otherDepthsInRegisters(d, v)
	}
	for _, depth := range []int32{4, 8, 12, 16, 20, 25, 28, 32, 64} {
		w := v
		w.lanes.depth = depth
		if o.fits(d, w) == nil {
			list = append(list, w)
		}
	}
	return list
}

// otherSplits changes the number of runs that the families for GPUs cut the terms into.
func otherSplits(d *vk.Device, o operation, v variant) (list []variant) {
	if d.CPU() {
		return nil
	}
	for _, n := range splitCounts {
		w := v
		if v.cooperative() {
			w.coop.splits = n
		} else {
			w.shared.splits = n
		}
		if o.fits(d, w) == nil {
			list = append(list, w)
		}
	}
	return list
}
