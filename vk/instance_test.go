package vk

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoDriverIsNoDevice(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "none.json")
	t.Setenv("VK_DRIVER_FILES", nowhere)
	t.Setenv("VK_ICD_FILENAMES", nowhere)
	if _, err := Devices(); !errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), nowhere) {
		t.Errorf("devices without a driver: %v", err)
	}
	if _, err := Open(Options{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("open without a driver: %v", err)
	}
}

func TestDriverHint(t *testing.T) {
	t.Setenv("VK_DRIVER_FILES", "/a.json:/b.json")
	t.Setenv("VK_ICD_FILENAMES", "")
	if got, want := driverHint(), ", and VK_DRIVER_FILES names /a.json, VK_DRIVER_FILES names /b.json"; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
	t.Setenv("VK_DRIVER_FILES", "")
	if got := driverHint(); got != "" {
		t.Errorf("hint %q, want none", got)
	}
}

func TestInstancesSideBySide(t *testing.T) {
	a, err := openInstance(false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := openInstance(false)
	if err != nil {
		t.Fatal(err)
	}
	inA, errA := a.devices()
	a.close()
	a.free()
	inB, errB := b.devices()
	b.close()
	b.free()
	if errA != nil || errB != nil || len(inA) == 0 || len(inA) != len(inB) {
		t.Errorf("%d and %d devices, %v, %v", len(inA), len(inB), errA, errB)
	}
}
