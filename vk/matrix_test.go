package vk

import (
	"strings"
	"testing"
)

func TestHalfMatrices(t *testing.T) {
	half := Matrix{16, 8, 16, ComponentFloat16, ComponentFloat16, ComponentFloat32, ComponentFloat32, ScopeSubgroup}
	short, wide := half, half
	short.C, short.Result = ComponentFloat16, ComponentFloat16
	wide.Scope = 2
	able := DeviceInfo{Capabilities: halfFeatures | Int64, Matrices: []Matrix{short, half, wide, half}}
	same(t, "shapes", able.HalfMatrices(), []Matrix{half})
	if s := half.String(); s != "16x8x16 float16 float16 float32 float32 subgroup" || able.HalfMissing() != "" {
		t.Errorf("%s, %s", s, able.HalfMissing())
	}
	if s := (Matrix{1, 2, 3, 7, 1000141000, 99, 5, 9}).String(); s != "1x2x3 uint8 bfloat16 component 99 int32 scope 9" {
		t.Error(s)
	}
	for want, info := range map[string]DeviceInfo{
		"VK_KHR_cooperative_matrix (shaderFloat16, vulkanMemoryModel, cooperativeMatrix, subgroup basic)": {},
		"shaderFloat16": {Capabilities: halfFeatures &^ Float16},
		"cooperative matrices of float16 with float32 sums (it has [16x8x16 float16 float16 float16 float16 subgroup])": {Capabilities: halfFeatures, Matrices: []Matrix{short}},
	} {
		if got := info.HalfMissing(); got != want || info.HalfMatrices() != nil {
			t.Errorf("%s, want %s", got, want)
		}
	}
	lavapipe := able
	lavapipe.DriverID, lavapipe.Limits.SubgroupSize = driverLavapipe, 16
	if got := lavapipe.withoutBroken().HalfMissing(); !strings.Contains(got, "LP_NATIVE_VECTOR_WIDTH=256") {
		t.Error(got)
	}
	lavapipe.Limits.SubgroupSize = 8
	same(t, "lavapipe's shapes", lavapipe.withoutBroken().HalfMatrices(), []Matrix{half})
}

// What the driver lists is what its kind of device has.
func TestMatricesOfTheDevice(t *testing.T) {
	d := open(t, Options{})
	info := d.Info()
	t.Logf("%v; for fp16 it lacks %q", info.Matrices, info.HalfMissing())
	if len(info.Matrices) == 0 && info.Capabilities.Has(CooperativeMatrix) {
		t.Error("cooperative matrices of no shape")
	}
	for _, m := range info.Matrices {
		if m.M == 0 || m.N == 0 || m.K == 0 || m.Scope == 0 {
			t.Errorf("%+v", m)
		}
	}
	shapes := info.HalfMatrices()
	d.SetHalf(shapes)
	same(t, "shapes of a rehearsal", d.Rehearsal().Half(), shapes)
}
