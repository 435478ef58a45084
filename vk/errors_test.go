package vk

import (
	"errors"
	"strings"
	"testing"

	vulkan "github.com/vulkan-go/vulkan"
)

func TestResultsBecomeErrors(t *testing.T) {
	if err := check("vkX", vulkan.Success); err != nil {
		t.Errorf("success: %v", err)
	}
	for r, want := range map[vulkan.Result]error{
		vulkan.ErrorDeviceLost: ErrDeviceLost, vulkan.ErrorOutOfDeviceMemory: ErrOutOfMemory, vulkan.ErrorOutOfHostMemory: ErrOutOfMemory,
		vulkan.ErrorTooManyObjects: ErrOutOfMemory, vulkan.ErrorOutOfPoolMemory: ErrOutOfMemory, vulkan.Timeout: ErrTimeout,
	} {
		if err := check("vkX", r); !errors.Is(err, want) {
			t.Errorf("%d: %v is not %v", r, err, want)
		}
	}
	mustFail(t, check("vkCreateThing", vulkan.ErrorFeatureNotPresent), "vkCreateThing: VK_ERROR_FEATURE_NOT_PRESENT")
	mustFail(t, check("vkCreateThing", vulkan.Result(-1234)), "VkResult -1234")
}

func TestDeviceLossIsForGood(t *testing.T) {
	d := open(t, Options{})
	b := buffer(t, d, "b", 64, Local)
	p := program(t, d, "p", func(r *Recorder) { r.Fill(b.All(), 1) })
	run(t, d, p, 1)
	if err := d.fail(check("vkQueueSubmit", vulkan.ErrorDeviceLost)); !errors.Is(err, ErrDeviceLost) {
		t.Fatal(err)
	}
	_, submit := d.Submit(p, 1)
	_, make := d.NewBuffer("c", 4, Local)
	_, record := d.NewRecorder("r").End()
	_, timings := p.Timings()
	for what, err := range map[string]error{"submit": submit, "wait": d.Wait(1), "new buffer": make, "record": record, "timings": timings,
		"upload": d.Upload(b.All(), nil), "download": d.Download(nil, b.All())} {
		if !errors.Is(err, ErrDeviceLost) {
			t.Errorf("%s on a lost device: %v", what, err)
		}
	}
	if d.Done() != 1 {
		t.Errorf("done %d, want 1", d.Done())
	}
	b.Free()
	if err := d.Close(); !errors.Is(err, ErrDeviceLost) || strings.Contains(err.Error(), "not freed") {
		t.Errorf("close of a lost device: %v", err)
	}
}
