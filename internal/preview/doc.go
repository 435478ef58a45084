// Package preview shows a model while it learns, and explores what it learned, in a window.
//
// # Basics
//
// Main is called on the program's main goroutine and runs everything else on another. There, OpenWindow opens a window, a
// device is opened with its Vulkan, and NewViewer shows a model on that device in it. A Viewer is a gan.Spectator: it
// draws between a trainer's submissions, on the trainer's goroutine. Explore draws without a trainer.
//
// # Caveats
//
// GLFW works on the main thread alone, which this package locks when the program begins. With the build tag nowindow
// there is no GLFW, and no window can be opened.
package preview

import (
	"image"
	"time"
)

// Key is a key of the keyboard: a capital letter or digit as itself, or one of these.
type Key rune

const (
	KeySpace Key = ' '
	KeyLeft  Key = iota + 0xF000
	KeyRight
	KeyUp
	KeyDown
	KeyEscape
	KeyTab
)

// Event is what a person did.
type Event struct {
	Key    Key         // pressed or repeated; 0: it is the mouse
	Button bool        // the left button is held
	Click  bool        // it, or the right one, was just pressed
	Right  bool        // it was the right one
	At     image.Point // the mouse, in pixels
	When   time.Time
}

// State is how a window is.
type State struct {
	Size   image.Point // in pixels; empty while it is minimised
	Scale  float64     // pixels to a nominal one
	Rate   float64     // pictures that the display shows in a second
	Closed bool        // a person closed it
	Lost   bool        // the display took it away
}
