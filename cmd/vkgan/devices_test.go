package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/vk"
)

var twoDevices = []vk.DeviceInfo{
	{Index: 0, Name: "Old GPU", Type: vk.Discrete, VendorName: "NVIDIA", HeapBytes: 2 << 30, API: "1.0.3", Missing: []string{"Vulkan 1.2 (it has 1.0.3)"}},
	{Index: 1, Name: "llvmpipe", Type: vk.CPU, VendorName: "Mesa", HeapBytes: 8 << 30, API: "1.4.0", DriverName: "llvmpipe", DriverInfo: "Mesa 26.0"},
}

func TestPrintDevices(t *testing.T) {
	var out strings.Builder
	printDevices(&out, twoDevices, 1)
	golden(t, "devices.txt", out.String())
}

func TestPrintDevicesJSON(t *testing.T) {
	var out strings.Builder
	if err := printDevicesJSON(&out, twoDevices, 1); err != nil {
		t.Fatal(err)
	}
	golden(t, "devices.json", out.String())
}

func TestWhy(t *testing.T) {
	usable := vk.DeviceInfo{Type: vk.CPU}
	gpu := vk.DeviceInfo{Type: vk.Discrete, HeapBytes: 9}
	for _, test := range []struct {
		infos []vk.DeviceInfo
		best  int
		want  string
	}{
		{twoDevices, 1, ", the only usable one"},
		{[]vk.DeviceInfo{usable, gpu}, 1, ", since a discrete GPU comes before other kinds"},
		{[]vk.DeviceInfo{gpu, usable, gpu}, 0, ", the discrete GPU with the most memory"},
	} {
		if got := why(test.infos, test.best); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// On the driver that the environment gives.
func TestDevicesAndDoctor(t *testing.T) {
	code, out, stderr := vkgan("devices", "--json")
	var list []deviceJSON
	if err := json.Unmarshal([]byte(out), &list); code != exitDone || err != nil || len(list) == 0 {
		t.Fatalf("exit code %d, %v, stderr %s", code, err, stderr)
	}
	best := 0
	for _, d := range list {
		if d.Best {
			best++
			if !d.Usable || d.Name == "" || d.API == "" {
				t.Errorf("best device %+v", d)
			}
		}
	}
	if best != 1 {
		t.Errorf("%d best devices", best)
	}
	code, out, stderr = vkgan("doctor")
	if code != exitDone || !strings.Contains(out, "training uses this one") || !strings.Contains(out, "This machine can train") {
		t.Errorf("exit code %d, stdout %s stderr %s", code, out, stderr)
	}
}

func TestDoctorOnTheCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", "")
	for cache, want := range map[string]string{
		t.TempDir(): "ok  cache       ", file: "--  cache       not ", "": "--  cache       none, since neither",
	} {
		t.Setenv("XDG_CACHE_HOME", cache)
		if code, out, stderr := vkgan("doctor"); code != exitDone || !strings.Contains(out, want) {
			t.Errorf("%q: exit code %d, stdout %s stderr %s", cache, code, out, stderr)
		}
	}
	for want, c := range map[string]vk.Cache{
		"ok  cache       /tmp/x.bin has 2.0 MiB of compiled kernels": {Path: "/tmp/x.bin", Bytes: 2 << 20},
		"--  cache       not used: /tmp/x.bin: damaged: the next":    {Path: "/tmp/x.bin", Trouble: errors.New("/tmp/x.bin: damaged")},
	} {
		var out strings.Builder
		d := doctor{out: &out}
		if d.cache(c); !strings.Contains(out.String(), want) || d.problems != nil {
			t.Errorf("%s, want %s", out.String(), want)
		}
	}
}

func TestDoctorFails(t *testing.T) {
	var out strings.Builder
	d := doctor{out: &out}
	d.fail("loader", "none")
	d.fail("data", "none")
	err := d.verdict()
	if err == nil || !strings.Contains(err.Error(), "see loader, data above") || !strings.Contains(out.String(), "!!  loader") {
		t.Errorf("%v %s", err, out.String())
	}
}
