//go:build nowindow

package preview

import (
	"errors"
	"image"

	"vkgan/vk"
)

// ErrNoDisplay is what OpenWindow returns.
var ErrNoDisplay = errors.New("this program was built without a window (bin/vkgan has one)")

// Main runs work.
func Main(work func()) { work() }

// Window is never opened.
type Window struct{}

// OpenWindow returns ErrNoDisplay.
func OpenWindow(string, image.Point) (*Window, error) { return nil, ErrNoDisplay }

func (*Window) Take() (State, []Event)    { return State{}, nil }
func (*Window) Happened() <-chan struct{} { return nil }
func (*Window) SetTitle(string)           {}
func (*Window) Close()                    {}
func (*Window) Vulkan() vk.Window         { return vk.Window{} }
