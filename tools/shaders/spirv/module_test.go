package spirv

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func sample(t *testing.T, build string) []byte {
	t.Helper()
	code, err := os.ReadFile("../testdata/sample." + build + ".spv")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestParseSample(t *testing.T) {
	m, err := Parse(sample(t, "ssbo"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []uint32{1, 61, 63}; !slices.Equal(m.Capabilities, want) {
		t.Errorf("capabilities %v, want %v", m.Capabilities, want)
	}
	shared, err := m.Variables(ClassWorkgroup)
	if err != nil || len(shared) != 2 {
		t.Fatalf("shared variables %v, %v; want 2", shared, err)
	}
	for i, want := range []struct {
		name  string
		bytes uint64
	}{{"tile", (4*2 + 12/5) * (1 + 1) * 4}, {"column", 3 * 16}} {
		bytes, err := m.Size(shared[i].Type)
		if name := m.Name(shared[i].ID); name != want.name || bytes != want.bytes || err != nil {
			t.Errorf("%s has %d bytes (%v), want %s with %d", name, bytes, err, want.name, want.bytes)
		}
	}
}

func TestSpecConstants(t *testing.T) {
	m, err := Parse(sample(t, "addr"))
	if err != nil {
		t.Fatal(err)
	}
	constants, err := m.SpecConstants()
	if err != nil {
		t.Fatal(err)
	}
	type constant struct {
		glsl  string
		value uint32
	}
	want := map[uint32]constant{0: {"uint", 1}, 1: {"int", 16}, 2: {"int", 12}, 3: {"int", 4}, 4: {"bool", 1}, 5: {"float", 0x3f000000}, 6: {"uint", 7}}
	if len(constants) != len(want) {
		t.Fatalf("%d constants, want %d", len(constants), len(want))
	}
	for _, c := range constants {
		glsl, err := c.Type.Scalar()
		if got := (constant{glsl, c.Default}); err != nil || got != want[c.ID] {
			t.Errorf("constant %d is %v (%v), want %v", c.ID, got, err, want[c.ID])
		}
	}
}

func TestTruncatedModulesAreErrors(t *testing.T) {
	for _, build := range []string{"addr", "ssbo"} {
		code := sample(t, build)
		for n := range code {
			if _, err := Parse(code[:n]); err == nil {
				t.Fatalf("%s: the first %d of %d bytes were taken for a module", build, n, len(code))
			}
		}
	}
}

func TestBadHeaders(t *testing.T) {
	code := sample(t, "ssbo")
	for name, damage := range map[string]func([]byte){
		"magic":             func(c []byte) { c[0]++ },
		"other byte order":  func(c []byte) { slices.Reverse(c[:4]) },
		"no ids":            func(c []byte) { binary.LittleEndian.PutUint32(c[12:], 0) },
		"too few ids":       func(c []byte) { binary.LittleEndian.PutUint32(c[12:], 5) },
		"endless ids":       func(c []byte) { binary.LittleEndian.PutUint32(c[12:], 1<<31) },
		"empty instruction": func(c []byte) { binary.LittleEndian.PutUint32(c[20:], opCapability) },
	} {
		c := slices.Clone(code)
		damage(c)
		if _, err := Parse(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A damaged module may be refused or misread; it must never crash or hang the reader.
func TestDamagedModulesDoNotPanic(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, build := range []string{"addr", "ssbo"} {
		code := sample(t, build)
		for at := 0; at < len(code); at += 4 {
			for _, word := range []uint32{^uint32(0), random.Uint32N(300), opSpecConstantOp | 6<<16} {
				c := slices.Clone(code)
				binary.LittleEndian.PutUint32(c[at:], word)
				readEverything(c)
			}
		}
	}
}

func readEverything(code []byte) {
	m, err := Parse(code)
	if err != nil {
		return
	}
	m.SpecConstants()
	m.WorkgroupSize()
	for _, class := range []uint32{ClassWorkgroup, ClassPushConstant, ClassStorageBuffer} {
		variables, _ := m.Variables(class)
		for _, v := range variables {
			m.Size(v.Type)
		}
	}
	for id := range m.definitions {
		m.Value(id)
		m.Type(id)
	}
}
