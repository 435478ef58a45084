package vk

import (
	"fmt"
	"slices"
)

// Matrix is a shape of cooperative matrices that a device multiplies: result
// [M,N] = a [M,K] times b [K,N] plus c [M,N], by the invocations of a scope
// together (VK_KHR_cooperative_matrix, VkCooperativeMatrixPropertiesKHR).
// Shapes that saturate are not listed.
type Matrix struct {
	M, N, K         uint32
	A, B, C, Result Component
	Scope           Scope
}

// String is such as "16x8x16 float16 float16 float32 float32 subgroup".
func (m Matrix) String() string {
	return fmt.Sprintf("%dx%dx%d %s %s %s %s %s", m.M, m.N, m.K, m.A, m.B, m.C, m.Result, m.Scope)
}

// Component is the type of a cooperative matrix' elements
// (VkComponentTypeKHR).
type Component uint32

// The components that vkgan's kernels use.
const (
	ComponentFloat16 Component = 0
	ComponentFloat32 Component = 1
)

var componentNames = map[Component]string{
	ComponentFloat16: "float16", ComponentFloat32: "float32", 2: "float64", 3: "int8", 4: "int16", 5: "int32", 6: "int64",
	7: "uint8", 8: "uint16", 9: "uint32", 10: "uint64", 1000141000: "bfloat16",
}

func (c Component) String() string {
	if name := componentNames[c]; name != "" {
		return name
	}
	return fmt.Sprintf("component %d", uint32(c))
}

// Scope is whose invocations hold a cooperative matrix together (VkScopeKHR).
type Scope uint32

// ScopeSubgroup is the scope that vkgan's kernels use.
const ScopeSubgroup Scope = 3

var scopeNames = map[Scope]string{1: "device", 2: "workgroup", ScopeSubgroup: "subgroup", 5: "queue family"}

func (s Scope) String() string {
	if name := scopeNames[s]; name != "" {
		return name
	}
	return fmt.Sprintf("scope %d", uint32(s))
}

// HalfMatrices lists the shapes that vkgan's kernels of fp16 can take: of float16,
// summed in float32, by a subgroup.
func (i DeviceInfo) HalfMatrices() []Matrix {
	if !i.Capabilities.Has(halfFeatures) {
		return nil
	}
	var list []Matrix
	for _, m := range i.Matrices {
		if m == (Matrix{m.M, m.N, m.K, ComponentFloat16, ComponentFloat16, ComponentFloat32, ComponentFloat32, ScopeSubgroup}) && !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

const halfFeatures = CooperativeMatrix | Float16 | MemoryModel | SubgroupBasic

// HalfMissing says what the device lacks for products in fp16; "" where it lacks
// nothing.
func (i DeviceInfo) HalfMissing() string {
	switch lacks := halfFeatures &^ i.Capabilities; {
	case lacks.Has(CooperativeMatrix) && len(i.Matrices) > 0:
		return "cooperative matrices that work: lavapipe's do for subgroups of 8 alone (LP_NATIVE_VECTOR_WIDTH=256)"
	case lacks.Has(CooperativeMatrix):
		return "VK_KHR_cooperative_matrix (" + lacks.String() + ")"
	case lacks != 0:
		return lacks.String()
	case len(i.HalfMatrices()) == 0:
		return fmt.Sprintf("cooperative matrices of float16 with float32 sums (it has %v)", i.Matrices)
	}
	return ""
}

const driverLavapipe = 13 // VK_DRIVER_ID_MESA_LLVMPIPE

// withoutBroken takes the feature of cooperative matrices, if not their list, from
// a device whose driver is known to crash on them. Lavapipe's are made for
// subgroups of 8; Mesa 26 lists them for 16 too, and ends the process in the first
// kernel that it compiles.
func (i DeviceInfo) withoutBroken() DeviceInfo {
	if i.DriverID == driverLavapipe && i.Limits.SubgroupSize != 8 {
		i.Capabilities &^= CooperativeMatrix
	}
	return i
}

// SetHalf makes products on d, and on its rehearsals, round their operands to fp16
// from now on, where they can be computed by cooperative matrices of these shapes.
// They must be among the device's HalfMatrices.
func (d *Device) SetHalf(shapes []Matrix) { d.half = shapes }

// Half is what SetHalf was given.
func (d *Device) Half() []Matrix { return d.half }

func matrices(c *nativeInfo) []Matrix {
	list := make([]Matrix, c.matrix_count)
	for i := range list {
		m := &c.matrices[i]
		list[i] = Matrix{uint32(m.m), uint32(m.n), uint32(m.k), Component(m.a), Component(m.b), Component(m.c), Component(m.result), Scope(m.scope)}
	}
	return list
}
