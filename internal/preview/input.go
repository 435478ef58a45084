package preview

import (
	"image/png"
	"io"

	"vkgan/internal/files"
)

// happen does what a person asks for.
func (v *Viewer) happen(e Event) {
	switch {
	case e.Key != 0:
		v.press(e.Key)
	case e.Click && v.point(e):
	case v.exploring && e.Button:
		v.drag(e)
	}
}

func (v *Viewer) press(k Key) {
	e := &v.explorer
	version := e.version
	switch k {
	case KeySpace:
		v.paused = v.Training && !v.paused
	case 'S':
		v.save()
	case 'Q':
		v.closing, v.paused = true, false
		if v.Stop != nil {
			v.Stop()
		}
	case 'H':
		v.help = !v.help
	case KeyEscape:
		v.help = false
	case 'E', KeyTab:
		if v.Training {
			v.exploring = !v.exploring
		}
	case 'W':
		if v.latents.Average != nil {
			v.weights = 1 - v.weights
			e.version++
		}
	case 'R':
		e.rest()
		e.version++
	case KeyUp, KeyDown, KeyLeft, KeyRight:
		if v.exploring {
			v.steer(k)
		}
	}
	v.stale = v.stale || e.version != version
}

// steer chooses or moves a slider.
func (v *Viewer) steer(k Key) {
	e := &v.explorer
	s := &e.sliders[e.chosen]
	by := s.step
	if by < 1 {
		by *= 2
	}
	switch k {
	case KeyUp:
		e.chosen = max(0, e.chosen-1)
	case KeyDown:
		e.chosen = min(len(e.sliders)-1, e.chosen+1)
	case KeyLeft:
		e.move(e.chosen, s.value-by)
	case KeyRight:
		e.move(e.chosen, s.value+by)
	}
}

// point pins the cell at the mouse, if there is one.
func (v *Viewer) point(e Event) bool {
	for i, cell := range v.places.cells {
		if e.At.In(cell) {
			if e.Right {
				v.explorer.pinEnd(i)
			} else {
				v.explorer.pin(i)
			}
			v.exploring, v.stale = true, true
			return true
		}
	}
	return false
}

// drag moves the slider at the mouse; one that was taken hold of keeps it.
func (v *Viewer) drag(e Event) {
	ex := &v.explorer
	for i, track := range v.places.tracks {
		held := !e.Click && i == ex.chosen && e.At.Y >= track.Min.Y-track.Dy() && e.At.Y < track.Max.Y+track.Dy()
		if e.Click && e.At.In(track) || held {
			version := ex.version
			ex.chosen = i
			ex.move(i, v.trackValue(i, float64(e.At.X-track.Min.X)/float64(track.Dx())))
			v.stale = v.stale || ex.version != version
			return
		}
	}
}

// save writes the window's picture into a file.
func (v *Viewer) save() {
	path := v.Path(v.shown)
	picture, err := v.painter.Picture()
	if err == nil {
		err = files.WriteWith(path, func(w io.Writer) error { return png.Encode(w, picture) })
	}
	if err != nil {
		v.Say("the picture is not saved: %v", err)
	} else {
		v.Say("picture     %s", path)
	}
}
