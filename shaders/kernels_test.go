package shaders_test

import (
	"slices"
	"strings"
	"testing"

	"vkgan/layers/ref"
	"vkgan/shaders"
	"vkgan/vk"
)

// kernels holds the cases of every kernel, by its name.
var kernels = map[string]func(r *rig){
	"activation":            testActivation,
	"adam":                  testAdam,
	"add_noise":             testAddNoise,
	"advance":               testAdvance,
	"argmax":                testArgmax,
	"bias_bwd":              testBiasBwd,
	"bn_apply":              testBnApply,
	"bn_bwd_apply":          testBnBwdApply,
	"bn_bwd_finish":         testBnBwdFinish,
	"bn_bwd_reduce":         testBnBwdReduce,
	"bn_stats":              testBnStats,
	"bn_stats_finish":       testBnStatsFinish,
	"code_information":      testCodeInformation,
	"code_sums":             testCodeSums,
	"col2im":                testCol2im,
	"column_dots":           testColumnDots,
	"compose":               testCompose,
	"confusion":             testConfusion,
	"conv_bwd_data_coop":    testConvBwdDataCoop,
	"conv_bwd_data_lanes":   testConvBwdDataLanes,
	"conv_bwd_data_tiled":   testConvBwdDataTiled,
	"conv_bwd_filter_coop":  testConvBwdFilterCoop,
	"conv_bwd_filter_lanes": testConvBwdFilterLanes,
	"conv_bwd_filter_thin":  testConvBwdFilterThin,
	"conv_bwd_filter_tiled": testConvBwdFilterTiled,
	"conv_fwd_coop":         testConvFwdCoop,
	"conv_fwd_lanes":        testConvFwdLanes,
	"conv_fwd_thin":         testConvFwdThin,
	"conv_fwd_tiled":        testConvFwdTiled,
	"copy":                  testCopy,
	"count_up":              testCountUp,
	"ema":                   testEma,
	"feature_match":         testFeatureMatch,
	"feature_match_loss":    testFeatureMatchLoss,
	"filter_of_points":      testFilterOfPoints,
	"gather":                testGather,
	"gaussian_nll":          testGaussianNll,
	"gemm_coop":             testGemmCoop,
	"gemm_lanes":            testGemmLanes,
	"gemm_tiled":            testGemmTiled,
	"guard":                 testGuard,
	"im2col":                testIm2col,
	"image_of_points":       testImageOfPoints,
	"logsumexp_ce":          testLogsumexpCe,
	"lookup":                testLookup,
	"multiply_add":          testMultiplyAdd,
	"multiply_points":       testMultiplyPoints,
	"one_hot":               testOneHot,
	"pack":                  testPack,
	"pack_norm":             testPackNorm,
	"pad_image":             testPadImage,
	"permutation":           testPermutation,
	"philox_normal":         testPhiloxNormal,
	"philox_uniform":        testPhiloxUniform,
	"philox_words":          testPhiloxWords,
	"points_of_filter":      testPointsOfFilter,
	"points_of_image":       testPointsOfImage,
	"random_class":          testRandomClass,
	"sequence":              testSequence,
	"sigmoid_ce":            testSigmoidCe,
	"softmax_ce":            testSoftmaxCe,
	"softmax_divergence":    testSoftmaxDivergence,
	"sum_partials":          testSumPartials,
	"unit_norm":             testUnitNorm,
	"warp":                  testWarp,
	"weight_norm":           testWeightNorm,
	"weight_norm_bwd":       testWeightNormBwd,
}

// Every kernel, in both builds, against the oracle.
func TestKernels(t *testing.T) { eachBuild(t, false, testKernels) }

// The first cases of every kernel, for drivers that are slow or old.
func TestSmokeKernels(t *testing.T) { eachBuild(t, true, testKernels) }

func testKernels(r *rig) {
	for _, s := range shaders.Shaders {
		r.sub(s.Name, func(r *rig) {
			test, ok := kernels[s.Name]
			if !ok {
				r.Fatal("no case")
			}
			test(r)
			r.everyValue(s)
		})
	}
}

// everyValue fails where the cases left a specialisation constant alone, or an activation out. How large the work-group
// is may be the device's choice, and so are the shapes of cooperative matrices.
func (r *rig) everyValue(s *vk.Shader) {
	if r.smoke || !r.d.Info().Capabilities.Has(s.Features) {
		return
	}
	for i, spec := range s.Specs {
		want := 2
		switch spec.Name {
		case "local", "CM", "CN", "CK":
			want = 1
		case "ACT":
			want = len(ref.Activations)
		}
		var values []uint32
		for _, specs := range r.seen[s] {
			if !slices.Contains(values, specs[i]) {
				values = append(values, specs[i])
			}
		}
		if len(values) < want {
			r.Errorf("constant %s has the values %v in all cases", spec.Name, values)
		}
	}
	if len(r.seen[s]) == 0 {
		r.Error("was not dispatched")
	}
}

// No case outlives its kernel.
func TestEveryCaseHasAKernel(t *testing.T) {
	var names []string
	for _, s := range shaders.Shaders {
		names = append(names, s.Name)
	}
	for name := range kernels {
		if !slices.Contains(names, name) {
			t.Errorf("cases for %s, which is none of %s", name, strings.Join(names, ", "))
		}
	}
}
