package kernel

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("update", false, "rewrite the golden file")

func module(t *testing.T, build string) []byte {
	t.Helper()
	code, err := os.ReadFile("../testdata/sample." + build + ".spv")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func sample(t *testing.T) Kernel {
	t.Helper()
	k, err := Reflect("sample", module(t, "addr"), module(t, "ssbo"))
	if err != nil {
		t.Fatal(err)
	}
	k.Doc = []string{"c = a b.", "", "  a : [M,K] f32"}
	return k
}

func TestReflect(t *testing.T) {
	want := Kernel{
		Name: "sample",
		Doc:  []string{"c = a b.", "", "  a : [M,K] f32"},
		Args: []Arg{
			{"a", "float", true, false},
			{"b", "float", true, false},
			{"c", "float", false, true},
			{"d_count", "uint", true, true},
		},
		Push: []Scalar{{"rows", "int"}, {"scale", "float"}, {"seed", "uint"}, {"key", "uint"}},
		Specs: []Spec{
			{Scalar{"local", "uint"}, 0, 1},
			{Scalar{"N", "int"}, 1, 16},
			{Scalar{"K", "int"}, 2, 12},
			{Scalar{"TM", "int"}, 3, 4},
			{Scalar{"RELU", "bool"}, 4, 1},
			{Scalar{"MAX_SLOPE", "float"}, 5, 0x3f000000},
			{Scalar{"UNUSED", "uint"}, 6, 7},
		},
		Local:        [3]uint32{0, 1, 1},
		Shared:       128,
		Capabilities: []uint32{1, 61, 63},
	}
	if got := sample(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestReflectRefusesTheWrongBuild(t *testing.T) {
	addresses, storage := module(t, "addr"), module(t, "ssbo")
	for name, pair := range map[string][2][]byte{
		"exchanged":      {storage, addresses},
		"addresses only": {addresses, addresses},
		"storage only":   {storage, storage},
	} {
		if k, err := Reflect("sample", pair[0], pair[1]); err == nil {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

func TestReflectComparesTheBuilds(t *testing.T) {
	for name, edit := range map[string]struct{ old, new string }{
		"arguments":                {"d_count\x00", "e_count\x00"},
		"push constants":           {"scale\x00", "scala\x00"},
		"specialisation constants": {"UNUSED\x00", "ABUSED\x00"},
	} {
		other := bytes.ReplaceAll(module(t, "addr"), []byte(edit.old), []byte(edit.new))
		_, err := Reflect("sample", other, module(t, "ssbo"))
		if err == nil || !strings.Contains(err.Error(), "the two builds differ in their "+name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// Damage may go unnoticed, but it must end in a result or an error.
func TestReflectSurvivesDamage(t *testing.T) {
	addresses, storage := module(t, "addr"), module(t, "ssbo")
	for at := 0; at < len(storage); at += 4 {
		for _, word := range []uint32{0, 7, ^uint32(0)} {
			c := slices.Clone(storage)
			binary.LittleEndian.PutUint32(c[at:], word)
			Reflect("sample", addresses, c)
		}
	}
}

func TestGenerateGolden(t *testing.T) {
	const golden = "../testdata/sample.golden"
	got, err := Generate([]Kernel{sample(t)})
	if err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("generated Go differs from %s; -update rewrites it. Got:\n%s", golden, got)
	}
}

func TestGenerateWithoutKernels(t *testing.T) {
	got, err := Generate(nil)
	if err != nil || !bytes.Contains(got, []byte("var Shaders = []*vk.Shader{}")) {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestGenerateRefuses(t *testing.T) {
	for name, damage := range map[string]func(*Kernel){
		"Go field A would be argument a and push constant a":                         func(k *Kernel) { k.Push[0].Name = "a" },
		"Go field Rows would be push constant rows and specialisation constant rows": func(k *Kernel) { k.Specs[2].Name = "rows" },
		"Go field Groups would be the work-group counts and argument groups":         func(k *Kernel) { k.Args[0].Name = "groups" },
		"a push constant has no name":                                                func(k *Kernel) { k.Push[0].Name = "" },
		"capability 4711":                                                            func(k *Kernel) { k.Capabilities = append(k.Capabilities, 4711) },
	} {
		k := sample(t)
		damage(&k)
		if _, err := Generate([]Kernel{k}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want error %q, got %v", name, err)
		}
	}
}

func TestExported(t *testing.T) {
	for glsl, want := range map[string]string{
		"x": "X", "dx": "Dx", "d_x": "DX", "rows": "Rows", "TM": "TM", "TRANS_A": "TransA", "gemm_lanes": "GemmLanes", "im2col": "Im2col",
	} {
		if got := exported(glsl); got != want {
			t.Errorf("%s becomes %s, want %s", glsl, got, want)
		}
	}
}
