package shaders_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"vkgan/vk"
)

// The tests run on whatever driver the environment gives them. With VKGAN_EXPECT_DRIVER="name|info prefix" the device
// must be of that driver; with VKGAN_GC_STORM=1 a goroutine collects without pause.
func TestMain(m *testing.M) {
	if expected := os.Getenv("VKGAN_EXPECT_DRIVER"); expected != "" {
		if err := driverIs(expected); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if os.Getenv("VKGAN_GC_STORM") == "1" {
		go func() {
			for {
				runtime.GC()
			}
		}()
	}
	os.Exit(m.Run())
}

func driverIs(expected string) error {
	d, err := vk.Open(vk.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	info := d.Info()
	name, prefix, _ := strings.Cut(expected, "|")
	if !strings.Contains(info.DriverName, name) || !strings.HasPrefix(info.DriverInfo, prefix) {
		return fmt.Errorf("driver %q, %q; VKGAN_EXPECT_DRIVER=%s", info.DriverName, info.DriverInfo, expected)
	}
	return nil
}
