// Package kernel knows how vkgan's compute kernels meet the host: it reads a kernel's arguments, push constants and
// specialisation constants out of its two SPIR-V modules, and writes them down as Go.
package kernel

import (
	"fmt"
	"slices"

	"vkgan/tools/shaders/spirv"
)

// Kernel is what the host must know of one kernel.
type Kernel struct {
	Name         string
	Doc          []string // the leading comment of its source
	Args         []Arg    // in binding order
	Push         []Scalar // the scalars that follow the arguments
	Specs        []Spec   // sorted by ID
	Local        [3]uint32
	Shared       uint64 // bytes
	Capabilities []uint32
}

// Arg is a storage buffer or address that the host passes.
type Arg struct {
	Name, Elem  string
	Read, Write bool
}

// Scalar is a push constant. Type is its GLSL type.
type Scalar struct{ Name, Type string }

// Spec is a specialisation constant.
type Spec struct {
	Scalar
	ID, Default uint32
}

// Reflect describes a kernel by its storage build, and checks that its addresses build agrees.
func Reflect(name string, addresses, storage []byte) (Kernel, error) {
	k, err := reflectModule(storage, storageBuild)
	if err != nil {
		return k, fmt.Errorf("%s, storage build: %w", name, err)
	}
	other, err := reflectModule(addresses, addressesBuild)
	if err != nil {
		return k, fmt.Errorf("%s, addresses build: %w", name, err)
	}
	if err := agree(k, other); err != nil {
		return k, fmt.Errorf("%s: the two builds differ in their %w", name, err)
	}
	k.Name, k.Capabilities = name, union(k.Capabilities, other.Capabilities)
	return k, nil
}

func agree(storage, addresses Kernel) error {
	for i := range addresses.Args {
		// An address says nothing of how it is used.
		if i < len(storage.Args) {
			addresses.Args[i].Read, addresses.Args[i].Write = storage.Args[i].Read, storage.Args[i].Write
		}
	}
	switch {
	case !slices.Equal(storage.Args, addresses.Args):
		return fmt.Errorf("arguments: %v and %v", storage.Args, addresses.Args)
	case !slices.Equal(storage.Push, addresses.Push):
		return fmt.Errorf("push constants: %v and %v", storage.Push, addresses.Push)
	case !slices.Equal(storage.Specs, addresses.Specs):
		return fmt.Errorf("specialisation constants: %v and %v", storage.Specs, addresses.Specs)
	case storage.Local != addresses.Local:
		return fmt.Errorf("work-group sizes: %v and %v", storage.Local, addresses.Local)
	case storage.Shared != addresses.Shared:
		return fmt.Errorf("shared memory: %d and %d bytes", storage.Shared, addresses.Shared)
	}
	return nil
}

func union(a, b []uint32) []uint32 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

type build bool

const (
	storageBuild   build = false
	addressesBuild build = true
)

func reflectModule(code []byte, b build) (k Kernel, err error) {
	m, err := spirv.Parse(code)
	if err != nil {
		return k, err
	}
	k.Capabilities = m.Capabilities
	if b == addressesBuild {
		// What every kernel needs for addresses is not this kernel's own need.
		k.Capabilities = slices.DeleteFunc(k.Capabilities, func(c uint32) bool {
			return c == capabilityInt64 || c == capabilityPhysicalStorageBufferAddresses
		})
	} else if k.Args, err = bindings(m); err != nil {
		return k, err
	}
	if err = k.pushConstants(m, b); err != nil {
		return k, err
	}
	if err = k.specConstants(m); err != nil {
		return k, err
	}
	if k.Local, err = workGroup(m); err != nil {
		return k, err
	}
	k.Shared, err = sharedBytes(m)
	return k, err
}

func sharedBytes(m *spirv.Module) (sum uint64, err error) {
	variables, err := m.Variables(spirv.ClassWorkgroup)
	for _, v := range variables {
		bytes, err := m.Size(v.Type)
		if err != nil {
			return 0, err
		}
		sum += bytes
	}
	return sum, err
}
