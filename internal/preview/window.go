//go:build !nowindow

package preview

import (
	"errors"
	"fmt"
	"image"
	"io"
	"log"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"

	"vkgan/vk"
)

func init() { runtime.LockOSThread() } // the main goroutine stays on the main thread, which GLFW wants

// thread is the main thread, while Main runs.
var thread struct {
	calls   chan func()
	windows []*Window   // open; the main thread's own
	ready   bool        // GLFW is; likewise
	broken  bool        // the display is gone, and GLFW with it; likewise
	waiting atomic.Bool // for GLFW's events
}

// Main runs work on a goroutine of its own and serves windows until it returns. It must be called on the main goroutine,
// one call at a time. A panic of work is Main's.
func Main(work func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread.calls = make(chan func(), 64)
	done := make(chan any, 1)
	go func() {
		defer func() {
			done <- recover()
			wake()
		}()
		work()
	}()
	defer func() {
		if thread.ready && !thread.broken {
			glfw.Terminate()
			thread.ready = false
		}
	}()
	for {
		if len(thread.windows) == 0 || thread.broken {
			select {
			case f := <-thread.calls:
				f()
			case failure := <-done:
				rethrow(failure)
				return
			}
			continue
		}
		select {
		case f := <-thread.calls:
			f()
			continue
		case failure := <-done:
			rethrow(failure)
			return
		default:
		}
		thread.waiting.Store(true)
		glfw.WaitEventsTimeout(0.1) // a call that comes just now is served after that at the latest
		thread.waiting.Store(false)
		lookForLosses()
	}
}

func rethrow(failure any) {
	if failure != nil {
		panic(failure)
	}
}

func wake() {
	if thread.waiting.Load() {
		glfw.PostEmptyEvent()
	}
}

// onMain runs f on the main thread, some time.
func onMain(f func()) {
	thread.calls <- f
	wake()
}

// Window is a window on the screen. Its methods are for any goroutine while Main runs.
type Window struct {
	handle *glfw.Window
	rate   float64
	wake   chan struct{} // something has happened

	mu     sync.Mutex
	state  State
	events []Event
	button bool
	where  [4]int // position and size ahead of full screen
}

// ErrNoDisplay is returned by OpenWindow where there is no display to open a window on.
var ErrNoDisplay = errors.New("there is no display")

// OpenWindow opens a window of a size in nominal pixels.
func OpenWindow(title string, size image.Point) (*Window, error) {
	if thread.calls == nil {
		return nil, errors.New("preview: OpenWindow outside of Main")
	}
	type opened struct {
		w   *Window
		err error
	}
	result := make(chan opened)
	onMain(func() {
		w, err := open(title, size)
		result <- opened{w, err}
	})
	r := <-result
	return r.w, r.err
}

// open is OpenWindow on the main thread.
func open(title string, size image.Point) (*Window, error) {
	if thread.broken {
		return nil, fmt.Errorf("%w any more", ErrNoDisplay)
	}
	if !thread.ready {
		if err := start(); err != nil {
			return nil, err
		}
		heedX11()
		thread.ready = true
	}
	glfw.WindowHint(glfw.ClientAPI, glfw.NoAPI)
	glfw.WindowHint(glfw.ScaleToMonitor, glfw.True)
	h, err := glfw.CreateWindow(size.X, size.Y, title, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("the window cannot be opened: %w", err)
	}
	w := &Window{handle: h, rate: 60, wake: make(chan struct{}, 1)}
	thread.windows = append(thread.windows, w)
	if m := glfw.GetPrimaryMonitor(); m != nil {
		if mode := m.GetVideoMode(); mode != nil && mode.RefreshRate > 0 {
			w.rate = float64(mode.RefreshRate)
		}
	}
	h.SetSizeLimits(480, 320, glfw.DontCare, glfw.DontCare)
	w.listen()
	w.measure()
	return w, nil
}

// start makes GLFW ready. Without a display its Init logs lines and returns nil, so another call is asked as well.
func start() error {
	display := os.Getenv("DISPLAY")
	if display == "" {
		return fmt.Errorf("%w: DISPLAY is not set", ErrNoDisplay)
	}
	log.SetOutput(io.Discard)
	defer log.SetOutput(os.Stderr)
	if err := glfw.Init(); err != nil || !glfw.VulkanSupported() {
		return fmt.Errorf("%w: DISPLAY=%s cannot be opened, or there is no Vulkan", ErrNoDisplay, display)
	}
	return nil
}

// listen takes in what happens to the window.
func (w *Window) listen() {
	w.handle.SetFramebufferSizeCallback(func(*glfw.Window, int, int) { w.measure() })
	w.handle.SetContentScaleCallback(func(*glfw.Window, float32, float32) { w.measure() })
	w.handle.SetIconifyCallback(func(*glfw.Window, bool) { w.measure() })
	w.handle.SetRefreshCallback(func(*glfw.Window) { w.measure() })
	w.handle.SetCloseCallback(func(*glfw.Window) { w.change(func(s *State) { s.Closed = true }) })
	w.handle.SetKeyCallback(func(_ *glfw.Window, k glfw.Key, _ int, a glfw.Action, _ glfw.ModifierKey) {
		key, ok := keyOf(k)
		switch {
		case !ok || a == glfw.Release:
		case key == 'F' && a == glfw.Press:
			w.fullScreen()
		default:
			w.happen(Event{Key: key})
		}
	})
	w.handle.SetMouseButtonCallback(func(_ *glfw.Window, b glfw.MouseButton, a glfw.Action, _ glfw.ModifierKey) {
		if b == glfw.MouseButtonLeft {
			w.button = a == glfw.Press
			w.happen(Event{Button: w.button, Click: w.button, At: w.pixel(w.handle.GetCursorPos())})
		} else if b == glfw.MouseButtonRight && a == glfw.Press {
			w.happen(Event{Click: true, Right: true, At: w.pixel(w.handle.GetCursorPos())})
		}
	})
	w.handle.SetCursorPosCallback(func(_ *glfw.Window, x, y float64) {
		if w.button {
			w.happen(Event{Button: true, At: w.pixel(x, y)})
		}
	})
}

var keys = map[glfw.Key]Key{
	glfw.KeyLeft: KeyLeft, glfw.KeyRight: KeyRight, glfw.KeyUp: KeyUp, glfw.KeyDown: KeyDown,
	glfw.KeyEscape: KeyEscape, glfw.KeyTab: KeyTab, glfw.KeySpace: KeySpace,
}

func keyOf(k glfw.Key) (Key, bool) {
	if k >= glfw.KeyA && k <= glfw.KeyZ || k >= glfw.Key0 && k <= glfw.Key9 {
		return Key(k), true
	}
	key, ok := keys[k]
	return key, ok
}

// pixel is a place of the mouse, which has the window's coordinates, in pixels.
func (w *Window) pixel(x, y float64) image.Point {
	width, height := w.handle.GetSize()
	w.mu.Lock()
	defer w.mu.Unlock()
	return image.Pt(int(x*float64(w.state.Size.X)/float64(max(1, width))), int(y*float64(w.state.Size.Y)/float64(max(1, height))))
}

// fullScreen fills the screen, or goes back to the window's place.
func (w *Window) fullScreen() {
	if w.handle.GetMonitor() != nil {
		w.handle.SetMonitor(nil, w.where[0], w.where[1], w.where[2], w.where[3], 0)
	} else if m := glfw.GetPrimaryMonitor(); m != nil {
		w.where[0], w.where[1] = w.handle.GetPos()
		w.where[2], w.where[3] = w.handle.GetSize()
		mode := m.GetVideoMode()
		w.handle.SetMonitor(m, 0, 0, mode.Width, mode.Height, mode.RefreshRate)
	}
	w.measure()
}

// measure takes the window's size in.
func (w *Window) measure() {
	width, height := w.handle.GetFramebufferSize()
	scale, _ := w.handle.GetContentScale()
	if w.handle.GetAttrib(glfw.Iconified) == glfw.True {
		width, height = 0, 0
	}
	w.change(func(s *State) {
		s.Size, s.Scale, s.Rate = image.Pt(width, height), math.Max(1, float64(scale)), w.rate
	})
}

func (w *Window) change(f func(s *State)) {
	w.mu.Lock()
	f(&w.state)
	w.mu.Unlock()
	w.signal()
}

func (w *Window) happen(e Event) {
	e.When = time.Now()
	w.mu.Lock()
	if n := len(w.events); n > 0 && e.Key == 0 && !e.Click && e.Button && w.events[n-1].Key == 0 && w.events[n-1].Button {
		w.events[n-1].At = e.At // the mouse moved on
	} else {
		w.events = append(w.events, e)
	}
	w.mu.Unlock()
	w.signal()
}

func (w *Window) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Take gives the window's state and what happened since the last Take.
func (w *Window) Take() (State, []Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := w.events
	w.events = nil
	return w.state, events
}

// Happened gets a value when there is something to Take.
func (w *Window) Happened() <-chan struct{} { return w.wake }

// SetTitle changes the window's title.
func (w *Window) SetTitle(title string) {
	onMain(func() {
		if !thread.broken {
			w.handle.SetTitle(title)
		}
	})
}

// Close destroys the window, whose surface must be gone. It must be called once.
func (w *Window) Close() {
	gone := make(chan struct{})
	onMain(func() {
		defer close(gone)
		thread.windows = slices.DeleteFunc(thread.windows, func(open *Window) bool { return open == w })
		if thread.broken {
			return
		}
		w.handle.Destroy()
		if len(thread.windows) == 0 {
			glfw.PollEvents() // so that the window leaves the screen now
		}
	})
	<-gone
}

// Vulkan is the window as a device wants to know it.
func (w *Window) Vulkan() vk.Window {
	return vk.Window{Extensions: w.handle.GetRequiredInstanceExtensions(), Surface: func(instance unsafe.Pointer) (uint64, error) {
		return createSurface(w.handle.Handle(), instance)
	}}
}
