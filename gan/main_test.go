package gan

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

// Some tests start this binary again, as a child.
func TestMain(m *testing.M) {
	devicetest.Storm()
	narrow.set()
	var err error
	switch {
	case os.Getenv(childVariable) != "":
		err = child()
	case os.Getenv(lockVariable) != "":
		err = holdLock(os.Getenv(lockVariable))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// widths are those of both models' layers.
type widths struct {
	channels              []int
	features              int
	generator, discerning []int
}

func (w widths) set() {
	infoganChannels, infoganFeatures, ssganGenerator, ssganDiscriminator = w.channels, w.features, w.generator, w.discerning
}

// Tests have networks of a quarter of the width, but for those that ask for what is published.
var (
	published = widths{infoganChannels, infoganFeatures, ssganGenerator, ssganDiscriminator}
	narrow    = widths{[]int{16, 32}, 256, []int{124, 124}, []int{248, 124, 60, 60, 60}}
)

// asPublished is for tests that do not run beside others.
func asPublished(t *testing.T) {
	published.set()
	t.Cleanup(narrow.set)
}

// realMNIST is MNIST as `make setup` stages it, for a slow driver with the first 250 of its 10,000 test images.
func realMNIST(t *testing.T) *mnist.Set {
	t.Helper()
	set, err := mnist.Load("")
	if errors.Is(err, mnist.ErrNoData) {
		t.Fatalf("%v (for tests: `make setup`)", err)
	} else if err != nil {
		t.Fatal(err)
	}
	if onSlowDriver {
		first(250, &set.Test, &set.TestLabels)
	}
	return set
}

// first leaves the first n images.
func first(n int, images *mnist.Images, labels *[]byte) {
	images.Count, images.Pixels, *labels = n, images.Pixels[:n*images.Height*images.Width], (*labels)[:n]
}

// onSlowDriver is set where a driver serves correctness alone, on which InfoGAN takes half a minute for a step
// (tools/test.sh): what is large for the sake of reality may be small there.
var onSlowDriver = os.Getenv("VKGAN_TEST_SLOW") == "1"

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

// newSSGAN makes a model that the test frees at its end.
func newSSGAN(t *testing.T, d *vk.Device, r SSGANRecipe, set *mnist.Set, seed uint64) *SSGAN {
	t.Helper()
	if err := CheckSSGAN(r, set); err != nil {
		t.Fatal(err)
	}
	data, err := NewDataset(d, set, r.TrainImages)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.Free)
	m, err := NewSSGAN(d, r, data, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Free)
	return m
}

// words32 reads words off the device.
func words32(t *testing.T, d *vk.Device, r vk.Range) []uint32 {
	t.Helper()
	words := make([]uint32, r.Bytes()/4)
	if err := d.Download(vk.Bytes(words), r); err != nil {
		t.Fatal(err)
	}
	return words
}

// newTrainer makes a trainer that the test frees at its end.
func newTrainer(t *testing.T, d *vk.Device, m Model, o Options, observer Observer) *Trainer {
	t.Helper()
	if o.CalibrateOn == 0 {
		o.CalibrateOn = 3 * m.BatchSize()
	}
	trainer, err := NewTrainer(d, m, o, observer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Free)
	return trainer
}

// families runs a test with the kernels for the device and, where that is a processor, with those for GPUs as well.
func families(t *testing.T, test func(t *testing.T, d *vk.Device)) {
	d := devicetest.Open(t, vk.Options{})
	t.Run(fmt.Sprintf("CPU: %v", d.CPU()), func(t *testing.T) { test(t, d) })
	if d.CPU() {
		t.Run("as GPU", func(t *testing.T) { test(t, devicetest.Open(t, vk.Options{AsGPU: true})) })
	}
}
