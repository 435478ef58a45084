//go:build !nowindow

package preview

import (
	"fmt"
	"image"
	"os"
	"testing"

	"vkgan/gan"
	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/internal/xvfb"
	"vkgan/vk"
)

var display *xvfb.Display

// The tests have a display of their own, and the main thread serves their windows.
func TestMain(m *testing.M) {
	devicetest.Storm()
	var err error
	if display, err = xvfb.Start(image.Pt(1280, 800)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv("DISPLAY", display.Name)
	code := 1
	Main(func() { code = m.Run() })
	display.Stop()
	os.Exit(code)
}

// stage is a model on a device that has a window.
type stage struct {
	*testing.T
	dev    *vk.Device
	window *Window
	model  gan.Model
	id     string // the window's, for xdotool
}

// images is a data set of noise.
func images() *mnist.Set {
	half := func(n int) (mnist.Images, []byte) {
		im, labels := mnist.Images{Count: n, Height: 28, Width: 28, Pixels: make([]byte, n*28*28)}, make([]byte, n)
		for i := range im.Pixels {
			im.Pixels[i] = byte(i * i * 2654435761 >> 16)
		}
		for i := range labels {
			labels[i] = byte(i % 10)
		}
		return im, labels
	}
	s := &mnist.Set{Classes: 10, Origin: "noise"}
	s.Train, s.TrainLabels = half(200)
	s.Test, s.TestLabels = half(100)
	return s
}

// setting opens a window and a device for it, and makes a small model there: InfoGAN, or SSGAN. All is closed at the test's end.
func setting(t *testing.T, info bool) *stage {
	t.Helper()
	s := &stage{T: t}
	var err error
	if s.window, err = OpenWindow("test", image.Pt(900, 600)); err != nil {
		t.Fatal(err)
	}
	if s.dev, err = vk.Open(vk.Options{Window: s.window.Vulkan()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.dev.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := devicetest.Expected(s.dev.Info()); err != nil {
		t.Error(err)
	}
	data, err := gan.NewDataset(s.dev, images(), 200)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.Free)
	if info {
		r := gan.InfoGANReference()
		r.BatchSize, r.Labels = 10, 4
		s.model, err = gan.NewInfoGAN(s.dev, r, data, 1)
	} else {
		r := gan.SSGANReference()
		r.BatchSize, r.ClassLabels = 20, 2
		s.model, err = gan.NewSSGAN(s.dev, r, data, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.model.Free)
	return s
}

// viewer shows the model until the test's end.
func (s *stage) viewer(o Options) *Viewer {
	s.Helper()
	if o.Title == "" {
		o.Title = s.Name()
	}
	o.Say = s.Logf
	v, err := NewViewer(s.window, s.dev, s.model, o)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(v.Close)
	return v
}

// do has xdotool do something to the window.
func (s *stage) do(args ...string) {
	s.Helper()
	if _, err := display.Do(args...); err != nil {
		s.Fatal(err)
	}
}

// focus gives the window the keyboard. Something must have been shown in it.
func (s *stage) focus() {
	s.Helper()
	var err error
	if s.id, err = display.Window(s.Name(), timeout); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) screenshot() *image.RGBA {
	s.Helper()
	shot, err := display.Screenshot()
	if err != nil {
		s.Fatal(err)
	}
	return shot
}
