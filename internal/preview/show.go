package preview

import (
	"fmt"
	"image"
	"time"

	"vkgan/internal/canvas"
	"vkgan/vk"
)

// show draws a picture and shows it. The device is idle before and after: what it takes is the picture's cost.
func (v *Viewer) show() error {
	if err := v.fit(); err != nil {
		return err
	}
	if err := v.screen.Ready(); err != nil {
		return err
	}
	if err := v.dev.Idle(); err != nil {
		return err
	}
	began := time.Now()
	if v.stale {
		v.sheet.write(v.explorer.points())
		if _, err := v.dev.Submit(v.refresh[v.weights], 1); err != nil {
			return err
		}
		if v.Training {
			v.shown = v.progress.Submitted
			if err := v.history.keep(v.explorer.version, v.shown); err != nil {
				return err
			}
		}
	}
	v.canvas.Reset(image.Pt(v.screen.Size()))
	v.draw()
	if _, err := v.painter.Paint(&v.canvas); err != nil {
		return err
	}
	if _, err := v.screen.Draw(v.painter.Pixels()); err != nil {
		return err
	}
	v.stale, v.dirty = false, false
	err := v.screen.Present()
	ended := time.Now()
	v.budget.spent(began, ended)
	v.pace.shown(began, ended)
	v.window.SetTitle(fmt.Sprintf("%s – step %d", v.Title, v.shown))
	return err
}

// fit makes the screen, the painter and the letters as large as the window wants them.
func (v *Viewer) fit() error {
	if v.scale != v.state.Scale {
		a, err := canvas.NewAtlas(v.state.Scale)
		if err == nil {
			err = v.painter.SetAtlas(a)
		}
		if err != nil {
			return err
		}
		v.atlas, v.scale = a, v.state.Scale
	}
	if v.screen != nil {
		if w, h := v.screen.Size(); image.Pt(w, h) == v.state.Size {
			return nil
		}
		v.dropScreen()
	}
	var err error
	if v.screen, err = v.dev.NewScreen(v.state.Size.X, v.state.Size.Y); err != nil {
		return err
	}
	w, h := v.screen.Size()
	if w == 0 || h == 0 {
		v.dropScreen()
		return vk.ErrNoImage
	}
	return v.painter.SetSize(image.Pt(w, h), v.screen.BGR())
}

func (v *Viewer) dropScreen() {
	if v.screen != nil {
		v.screen.Close()
		v.screen = nil
	}
}
