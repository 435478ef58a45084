package vk

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTheDriverIsTheExpectedOne(t *testing.T) {
	info := open(t, Options{}).Info()
	t.Logf("%s %s: %s, %s, Vulkan %s, %s", info.VendorName, info.Type, info.Name, info.DriverName, info.API, info.DriverInfo)
	name, prefix, _ := strings.Cut(os.Getenv("VKGAN_EXPECT_DRIVER"), "|")
	if !strings.Contains(info.DriverName, name) || !strings.HasPrefix(info.DriverInfo, prefix) {
		t.Errorf("driver %q, %q; VKGAN_EXPECT_DRIVER=%s|%s", info.DriverName, info.DriverInfo, name, prefix)
	}
}

func TestDevices(t *testing.T) {
	infos, err := Devices()
	if err != nil || len(infos) == 0 {
		t.Fatal(infos, err)
	}
	for i, info := range infos {
		if info.Index != i || info.Name == "" || info.HeapBytes == 0 || (info.Usable() && info.DriverName == "") {
			t.Errorf("%+v", info)
		}
	}
}

func TestOpenByIndexNameAndUUID(t *testing.T) {
	want := open(t, Options{}).Info()
	for _, device := range []string{want.Name, want.UUID.String()} {
		if got := open(t, Options{Device: device}).Info(); got.Name != want.Name {
			t.Errorf("%s opens %s", device, got.Name)
		}
	}
	_, err := Open(Options{Device: "no such device"})
	mustFail(t, err, `"no such device" names no device of 0 (`)
}

func TestBuildsThatTheDeviceLacksAreRefused(t *testing.T) {
	storage, addresses, none := Storage, Addresses, Build(9)
	d := open(t, Options{Build: &storage})
	if d.Build() != Storage {
		t.Errorf("build %s", d.Build())
	}
	if lacks := (BufferAddress | Int64) &^ d.Info().Capabilities; lacks != 0 {
		_, err := Open(Options{Build: &addresses})
		mustFail(t, err, "cannot run the addresses build: it lacks "+lacks.String())
		if open(t, Options{}).Build() != Storage {
			t.Error("the default build cannot run")
		}
	} else if d := open(t, Options{Build: &addresses}); d.Build() != Addresses || open(t, Options{}).Build() != Addresses {
		t.Errorf("build %s", d.Build())
	}
	_, err := Open(Options{Build: &none})
	mustFail(t, err, "cannot run the Build(9) build")
}

func TestCPU(t *testing.T) {
	if d := open(t, Options{}); d.CPU() != (d.Info().Type == CPU) {
		t.Errorf("CPU %v on a device of type %s", d.CPU(), d.Info().Type)
	}
	if open(t, Options{AsGPU: true}).CPU() {
		t.Error("CPU, although the device is used as a GPU")
	}
}

func TestTimeoutFromTheEnvironment(t *testing.T) {
	for v, want := range map[string]time.Duration{"": 0, "2.5": 2500 * time.Millisecond, "90s": 90 * time.Second, "3m": 3 * time.Minute} {
		t.Setenv("VKGAN_TIMEOUT", v)
		if got, err := timeoutFromEnvironment(); got != want || err != nil {
			t.Errorf("VKGAN_TIMEOUT=%s: %s, %v", v, got, err)
		}
	}
	for _, v := range []string{"soon", "-1", "0"} {
		t.Setenv("VKGAN_TIMEOUT", v)
		_, err := Open(Options{})
		mustFail(t, err, "VKGAN_TIMEOUT="+v)
	}
}

func TestCloseNamesWhatWasNotFreed(t *testing.T) {
	d, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := d.NewBuffer("weights", 100, Local)
	if err != nil {
		t.Fatal(err)
	}
	r := d.NewRecorder("step")
	r.Copy(a.All().Slice(0, 8), a.All().Slice(50, 8))
	p, err := r.End()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err == nil || err.Error() != "close: not freed: buffer weights, program step" {
		t.Errorf("close with leaks: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	p.Free()
	a.Free()
}

func TestAClosedDeviceRefuses(t *testing.T) {
	d, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, make := d.NewBuffer("x", 4, Local)
	_, record := d.NewRecorder("r").End()
	_, submit := d.Submit(&Program{d: d}, 1)
	for what, err := range map[string]error{"new buffer": make, "record": record, "submit": submit, "wait": d.Wait(0)} {
		if !errors.Is(err, errClosed) {
			t.Errorf("%s on a closed device: %v", what, err)
		}
	}
	if d.Done() != 0 || len(d.Messages()) != 0 {
		t.Error("a closed device has work or messages")
	}
}

func TestSeveralDevicesAtOnce(t *testing.T) {
	var wait sync.WaitGroup
	for i := range 4 {
		d := open(t, Options{Build: &[]Build{Storage, open(t, Options{}).Build()}[i%2]})
		b := buffer(t, d, "b", 1024, Local)
		p := program(t, d, "p", func(r *Recorder) { r.Dispatch(count{s: b.All()}) })
		wait.Go(func() {
			run(t, d, p, 10+i)
		})
		t.Cleanup(func() {
			if got := asWords(download(t, d, b.All().Slice(1020, 4)))[0]; got != uint32(10+i) {
				t.Errorf("device %d counted to %d", i, got)
			}
		})
	}
	wait.Wait()
}
