package main

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"

	"vkgan/gan"
)

func TestQuantile(t *testing.T) {
	for _, test := range []struct {
		values  []float64
		q, want float64
	}{
		{[]float64{3}, 0.5, 3}, {[]float64{1, 2}, 0.5, 1.5}, {[]float64{1, 2, 3}, 0.5, 2}, {[]float64{0, 10}, 0.9, 9}, {[]float64{1, 2, 3}, 1, 3},
	} {
		if got := quantile(test.values, test.q); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%v at %g: %g, want %g", test.values, test.q, got, test.want)
		}
	}
}

// The fields are the contract's, in its order.
func TestStepReport(t *testing.T) {
	r := newStepReport([]float64{0.3, 0.1, 0.2}, 100, gan.Flops{Dense: 36e9, Taps: 31e9})
	if r.Steps != 3 || r.MedianMS != 200 || r.MinMS != 100 || r.P10MS != 120 || r.P90MS != 280 || r.ImagesPerS != 500 || r.GFLOPStep != 36 || r.GFLOPTaps != 31 || r.GFLOPS != 180 {
		t.Errorf("%+v", r)
	}
	var names []string
	for i := range reflect.TypeFor[stepReport]().NumField() {
		names = append(names, reflect.TypeFor[stepReport]().Field(i).Tag.Get("json"))
	}
	want := "model device driver precision batch steps step_ms_median step_ms_p10 step_ms_p90 step_ms_min images_per_s gflop_step gflop_step_taps gflops dispatches_per_step barriers_per_step kernels,omitempty"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("fields %s", got)
	}
	var out bytes.Buffer
	if err := r.print(&out, true); err != nil || len(fields(t, out.String())) != 1 {
		t.Errorf("%v %s", err, out.String())
	}
	out.Reset()
	if err := r.print(&out, false); err != nil || !strings.Contains(out.String(), "180.0 (36.00 GFLOP a step") {
		t.Errorf("%v %s", err, out.String())
	}
}
