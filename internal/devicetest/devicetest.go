// Package devicetest is what the tests of several packages need of a device. They run on whatever driver the environment
// gives them.
package devicetest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"vkgan/vk"
)

// Storm starts a goroutine that collects without pause if VKGAN_GC_STORM=1: what C still holds must survive it.
func Storm() {
	if os.Getenv("VKGAN_GC_STORM") == "1" {
		go func() {
			for {
				runtime.GC()
			}
		}()
	}
}

// Open opens a device and closes it without complaint at the end of the test. With VKGAN_EXPECT_DRIVER="part of its
// name|beginning of its info" the driver must be that one.
func Open(t testing.TB, o vk.Options) *vk.Device {
	t.Helper()
	d, err := vk.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := Expected(d.Info()); err != nil {
		t.Error(err)
	}
	return d
}

// Expected says whether the driver is another than VKGAN_EXPECT_DRIVER wants, if it is set.
func Expected(info vk.DeviceInfo) error {
	name, prefix, _ := strings.Cut(os.Getenv("VKGAN_EXPECT_DRIVER"), "|")
	if !strings.Contains(info.DriverName, name) || !strings.HasPrefix(info.DriverInfo, prefix) {
		return fmt.Errorf("driver %q, %q; VKGAN_EXPECT_DRIVER=%s|%s", info.DriverName, info.DriverInfo, name, prefix)
	}
	return nil
}
