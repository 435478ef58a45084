package vk

import "testing"

func TestNamesOfEnumerations(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Addresses.String(), "addresses"}, {Storage.String(), "storage"}, {Build(9).String(), "Build(9)"},
		{Read.String(), "read"}, {Write.String(), "write"}, {ReadWrite.String(), "read-write"}, {Access(0).String(), "Access(0)"},
		{Local.String(), "local"}, {Host.String(), "host"}, {Memory(7).String(), "Memory(7)"},
		{CPU.String(), "cpu"}, {Discrete.String(), "discrete"}, {DeviceType(9).String(), "DeviceType(9)"},
		{(Int64 | SubgroupArithmetic).String(), "shaderInt64, subgroup arithmetic"}, {Features(0).String(), ""},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestEveryFeatureHasAName(t *testing.T) {
	all := Features(0)
	for _, n := range featureNames {
		if all&n.bit != 0 {
			t.Errorf("%s is named twice", n.name)
		}
		all |= n.bit
	}
	if want := Int8<<1 - 1 | 0xff*SubgroupBasic; all != want {
		t.Errorf("named bits %#x, want %#x", all, want)
	}
}

func TestFeaturesHas(t *testing.T) {
	f := Int64 | Float16
	if !f.Has(Int64) || !f.Has(0) || f.Has(Int64|Storage16) {
		t.Errorf("Has of %s", f)
	}
}

func TestWorkGroupSize(t *testing.T) {
	fixed := &Shader{Local: [3]uint32{8, 4, 1}}
	bySpec := &Shader{Specs: []Spec{{"", 0, 1}, {"m", 3, 0}}}
	second := &Shader{Specs: []Spec{{"", 1, 1}}}
	for _, c := range []struct {
		s     *Shader
		specs []uint32
		want  [3]uint32
	}{
		{fixed, nil, [3]uint32{8, 4, 1}},
		{bySpec, []uint32{32, 7}, [3]uint32{32, 1, 1}},
		{second, []uint32{5}, [3]uint32{0, 1, 1}},
	} {
		if got := c.s.local(c.specs); got != c.want {
			t.Errorf("local(%v) = %v, want %v", c.specs, got, c.want)
		}
	}
}

func TestPushBytes(t *testing.T) {
	if a, s := scaleShader.pushBytes(Addresses), scaleShader.pushBytes(Storage); a != 24 || s != 16 {
		t.Errorf("push constants of %d and %d bytes, want 24 and 16", a, s)
	}
}

func TestCallLabel(t *testing.T) {
	if got := (Call{Shader: scaleShader}).label(); got != "scale" {
		t.Errorf("label %q", got)
	}
	if got := (Call{Shader: scaleShader, Label: "rate"}).label(); got != "rate" {
		t.Errorf("label %q", got)
	}
}
