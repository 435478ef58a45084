package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"vkgan/gan"
	"vkgan/vk"
)

// lacksHalf is what the device that commands take lacks for fp16.
func lacksHalf(t *testing.T) (device vk.DeviceInfo, missing string) {
	t.Helper()
	infos, err := vk.Devices()
	if err != nil {
		t.Fatal(err)
	}
	best, err := vk.Choose(infos, "")
	if err != nil {
		t.Fatal(err)
	}
	return infos[best], infos[best].HalfMissing()
}

// Where the device lacks what fp16 takes, asking for it is one error that names it, and nothing begins.
func TestPrecisionThatTheDeviceLacks(t *testing.T) {
	device, missing := lacksHalf(t)
	if missing == "" {
		return
	}
	out := t.TempDir()
	for _, args := range []string{"train ssgan --out " + out, "sweep train ssgan --seeds 1,2 --out " + out, "bench step", "bench kernels --steps 1", "tune"} {
		code, _, stderr := vkgan(append(strings.Fields(args), "--precision", "fp16")...)
		want := "--precision fp16: device 0 (" + device.Name + ") lacks " + missing + ": choose another --device"
		if code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, %s, want %s", args, code, stderr, want)
		}
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// A device that lists matrices and multiplies none rightly, as one that can only be rehearsed, is left in fp32, and says so.
func TestPrecisionThatFailsItsTest(t *testing.T) {
	device, err := vk.Devices()
	if err != nil {
		t.Fatal(err)
	}
	info := device[0]
	info.Capabilities |= vk.CooperativeMatrix | vk.Float16 | vk.MemoryModel | vk.SubgroupBasic
	info.Matrices = []vk.Matrix{{M: 16, N: 16, K: 16, A: vk.ComponentFloat16, B: vk.ComponentFloat16, C: vk.ComponentFloat32,
		Result: vk.ComponentFloat32, Scope: vk.ScopeSubgroup}}
	dev := vk.RehearsalOf(info)
	var said bytes.Buffer
	if err := useHalf(dev, &said); err != nil || len(dev.Half()) > 0 {
		t.Errorf("%v, %v", dev.Half(), err)
	}
	for _, want := range []string{"self-test of fp16: matrices of 16x16x16 ", "what follows is in fp32"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q, want %q", &said, want)
		}
	}
}

// A run keeps its precision; one like it has the same.
func TestPrecisionOfARun(t *testing.T) {
	if _, missing := lacksHalf(t); missing != "" {
		return
	}
	out := t.TempDir()
	trains := func(precision string, more ...string) {
		t.Helper()
		trainTiny(t, out, more...)
		dir, err := gan.FindRun(out, "latest")
		if err != nil {
			t.Fatal(err)
		}
		info, err := gan.ReadRun(dir)
		if options := info.Options.(map[string]any); err != nil || info.Precision != precision || options["precision"] != precision {
			t.Errorf("%v: precision %s, options %v, %v", more, info.Precision, options, err)
		}
	}
	trains("fp32", "--precision", "fp32")
	trains("fp16", "--precision", "fp16")
	trains("fp16", "--resume", "latest", "--max-steps", "2")
	trains("fp16", "--config", out+"/00002-ssgan-n10/run.json")
	trains("fp32", "--config", out+"/00002-ssgan-n10/run.json", "--precision", "fp32")
	code, _, stderr := vkgan("train", "ssgan", "--data", digits(t), "--out", out, "--resume", "2", "--max-steps", "3", "--precision", "fp32")
	if code != exitUsage || !strings.Contains(stderr, "--precision is fp32, but the run was begun with fp16") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, _, stderr := vkgan("eval", out+"/00002-ssgan-n10", "--data", digits(t), "--json"); code != exitDone {
		t.Errorf("eval: exit code %d, %s", code, stderr)
	}
	code, text, stderr := vkgan("bench", "step", "--json", "--model", "ssgan", "--batch-size", "4", "--steps", "1", "--warmup", "0", "--precision", "fp16")
	var report stepReport
	if err := json.Unmarshal([]byte(text), &report); code != exitDone || err != nil || report.Precision != "fp16" {
		t.Errorf("bench step: exit code %d, %v, %s, %s", code, err, text, stderr)
	}
}
