package layers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"vkgan/internal/devicetest"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// trialOperations are small, odd in their sizes, and of every kind.
func trialOperations() []operation {
	conv := convolution{x: Shape{5, 7, 20}, y: Shape{3, 4, 35}, kernel: 5, stride: 2, padY: 2, padX: 1}
	thin := convolution{x: Shape{19, 28, 1}, y: Shape{10, 14, 35}, kernel: 5, stride: 2, padY: 2, padX: 1}
	whole := convolution{x: Shape{14, 10, 32}, y: Shape{7, 5, 32}, kernel: 5, stride: 2, padY: 1, padX: 1} // for minimal filtering
	return []operation{
		multiplication{m: 29, n: 37, k: 50},
		multiplication{m: 23, n: 41, k: 30, normed: true},
		multiplication{m: 61, n: 26, k: 50, transA: true, bias: true},
		multiplication{m: 5, n: 70, k: 2100, transB: true, splittable: true},
		conv.pass(forwardPass, 14), conv.pass(dataPass, 14), conv.pass(filterPass, 14),
		thin.pass(forwardPass, 13), thin.pass(dataPass, 13), thin.pass(filterPass, 13),
		whole.pass(forwardPass, 13), whole.pass(dataPass, 13), whole.pass(filterPass, 13),
	}
}

// reachable lists every variant that the tuner may choose for an operation, from the built-in one on.
func reachable(d *vk.Device, o operation) []variant {
	list := []variant{o.builtIn(d)}
	for _, stage := range stages {
		for _, v := range list {
			for _, other := range stage(d, o, v) {
				if !slices.Contains(list, other) && o.fits(d, other) == nil {
					list = append(list, other)
				}
			}
		}
	}
	return list
}

// eachFamily runs a test with both families of kernels.
func eachFamily(t *testing.T, test func(t *testing.T, d *vk.Device)) {
	test(t, devicetest.Open(t, vk.Options{Guard: true}))
	if d := devicetest.Open(t, vk.Options{Guard: true, AsGPU: true}); !d.CPU() {
		test(t, d)
	}
}

// Every variant that the tuner may choose computes what the oracle does; of their hundreds, a sample, unless
// VKGAN_TEST_ALL=1.
func TestVariants(t *testing.T) {
	every := 12
	if os.Getenv("VKGAN_TEST_ALL") == "1" {
		every = 1
	}
	eachFamily(t, func(t *testing.T, d *vk.Device) {
		tried := 0
		for at, o := range trialOperations() {
			try, err := newTryout(d, o)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range reachable(d, o) {
				if i > 0 && (i+at)%every != 0 { // the built-in one always
					continue
				}
				tried++
				if err := try.verify(v); err != nil {
					t.Errorf("%s, %s: %v", o, v, err)
				}
			}
			checkGuards(t, d)
			try.free()
		}
		t.Logf("%d variants", tried)
	})
}

// The tryout's oracle is layers/ref's whole result: every element counts.
func TestTryoutSeesEveryElement(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	for _, o := range trialOperations() {
		try, err := newTryout(d, o)
		if err != nil {
			t.Fatal(err)
		}
		defer try.free()
		right, n := try.record, int(try.result.Bytes()/4)
		for _, element := range []int{0, n / 2, n - 1} {
			try.record = func(rec *vk.Recorder, v variant) {
				right(rec, v)
				rec.Fill(try.result.Slice(4*int64(element), 4), 0x4B000000) // 2^23
			}
			if err := try.verify(o.builtIn(d)); err == nil || !strings.Contains(err.Error(), "a wrong result") {
				t.Errorf("%s: element %d is wrong: %v", o, element, err)
			}
		}
		try.record = func(*vk.Recorder, variant) {}
		if err := try.verify(o.builtIn(d)); err == nil {
			t.Errorf("%s: nothing is computed, and that is right", o)
		}
	}
}

// What verify takes for the truth is what the oracle of the layers' tests says in full.
func TestTryoutWantsTheOracle(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	o := multiplication{m: 7, n: 5, k: 11, transA: true, transB: true, bias: true}
	try, err := newTryout(d, o)
	if err != nil {
		t.Fatal(err)
	}
	defer try.free()
	_, a := try.operand("a", o.m*o.k)
	_, b := try.operand("right", o.k*o.n)
	_, bias := try.operand("bias", o.n)
	full := ref.Gemm{M: o.m, N: o.n, K: o.k, TransA: true, TransB: true}.Mul(a, b, nil, bias)
	equal(t, "product", try.want, try.weighted(full))

	conv := convolution{x: Shape{5, 7, 3}, y: Shape{3, 4, 5}, kernel: 5, stride: 2, padY: 2, padX: 1}
	oracle := ref.Conv{N: 2, H: 5, W: 7, CI: 3, OH: 3, OW: 4, CO: 5, KH: 5, KW: 5, Stride: 2, PadY: 2, PadX: 1}
	for kind, full := range map[passKind]func(t *tryout) []float64{
		forwardPass: func(t *tryout) []float64 { return oracle.Forward(operands(t, "x", 2*105), operands(t, "w", 25*15)) },
		dataPass: func(t *tryout) []float64 {
			return oracle.BackwardData(operands(t, "dy", 2*60), operands(t, "w", 25*15))
		},
		filterPass: func(t *tryout) []float64 {
			return oracle.BackwardFilter(operands(t, "x", 2*105), operands(t, "dy", 2*60))
		},
	} {
		try, err := newTryout(d, conv.pass(kind, 2))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, conv.pass(kind, 2).String(), try.want, try.weighted(full(try)))
		try.free()
	}
}

func operands(t *tryout, name string, n int) []float64 {
	_, values := t.operand(name, n)
	return values
}

// opener opens devices that whoever asks for them closes.
func opener(t *testing.T, o vk.Options) func() (*vk.Device, error) {
	return func() (*vk.Device, error) { return devicetest.Open(t, o), nil }
}

// losing is a product of which some variants end the device.
type losing struct {
	multiplication
	ends func(v variant) error
}

func (o losing) fits(d *vk.Device, v variant) error {
	return errors.Join(o.multiplication.fits(d, v), o.ends(v))
}

// A variant that ends the device is dropped, and the search goes on with the others on another device; of devices that all end the
// tuner has enough.
func TestTuneOutlivesItsDevices(t *testing.T) {
	o := multiplication{m: 40, n: 36, k: 70}
	opened, lost := 0, map[variant]bool{}
	again := opener(t, vk.Options{AsGPU: true})
	open := func() (*vk.Device, error) {
		opened++
		return again()
	}
	some := &losing{o, nil}
	some.ends = func(v variant) error { // the built-in one, and of the second device the first of 8 rows
		if len(lost) == 0 || opened == 2 && v.shared.tm == 8 {
			lost[v] = true
			return fmt.Errorf("wait: %w", vk.ErrTimeout)
		}
		return nil
	}
	var found []Tuned
	note := func(x Tuned) { found = append(found, x) }
	if err := Tune(t.Context(), open, []fmt.Stringer{some, o}, time.Time{}, note); err != nil || len(found) != 2 {
		t.Fatal(err, found)
	}
	x := found[0]
	if opened != 1+len(lost) || len(lost) < 2 || len(x.Dropped) < len(lost) || x.Tried == 0 || x.Best == x.BuiltIn || x.Wrong() != nil {
		t.Errorf("%d devices, %d ends, %+v", opened, len(lost), x)
	}
	for _, dropped := range x.Dropped {
		if v, err := parseVariant(dropped.Variant); err != nil || lost[v] != strings.Contains(dropped.Reason, "timeout") {
			t.Errorf("%+v", dropped)
		}
	}
	if y := found[1]; y.Tried == 0 {
		t.Errorf("%+v", y)
	}

	opened, found = 0, nil
	all := &losing{o, func(variant) error { return vk.ErrDeviceLost }}
	if err := Tune(t.Context(), open, []fmt.Stringer{all}, time.Time{}, note); !errors.Is(err, vk.ErrDeviceLost) || opened != fewEnds || len(found) > 0 {
		t.Errorf("%v, %d devices, %+v", err, opened, found)
	}
}

// The tuner finds something for every operation, within the variants that there are, and tells what it dropped.
func TestTune(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	open := opener(t, vk.Options{})
	o := trialOperations()[0]
	var found []Tuned
	note := func(x Tuned) { found = append(found, x) }
	if err := Tune(t.Context(), open, []fmt.Stringer{o}, time.Time{}, note); err != nil || len(found) != 1 {
		t.Fatalf("%v, %+v", err, found)
	}
	x := found[0]
	best, err := parseVariant(x.Best)
	if err != nil || x.Operation != o.String() || x.BuiltIn != o.builtIn(d).String() || x.Before <= 0 || x.After <= 0 || x.After > x.Before ||
		x.Tried < 2 || len(x.Dropped) > 0 || !slices.Contains(reachable(d, o), best) {
		t.Errorf("%v, %+v", err, x)
	}

	late := time.Now().Add(-time.Second)
	found = nil
	if err := Tune(t.Context(), open, []fmt.Stringer{o}, late, note); err != nil || len(found) != 1 || found[0].Tried != 0 || found[0].Best != x.BuiltIn {
		t.Errorf("after the deadline: %v, %+v", err, found)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := Tune(ended, open, []fmt.Stringer{o}, time.Time{}, note); !errors.Is(err, context.Canceled) {
		t.Errorf("when told to end: %v", err)
	}
}

// A variant that computes nonsense, breaks a limit or finds no memory is dropped, and the search goes on.
func TestTuneDrops(t *testing.T) {
	d := devicetest.Open(t, vk.Options{AsGPU: true})
	o := trialOperations()[0]
	s := newSearch(t.Context(), o, time.Time{})
	s.d = d
	var err error
	if s.tryout, err = newTryout(d, o); err != nil {
		t.Fatal(err)
	}
	defer s.tryout.free()
	good, nonsense, refused := o.builtIn(d), o.builtIn(d), o.builtIn(d)
	nonsense.shared.bk += 4
	refused.shared.bk += 8
	right := s.tryout.record
	s.tryout.record = func(rec *vk.Recorder, v variant) {
		switch v {
		case nonsense:
		case refused:
			rec.Copy(vk.Range{}, vk.Range{})
		default:
			right(rec, v)
		}
	}
	tooLarge := good
	tooLarge.shared.bm = 4096
	for _, v := range []variant{nonsense, refused, tooLarge, good} {
		if err := s.try(v); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
	if s.Tried != 1 || s.Best != good.String() || len(s.Dropped) != 3 {
		t.Fatalf("%+v", s.Tuned)
	}
	for i, want := range []string{"a wrong result", "no range is given", "maxComputeWorkGroupInvocations is"} {
		if !strings.Contains(s.Dropped[i].Reason, want) {
			t.Errorf("%+v, want %s", s.Dropped[i], want)
		}
	}

	if err := s.Wrong(); err != nil || !s.Dropped[0].Wrong || s.Dropped[1].Wrong {
		t.Errorf("%v, %+v", err, s.Dropped)
	}
	hopeless := Tuned{Operation: "o", BuiltIn: "a", Best: "a", Dropped: s.Dropped[:1]}
	hopeless.Dropped[0].Variant = "a"
	if err := hopeless.Wrong(); err == nil || !strings.Contains(err.Error(), "o: the kernel a is no good on this device") {
		t.Error(err)
	}

	found := 0
	huge := multiplication{m: 1 << 20, n: 1 << 20, k: 1}
	err = Tune(t.Context(), opener(t, vk.Options{AsGPU: true}), []fmt.Stringer{huge}, time.Time{}, func(x Tuned) {
		if found++; x.Tried != 0 || x.Best != x.BuiltIn || len(x.Dropped) != 1 || !strings.Contains(x.Dropped[0].Reason, "memory") {
			t.Errorf("%+v", x)
		}
	})
	if err != nil || found != 1 {
		t.Errorf("%v, %d found", err, found)
	}
	for _, end := range []error{vk.ErrDeviceLost, vk.ErrTimeout, context.Canceled} {
		if wrapped := fmt.Errorf("x: %w", end); fatal(wrapped) != wrapped {
			t.Errorf("%v does not end the search", end)
		}
	}
	if fatal(vk.ErrOutOfMemory) != nil {
		t.Error("a variant without memory ends the search")
	}
}

func TestVariantNames(t *testing.T) {
	for _, d := range []*vk.Device{devicetest.Open(t, vk.Options{}), devicetest.Open(t, vk.Options{AsGPU: true})} {
		for _, o := range trialOperations() {
			for _, v := range reachable(d, o) {
				if got, err := parseVariant(v.String()); err != nil || got != v {
					t.Errorf("%s: %+v, %v", v, got, err)
				}
			}
		}
	}
	for _, name := range []string{"", "lanes", "lanes 6x2", "lanes 6x2x16 split mirrored", "lanes 6x2x16 upside down", "unfolded split", "padded 7x2", "padded 7x2x16 twice", "tiled 64x64", "tiled 64x64x16 8x8 split", "tiled 64x64x16 8x8 split1", "tiled 64x64x16 8x8 split4 split4", "tiled 64x64x16 8x8 minimal2", "planes 6x2x16", "lanes 6x2x16 "} {
		if v, err := parseVariant(name); err == nil {
			t.Errorf("%q names %+v", name, v)
		}
	}
}

// A table's variant is taken where it fits, the built-in one elsewhere.
func TestChoose(t *testing.T) {
	o := multiplication{m: 29, n: 37, k: 50, bias: true}
	eachFamily(t, func(t *testing.T, d *vk.Device) {
		usual := o.builtIn(d)
		cases := map[string]variant{
			"lanes 5x1x10":          {lanes: lanes{5, 1, 10}},
			"lanes 5x1x10 mirrored": usual, // not with a bias
			"lanes 5x1x10 split":    usual, // no memory for that
			"lanes 5x1x10 packed":   usual, // the left operand has its terms side by side
			"lanes 30x1x10":         usual, // more rows than there are
			"lanes 0x1x10":          usual,
			"tiled 32x32x16":        usual, // the other family
			"nonsense":              usual,
		}
		if !d.CPU() {
			cases = map[string]variant{
				"tiled 32x16x8 8x4":         {shared: shared{32, 16, 8, 8, 4, 1}},
				"tiled 4096x4096x8 8x8":     usual, // too many invocations
				"tiled 64x64x1024 8x8":      usual, // too much shared memory
				"tiled 32x32x6 4x4":         usual,
				"tiled 20x32x8 8x8":         usual,
				"tiled 32x32x16 4x4 split2": usual, // no memory for that
				"tiled 32x32x16":            usual, // as they were called
				"lanes 5x1x10":              usual, // the other family
			}
		}
		for name, want := range cases {
			d.SetTuning(vk.Tuning{o.String(): name, "product 1x1x1 NN": "lanes 1x1x1"})
			if got := choose(d, o); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			if got := choose(d.Rehearsal(), o); got != want {
				t.Errorf("%s, rehearsed: %s, want %s", name, got, want)
			}
		}
		d.SetTuning(nil)
		if got := choose(d, o); got != usual {
			t.Errorf("without a table: %s, want %s", got, usual)
		}
	})
}

// A network under a table computes what it does without one, also where every operand is the other way round.
func TestTunedNetwork(t *testing.T) {
	c := netTest{name: "tuned", in: Shape{6, 5, 9}, rows: 6, backward: 9, groups: 2, dx: 3, layers: []Config{
		Conv2D{Name: "conv", Out: 17, Kernel: 3, Stride: 2},
		Deconv2D{Name: "thin", Out: 1, Kernel: 5, Stride: 2, Bias: true},
		Linear{Name: "head", Out: 3, Bias: true},
	}}
	eachFamily(t, func(t *testing.T, d *vk.Device) {
		r := d.Rehearsal()
		b := NewBuilder(r, c.name, Batch{Forward: c.rows, Backward: c.backward, Groups: c.groups})
		net := b.Sequence(c.in, c.layers...)
		if _, err := b.Finish(1, 0); err != nil {
			t.Fatal(err)
		}
		rec := r.NewRecorder(c.name)
		net.Forward(rec, b.tensor("x", c.rows, c.in).InGroups(c.groups))
		net.Backward(rec, b.tensor("dy", c.backward, net.Out), c.dx)
		table := vk.Tuning{}
		operations := Operations(r, rec.Commands())
		for i, o := range operations {
			all := reachable(d, o.(operation))
			if o, ok := o.(multiplication); ok && d.CPU() { // the other order first
				all = slices.DeleteFunc(all, func(v variant) bool { return v.mirrored == o.builtIn(d).mirrored && !o.bias })
			}
			table[o.String()] = all[(i+1)*len(all)/(len(operations)+1)].String()
		}
		want := 9
		if len(table) != len(operations) || len(table) != want {
			t.Errorf("%d operations: %v", len(operations), table)
		}
		d.SetTuning(table)
		c.compare(t, d)
	})
}
