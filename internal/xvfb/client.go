package xvfb

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// connect makes a client of the display.
func (d *Display) connect() (*xgb.Conn, error) {
	xgb.Logger.SetOutput(io.Discard) // it tells that the display wants no password
	return xgb.NewConnDisplay(d.Name)
}

// SetScale makes the display's pixels so many to a nominal one, for programs that begin after that: the resource Xft.dpi tells them.
func (d *Display) SetScale(scale float64) error {
	c, err := d.connect()
	if err != nil {
		return err
	}
	defer c.Close()
	value := fmt.Sprintf("Xft.dpi:\t%g\n", 96*scale)
	root := xproto.Setup(c).DefaultScreen(c).Root
	return xproto.ChangePropertyChecked(c, xproto.PropModeReplace, root, xproto.AtomResourceManager, xproto.AtomString, 8, uint32(len(value)), []byte(value)).Check()
}

// States of a window in its property WM_STATE (ICCCM, section 4.1.3.1).
const (
	normal = 1
	iconic = 3
)

// Iconify minimises a window of this id, or brings it back, as a window manager would, which the display does not have: it
// sets WM_STATE, and unmaps or maps the window.
func (d *Display) Iconify(id string, minimised bool) error {
	number, err := strconv.ParseUint(id, 0, 32)
	if err != nil {
		return err
	}
	c, err := d.connect()
	if err != nil {
		return err
	}
	defer c.Close()
	name := "WM_STATE"
	atom, err := xproto.InternAtom(c, false, uint16(len(name)), name).Reply()
	if err != nil {
		return err
	}
	window, state := xproto.Window(number), uint32(normal)
	if minimised {
		state = iconic
		err = xproto.UnmapWindowChecked(c, window).Check()
	} else {
		err = xproto.MapWindowChecked(c, window).Check()
	}
	if err != nil {
		return err
	}
	value := binary.LittleEndian.AppendUint64(nil, uint64(state)) // and no icon's window
	return xproto.ChangePropertyChecked(c, xproto.PropModeReplace, window, atom.Atom, atom.Atom, 32, 2, value).Check()
}
