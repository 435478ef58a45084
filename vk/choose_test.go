package vk

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestChoose(t *testing.T) {
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	infos := []DeviceInfo{
		{Index: 0, Name: "llvmpipe (LLVM 22)", Type: CPU, HeapBytes: 64 << 30},
		{Index: 1, Name: "Intel Graphics", Type: Integrated, HeapBytes: 16 << 30},
		{Index: 2, Name: "NVIDIA A", Type: Discrete, HeapBytes: 8 << 30},
		{Index: 3, Name: "NVIDIA B", Type: Discrete, HeapBytes: 24 << 30, UUID: id},
		{Index: 4, Name: "Old Card", Type: Discrete, HeapBytes: 99 << 30, Missing: []string{"Vulkan 1.2 (it has 1.0.3)", "device memory"}},
	}
	for _, c := range []struct {
		want  string
		infos []DeviceInfo
		index int
		err   string // a part of it
	}{
		{"", infos, 3, ""},
		{"", infos[:3], 2, ""},
		{"", infos[:2], 1, ""},
		{"", infos[:1], 0, ""},
		{"", infos[4:], 0, "device 4 (Old Card) lacks Vulkan 1.2 (it has 1.0.3), device memory"},
		{"", nil, 0, "there is none"},
		{"1", infos, 1, ""},
		{"4", infos, 0, "lacks Vulkan 1.2"},
		{"7", infos, 0, "there is no device 7 among 0 (llvmpipe (LLVM 22)), 1 (Intel"},
		{"-1", infos, 0, "there is no device -1"},
		{"nvidia b", infos, 3, ""},
		{"LLVM", infos, 0, ""},
		{"nvidia", infos, 0, `"nvidia" names 2 devices`},
		{"Radeon", infos, 0, `"Radeon" names no device`},
		{id.String(), infos, 3, ""},
		{strings.ToUpper(id.String()), infos, 3, ""},
		{uuid.Nil.String(), infos[3:4], 0, "names no device"},
		{uuid.Nil.String(), infos[:2], 0, "names 2 devices"},
	} {
		i, err := Choose(c.infos, c.want)
		switch {
		case c.err != "":
			mustFail(t, err, c.err)
			if !errors.Is(err, ErrNoDevice) {
				t.Errorf("%q: %v is not ErrNoDevice", c.want, err)
			}
		case err != nil || i != c.index:
			t.Errorf("%q: %d, %v, want %d", c.want, i, err, c.index)
		}
	}
}

func TestTheFirstOfEqualsIsChosen(t *testing.T) {
	infos := []DeviceInfo{{Index: 0, Name: "a", Type: CPU, HeapBytes: 1}, {Index: 1, Name: "b", Type: CPU, HeapBytes: 1}}
	if i, err := Choose(infos, ""); i != 0 || err != nil {
		t.Errorf("%d, %v", i, err)
	}
}

func TestBuildsOfADevice(t *testing.T) {
	for f, want := range map[Features][]Build{
		BufferAddress | Int64: {Addresses, Storage}, Int64: {Storage}, BufferAddress: {Storage},
	} {
		same(t, f.String(), DeviceInfo{Capabilities: f}.Builds(), want)
	}
}

func TestNewPhysical(t *testing.T) {
	c := goodInfo()
	c.vendor, c._type, c.heaps = 0x10de, 2, 2
	c.heap_size[0], c.heap_size[1], c.heap_flags[1] = 100, 50, 1
	if p := newPhysical(3, nil, c); p.info.Index != 3 || p.info.VendorName != "NVIDIA" || p.info.Type != Discrete || p.info.HeapBytes != 50 || p.info.API != "1.3.0" || !p.info.Usable() {
		t.Errorf("%+v", p.info)
	}
	c.vendor, c._type = 0xbeef, 77
	if p := newPhysical(0, nil, c); p.info.VendorName != "vendor 0xbeef" || p.info.Type != Other {
		t.Errorf("%+v", p.info)
	}
}
