package gan

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"vkgan/internal/mnist"
	"vkgan/vk"
)

// With VKGAN_GC_STORM=1 a goroutine collects without pause. With VKGAN_EXPECT_DRIVER="name|info prefix" the device must
// be of that driver (open). TestDeterminism starts this binary again, as a child.
func TestMain(m *testing.M) {
	if os.Getenv("VKGAN_GC_STORM") == "1" {
		go func() {
			for {
				runtime.GC()
			}
		}()
	}
	if os.Getenv(childVariable) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// open opens a device, and closes it without complaint at the end of the test.
func open(t testing.TB, o vk.Options) *vk.Device {
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
	info := d.Info()
	name, prefix, _ := strings.Cut(os.Getenv("VKGAN_EXPECT_DRIVER"), "|")
	if !strings.Contains(info.DriverName, name) || !strings.HasPrefix(info.DriverInfo, prefix) {
		t.Errorf("driver %q, %q; VKGAN_EXPECT_DRIVER=%s|%s", info.DriverName, info.DriverInfo, name, prefix)
	}
	return d
}

// realMNIST is MNIST as `make setup` stages it.
func realMNIST(t *testing.T) *mnist.Set {
	t.Helper()
	set, err := mnist.Load("")
	if errors.Is(err, mnist.ErrNoData) {
		t.Fatalf("%v (for tests: `make setup`)", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return set
}

// synthetic is a data set of h×w noise. Image i of either half has a label that depends on i alone.
func synthetic(train, test, h, w, classes int) *mnist.Set {
	half := func(n int) (mnist.Images, []byte) {
		im, labels := mnist.Images{Count: n, Height: h, Width: w, Pixels: make([]byte, n*h*w)}, make([]byte, n)
		for i := range im.Pixels {
			im.Pixels[i] = byte(i * i * 2654435761 >> 16)
		}
		for i := range labels {
			labels[i] = byte(i * i % classes)
		}
		labels[0] = byte(classes - 1)
		return im, labels
	}
	s := &mnist.Set{Classes: classes, Origin: "synthetic"}
	s.Train, s.TrainLabels = half(train)
	s.Test, s.TestLabels = half(test)
	return s
}

// newModel makes a model that the test frees at its end.
func newModel(t *testing.T, d *vk.Device, r InfoGANRecipe, set *mnist.Set, seed uint64) *InfoGAN {
	t.Helper()
	if err := CheckInfoGAN(r, set); err != nil {
		t.Fatal(err)
	}
	data, err := NewDataset(d, set, r.TrainImages)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.Free)
	m, err := NewInfoGAN(d, r, data, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Free)
	return m
}

// newTrainer makes a trainer that the test frees at its end.
func newTrainer(t *testing.T, d *vk.Device, m Model, o Options, observer Observer) *Trainer {
	t.Helper()
	trainer, err := NewTrainer(d, m, o, observer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Free)
	return trainer
}

// families runs a test with the kernels for the device and, where that is a processor, with those for GPUs as well.
func families(t *testing.T, test func(t *testing.T, d *vk.Device)) {
	d := open(t, vk.Options{})
	t.Run(fmt.Sprintf("CPU: %v", d.CPU()), func(t *testing.T) { test(t, d) })
	if d.CPU() {
		t.Run("as GPU", func(t *testing.T) { test(t, open(t, vk.Options{AsGPU: true})) })
	}
}
