package vk

import (
	"fmt"
	"strings"
)

// Build is one of the two ways in which a kernel reaches its buffers.
type Build uint8

const (
	// Addresses passes 64-bit buffer device addresses in push constants. It
	// needs the features BufferAddress and Int64.
	Addresses Build = iota
	// Storage binds one storage buffer per argument in descriptor set 0.
	Storage
)

func (b Build) String() string {
	switch b {
	case Addresses:
		return "addresses"
	case Storage:
		return "storage"
	}
	return fmt.Sprintf("Build(%d)", uint8(b))
}

// Access says what a kernel does with an argument. The recorder's barriers
// follow from it.
type Access uint8

const (
	Read      Access = 1
	Write     Access = 2
	ReadWrite Access = Read | Write
)

func (a Access) String() string {
	switch a {
	case Read:
		return "read"
	case Write:
		return "write"
	case ReadWrite:
		return "read-write"
	}
	return fmt.Sprintf("Access(%d)", uint8(a))
}

// Arg is a buffer argument of a kernel. Elem is the GLSL type of its elements.
type Arg struct {
	Name   string
	Access Access
	Elem   string
}

// Spec is a specialisation constant of 4 bytes. Default holds its raw bits.
type Spec struct {
	Name    string
	ID      uint32
	Default uint32
}

// Shader is one compiled kernel, as package shaders generates it.
type Shader struct {
	Name     string    // file name without .comp
	Args     []Arg     // in binding order
	Push     []string  // the 4-byte scalars that follow the arguments, in order
	Specs    []Spec    // sorted by ID; ID 0, where present, is the work-group size x
	Local    [3]uint32 // work-group size where it is fixed; x = 0: taken from specialisation constant 0
	Shared   uint32    // bytes of shared memory at the default specialisation
	Features Features  // what the kernel needs beyond the core
	Code     [2][]byte // SPIR-V by Build
}

// local is the work-group size under specs.
func (s *Shader) local(specs []uint32) [3]uint32 {
	l := s.Local
	if l[0] == 0 {
		for i, c := range s.Specs {
			if c.ID == 0 && i < len(specs) {
				l[0] = specs[i]
			}
		}
	}
	l[1], l[2] = max(l[1], 1), max(l[2], 1)
	return l
}

// slot is the bytes that an argument takes in the push constants.
func (b Build) slot() int {
	if b == Addresses {
		return 8
	}
	return 4
}

// pushBytes is the size of s's push-constant block.
func (s *Shader) pushBytes(b Build) int { return b.slot()*len(s.Args) + 4*len(s.Push) }

// Call is one dispatch of a shader. Its slices follow the shader's.
type Call struct {
	Shader *Shader
	Args   []Range
	Push   []uint32 // raw words
	Specs  []uint32 // raw words
	Groups [3]uint32
	Label  string // for timings; default Shader.Name
}

func (c Call) label() string {
	if c.Label != "" {
		return c.Label
	}
	return c.Shader.Name
}

// Dispatcher is implemented by the generated struct of each kernel.
type Dispatcher interface{ Call() Call }

// Features is a set of device features beyond Vulkan 1.2's core, as a device
// has them or a kernel needs them (chapter 49, "Features"; for the Subgroup
// bits section 10.7.1, VkSubgroupFeatureFlagBits, in compute shaders).
type Features uint32

const (
	BufferAddress     Features = 1 << iota // 64-bit buffer device addresses
	Int64                                  // 64-bit integers
	Int16                                  // 16-bit integers
	Float16                                // 16-bit arithmetic
	Float64                                // 64-bit arithmetic
	Storage16                              // 16-bit elements in storage buffers
	Storage8                               // 8-bit elements in storage buffers
	ScalarLayout                           // scalar block layout
	MemoryModel                            // the Vulkan memory model
	SubgroupSize                           // pipelines may choose their subgroup size
	FullSubgroups                          // pipelines may require full subgroups
	CooperativeMatrix                      // VK_KHR_cooperative_matrix
	Int8                                   // 8-bit integers
)

const (
	SubgroupBasic Features = 1 << (16 + iota)
	SubgroupVote
	SubgroupArithmetic
	SubgroupBallot
	SubgroupShuffle
	SubgroupShuffleRelative
	SubgroupClustered
	SubgroupQuad
)

var featureNames = []struct {
	bit  Features
	name string
}{
	{BufferAddress, "bufferDeviceAddress"}, {Int64, "shaderInt64"}, {Int16, "shaderInt16"}, {Int8, "shaderInt8"},
	{Float16, "shaderFloat16"}, {Float64, "shaderFloat64"}, {Storage16, "storageBuffer16BitAccess"}, {Storage8, "storageBuffer8BitAccess"},
	{ScalarLayout, "scalarBlockLayout"}, {MemoryModel, "vulkanMemoryModel"},
	{SubgroupSize, "subgroupSizeControl"}, {FullSubgroups, "computeFullSubgroups"}, {CooperativeMatrix, "cooperativeMatrix"},
	{SubgroupBasic, "subgroup basic"}, {SubgroupVote, "subgroup vote"}, {SubgroupArithmetic, "subgroup arithmetic"}, {SubgroupBallot, "subgroup ballot"},
	{SubgroupShuffle, "subgroup shuffle"}, {SubgroupShuffleRelative, "subgroup relative shuffle"}, {SubgroupClustered, "subgroup clustered"}, {SubgroupQuad, "subgroup quad"},
}

// Has reports whether every feature of want is in f.
func (f Features) Has(want Features) bool { return f&want == want }

// Names lists the set's features by Vulkan's names.
func (f Features) Names() []string {
	var names []string
	for _, n := range featureNames {
		if f.Has(n.bit) {
			names = append(names, n.name)
		}
	}
	return names
}

func (f Features) String() string { return strings.Join(f.Names(), ", ") }
