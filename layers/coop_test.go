package layers

import (
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// openHalf opens a device that multiplies in fp16, with guard bands. Where the driver cannot, it is nil, and it is sure that
// nothing multiplies so there.
func openHalf(t *testing.T, build *vk.Build) *vk.Device {
	t.Helper()
	d := devicetest.Open(t, vk.Options{Build: build, Guard: true, AsGPU: true})
	if wrong, err := UseHalf(d); err != nil || wrong != nil {
		t.Fatal(err, wrong)
	}
	if missing := d.Info().HalfMissing(); missing == "" {
		return d
	}
	for _, o := range halfTrials {
		if v := o.builtIn(d); v.cooperative() || len(d.Half()) > 0 {
			t.Errorf("%s is %s, on a device that cannot", o, v)
		}
		tile := coop{16, 16, 16, 2, 2, 2, 2, 2, 1}
		if err := o.fits(d, variant{coop: tile}); err == nil {
			t.Errorf("%s fits a device that cannot", tile)
		}
	}
	return nil
}

// In fp16, a layer's outputs and gradients are the oracle's where every operand is a number of fp16, gradients if multiplied by
// gradientScale.
func TestHalfLayers(t *testing.T) {
	for _, build := range devicetest.Open(t, vk.Options{}).Info().Builds() {
		t.Run(build.String(), func(t *testing.T) {
			d := openHalf(t, &build)
			if d == nil {
				return
			}
			conv := netTest{name: "conv", in: Shape{7, 6, 17}, rows: 6, backward: 9, groups: 2, dx: 3, half: true,
				layers: []Config{Conv2D{Name: "c", Out: 18, Kernel: 5, Stride: 2, Bias: true, Act: ReLU}}}
			thin := netTest{name: "thin", in: Shape{6, 5, 1}, rows: 4, backward: 6, groups: 2, dx: 2, half: true,
				layers: []Config{Conv2D{Name: "c", Out: 17, Kernel: 5, Stride: 2, Bias: true, Act: ReLU}}}
			deconv := netTest{name: "deconv", in: Shape{3, 4, 18}, rows: 5, half: true,
				layers: []Config{Deconv2D{Name: "c", Out: 9, Kernel: 5, Stride: 2, Bias: true, Act: ReLU}}}
			thinDeconv := netTest{name: "thin deconv", in: Shape{3, 4, 18}, rows: 5, half: true,
				layers: []Config{Deconv2D{Name: "c", Out: 1, Kernel: 4, Stride: 2}}}
			linear := netTest{name: "linear", in: Vector(70), rows: 33, backward: 50, dx: 20, half: true,
				layers: []Config{Linear{Name: "l", Out: 37, Bias: true, Act: ReLU}}}
			long := netTest{name: "long", in: Vector(2*longRun + 1), rows: 5, half: true, layers: []Config{Linear{Name: "l", Out: 20}}}
			tests := []netTest{conv, thin, deconv, thinDeconv, linear, long}
			if testing.Short() {
				tests = tests[:1]
			}
			for _, c := range tests {
				c.compare(t, d)
			}
		})
	}
}

// wrongTrial expects another result than there is.
type wrongTrial struct{ multiplication }

func (o wrongTrial) prepare(t *tryout) {
	o.multiplication.prepare(t)
	t.want[3]++
}

// A shape that multiplies wrongly is left out, with the reason.
func TestHalfSelfTest(t *testing.T) {
	d := openHalf(t, nil)
	if d == nil {
		return
	}
	defer func(trials []operation) { halfTrials = trials }(halfTrials)
	halfTrials = []operation{wrongTrial{multiplication{m: 20, n: 20, k: 20}}}
	wrong, err := UseHalf(d)
	if err != nil || len(d.Half()) != 0 || len(wrong) != len(d.Info().HalfMatrices()) {
		t.Fatal(wrong, err, d.Half())
	}
	for i, m := range d.Info().HalfMatrices() {
		for _, part := range []string{m.String(), "product 20x20x20 NN as coop ", "a wrong result: row 3 of 20 sums up to "} {
			if !strings.Contains(wrong[i].Error(), part) {
				t.Errorf("%v, want %q", wrong[i], part)
			}
		}
	}
}

// What is multiplied by cooperative matrices and how: the tile shrinks with the product, and what is too small stays in fp32.
func TestCoopTile(t *testing.T) {
	d := devicetest.Open(t, vk.Options{AsGPU: true}).Rehearsal()
	if d.Info().Limits.SubgroupSize < 8 { // too few invocations to move the operands of such tiles
		return
	}
	d.SetHalf([]vk.Matrix{{M: 16, N: 8, K: 16}, {M: 16, N: 16, K: 16}})
	for name, o := range map[string]operation{
		"coop 16x16x16 2x2 2x2x2":         multiplication{m: 200, n: 1024, k: 6272},
		"coop 16x16x16 2x2 2x2x2 split2":  multiplication{m: 100, n: 1024, k: 6272, splittable: true},
		"coop 16x16x16 2x2 2x1x2":         multiplication{m: 200, n: 24, k: 128},
		"coop 16x16x16 2x2 1x2x2 split64": pass{kind: filterPass, rows: 100, x: Shape{28, 28, 20}, y: Shape{28, 28, 64}, kernel: 1, stride: 1},
		"coop 16x16x16 2x2 1x1x2":         multiplication{m: 32, n: 32, k: 32},
	} {
		v := o.builtIn(d)
		if parsed, err := parseVariant(v.String()); v.String() != name || err != nil || parsed != v {
			t.Errorf("%s: %s (%+v, %v), want %s", o, v, parsed, err, name)
		}
	}
	o := multiplication{m: 100, n: 1024, k: 6272, splittable: true}
	for _, v := range reachable(d, o) { // by the tuner
		if parsed, err := parseVariant(v.String()); !v.cooperative() || v.tiled() || err != nil || parsed != v {
			t.Errorf("%+v, as %s %+v, %v", v, v, parsed, err)
		}
	}
	for _, o := range []operation{multiplication{m: 200, n: 1, k: 1024}, multiplication{m: 7, n: 100, k: 100}, multiplication{m: 100, n: 100, k: 5}} {
		if v := o.builtIn(d); v.cooperative() {
			t.Errorf("%s: %s", o, v)
		}
	}
	for _, name := range []string{"coop", "coop 16x16x16", "coop 16x16x16 2x2 2x2", "coop 16x16x16 2x2 2x2x2 upside down", "coop 16x16x16  2x2 2x2x2"} {
		if v, err := parseVariant(name); err == nil {
			t.Errorf("%q names %+v", name, v)
		}
	}
	for limit, v := range map[string]coop{
		"is not set to multiply matrices of 8×8×8": {8, 8, 8, 2, 2, 2, 2, 2, 1},
		"maxComputeWorkGroupInvocations":           {16, 16, 16, 64, 64, 1, 1, 2, 1},
		"maxComputeSharedMemorySize":               {16, 16, 16, 2, 2, 8, 8, 8, 1},
		"no tile":                                  {16, 16, 16, 2, 2, 0, 2, 2, 1},
		"do not divide":                            {16, 16, 16, 1, 1, 16, 1, 1, 1},
		"there are at most 1":                      {16, 16, 16, 2, 2, 2, 2, 2, 2},
	} {
		if err := v.fits(d, multiplication{m: 200, n: 200, k: 200}.implicit()); err == nil || !strings.Contains(err.Error(), limit) {
			t.Errorf("%s: %v, want %s", v, err, limit)
		}
	}
}
