package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"vkgan/bench"
	"vkgan/gan"
	"vkgan/vk"
)

// The fields are the contract's, in its order.
func TestStepReport(t *testing.T) {
	measured := gan.Measurement{
		Times: []time.Duration{300 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond},
		Gaps:  []time.Duration{5 * time.Microsecond, 3 * time.Microsecond}, Host: 60 * time.Microsecond, Process: 900 * time.Millisecond,
	}
	r := stepReport{benchedModel{"infogan", benched{"a device", "a driver"}, "best", "fp32"},
		bench.NewStep(measured, 100, vk.Work{Dense: 36e9, Taps: 31e9}, vk.Stats{Dispatches: 7, Barriers: 5})}
	var out bytes.Buffer
	if err := r.print(&out, true); err != nil {
		t.Fatal(err)
	}
	want := `{"model":"infogan","device":"a device","driver":"a driver","recipe":"best","precision":"fp32","batch":100,"steps":3,` +
		`"step_ms_median":200,"step_ms_p10":120,"step_ms_p90":280,"step_ms_min":100,"images_per_s":500,` +
		`"gflop_step":36,"gflop_step_taps":31,"gflops":180,"dispatches_per_step":7,"barriers_per_step":5,` +
		`"gap_us_median":4,"gap_us_p90":4.8,"host_us_per_step":20,"process_us_per_step":300000}` + "\n"
	if out.String() != want {
		t.Errorf("%s, want %s", out.String(), want)
	}
	out.Reset()
	if err := r.print(&out, false); err != nil || !strings.Contains(out.String(), "180.0 (36.00 GFLOP a step") {
		t.Errorf("%v %s", err, out.String())
	}
	if !strings.Contains(out.String(), "4.0 µs between submissions") || !strings.Contains(out.String(), "20 µs of processor time a step") {
		t.Error(out.String())
	}
	if s := bench.NewStep(gan.Measurement{Times: measured.Times}, 100, vk.Work{}, vk.Stats{}); s.Gap != nil || s.GapP90 != nil {
		t.Errorf("gaps of a device without timestamps: %+v", s)
	}
}

func TestDeviceAndKernelsReports(t *testing.T) {
	spread := func(x float64) bench.Spread { return bench.Spread{Median: x, P10: x / 2, P90: x * 2, Min: x / 4} }
	peaks := bench.Peaks{GFLOPS: spread(200), GBPerS: spread(20), BarrierUS: spread(45), LooseUS: spread(8), SubmitUS: spread(60)}
	device := deviceReport{benched{"a device", "a driver"}, peaks}
	kernels := kernelsReport{benchedModel{"ssgan", benched{"a device", "a driver"}, "best", "fp32"}, 100, 9, peaks, []bench.Kernel{
		{Section: "D forward", Kernel: "gemm_lanes", Operation: "product 300x1000x784 NN bias", Calls: 2, MS: spread(7.5),
			GFLOP: 0.94, GFLOPS: 125.4, GBPerS: 0.7, OfPeak: 0.627, OfStep: 0.75},
		{Section: "update", Kernel: "adam", Calls: 1, MS: spread(2.5), GBPerS: 18, OfPeak: 0.9, OfStep: 0.25},
	}}
	var out bytes.Buffer
	if err := device.print(&out, false); err != nil {
		t.Error(err)
	}
	if err := kernels.print(&out, false); err != nil {
		t.Error(err)
	}
	golden(t, "bench.txt", out.String())
}

// All parts on a device, as a program reads them.
func TestBench(t *testing.T) {
	code, out, stderr := vkgan("bench", "--model", "ssgan", "--recipe", "reference", "--steps", "2", "--warmup", "1", "--json")
	if code != exitDone {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	var all benchJSON
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all.Kernels) != 1 || len(all.Steps) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	for name, s := range map[string]bench.Spread{
		"multiply-add": all.Device.GFLOPS, "copy": all.Device.GBPerS, "dispatch": all.Device.BarrierUS, "independent": all.Device.LooseUS, "submission": all.Device.SubmitUS,
	} {
		if !(s.Min > 0 && s.Min <= s.P10 && s.P10 <= s.Median && s.Median <= s.P90) && name != "dispatch" {
			t.Errorf("%s: %+v", name, s)
		}
	}
	kernels, step := all.Kernels[0], all.Steps[0]
	if step.Model != "ssgan" || step.benched.Device == "" || step.Batch != 100 || step.Steps != 2 || step.GFLOPStep < 3 || step.MedianMS <= 0 || step.HostUS <= 0 {
		t.Errorf("%+v", step)
	}
	calls, share, gflop := 0, 0.0, 0.0
	for _, k := range kernels.Kernels {
		calls, share, gflop = calls+k.Calls, share+k.OfStep, gflop+k.GFLOP
	}
	if kernels.Model != "ssgan" || calls < step.DispatchStep || !(share > 0.999 && share < 1.001) || !(gflop > 3 && gflop < 3.1) {
		t.Errorf("%d calls, shares %g, %g GFLOP: %+v", calls, share, gflop, kernels)
	}
}
