package main

import (
	"fmt"
	"image"
	"io"
	"path/filepath"

	"vkgan/gan"
	"vkgan/internal/preview"
	"vkgan/vk"
)

// windowSize is how large a window opens, in nominal pixels.
var windowSize = image.Pt(1180, 720)

// showing is a window that shows a model; nil: there is to be none. Where a window cannot be, a notice says why, and
// nothing else changes.
type showing struct {
	say    io.Writer
	stop   func() // asks the run to stop and save
	window *preview.Window
	viewer *preview.Viewer
}

// open opens the window, if it can be.
func (s *showing) open(title string) {
	var err error
	if s.window, err = preview.OpenWindow("vkgan: "+title, windowSize); err != nil {
		s.notice(err)
	}
}

func (s *showing) notice(err error) {
	fmt.Fprintf(s.say, "vkgan: no window: %v; training goes on without\n", err)
}

// vulkan is what a device must know of the window.
func (s *showing) vulkan() (w vk.Window) {
	if s != nil && s.window != nil {
		w = s.window.Vulkan()
	}
	return w
}

// watch shows a model that is about to be trained. It gives the spectator for its trainer, nil where there is no window.
func (s *showing) watch(session *session, w *watcher) gan.Spectator {
	if s == nil || s.window == nil {
		return nil
	}
	viewer, err := preview.NewViewer(s.window, session.dev, session.model, preview.Options{
		Title: session.title, Lines: []string{session.dev.Info().Name}, Training: true, Stop: s.stop,
		Say:  func(format string, args ...any) { w.view.say(format, args...) },
		Path: func(step int) string { return filepath.Join(w.run.Dir, "preview", fmt.Sprintf("%06d.png", step)) },
	})
	if err != nil {
		s.notice(err)
		return nil
	}
	s.viewer = viewer
	return viewer
}

// recall shows the course of a run that goes on.
func (s *showing) recall(run *gan.Run) {
	if s == nil || s.viewer == nil {
		return
	}
	lines, err := gan.ReadMetrics(run.Dir)
	if err != nil {
		fmt.Fprintf(s.say, "vkgan: the window's charts begin anew: %v\n", err)
	}
	for _, m := range lines {
		s.viewer.Step(m)
		s.viewer.Metrics(m)
	}
}

// metrics shows a line of metrics.
func (s *showing) metrics(m gan.Metrics) {
	if s != nil && s.viewer != nil {
		s.viewer.Metrics(m)
	}
}

// close closes the window; dev, which shows in it, is nil where it was not opened.
func (s *showing) close(dev *vk.Device) {
	switch {
	case s == nil || s.window == nil:
	case s.viewer != nil:
		s.viewer.Close()
	default:
		if dev != nil {
			dev.Leave()
		}
		s.window.Close()
	}
	if s != nil {
		s.window = nil
	}
}
