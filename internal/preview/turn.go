package preview

import (
	"errors"
	"fmt"
	"time"

	"vkgan/gan"
	"vkgan/vk"
)

// Between is gan.Spectator's: it shows what is due, and returns when training is to go on. It never fails because of the
// window: where that cannot go on, training goes on without it.
func (v *Viewer) Between(p gan.Progress, stop <-chan struct{}) error {
	if v.window == nil {
		return nil
	}
	if p.Submitted != v.progress.Submitted || p.Phase != v.progress.Phase {
		v.stale = true
	}
	v.progress = p
	for {
		if err := v.turn(); err != nil {
			return err
		}
		if v.window == nil || !v.paused || v.closing {
			return nil
		}
		select {
		case <-v.window.Happened():
		case <-stop:
			return nil
		case <-time.After(50 * time.Millisecond): // the display may have had no image free
		}
	}
}

// Explore shows a model that is not trained until the window is closed or stopped is.
func (v *Viewer) Explore(stopped <-chan struct{}) error {
	for {
		if err := v.turn(); err != nil || v.window == nil || v.closing {
			return err
		}
		again := time.Hour
		if v.dirty || v.stale || v.state.Size.X == 0 {
			again = 20 * time.Millisecond
		}
		select {
		case <-v.window.Happened():
		case <-stopped:
			return nil
		case <-time.After(again):
		}
	}
}

// turn takes in what a person did and shows a picture if one is due. Only a device that is lost makes it fail.
func (v *Viewer) turn() error {
	state, events := v.window.Take()
	if state != v.state {
		v.state, v.dirty, v.asked = state, true, true
	}
	for _, e := range events {
		v.dirty, v.asked = true, true
		v.pace.ask(e.When)
		v.happen(e)
	}
	switch {
	case v.state.Closed:
		v.Close()
		return nil
	case v.state.Lost:
		return v.heed(errTaken)
	}
	now := time.Now()
	if !v.asked && !((v.stale || v.dirty) && v.budget.due(now, v.state.Rate)) || v.state.Size.X == 0 {
		return nil
	}
	return v.heed(v.show())
}

// errTaken is a window that goes without being closed: its display has ended, or another program destroyed it.
var errTaken = errors.New("the display took it away")

// patience is how long a lost surface is made anew, again and again, before the window is given up.
const patience = 3 * time.Second

// heed does what follows from showing a picture.
func (v *Viewer) heed(err error) error {
	if !errors.Is(err, vk.ErrSurfaceLost) {
		v.lost = time.Time{}
	} else if v.lost.IsZero() {
		v.lost = time.Now()
	}
	switch {
	case err == nil:
		v.asked = false
	case errors.Is(err, vk.ErrNoImage): // later
	case errors.Is(err, vk.ErrStale), errors.Is(err, vk.ErrSurfaceLost) && time.Since(v.lost) < patience:
		v.dropScreen()
		v.dirty, v.asked = true, true
	case vk.Unusable(err):
		return err
	default:
		v.Close()
		if !v.Training {
			return fmt.Errorf("the window: %w", err)
		}
		v.Say("training goes on without the window: %v", err)
	}
	return nil
}
