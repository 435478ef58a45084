package preview

import (
	"errors"
	"image"
	"math"
	"time"

	"vkgan/gan"
	"vkgan/internal/canvas"
	"vkgan/vk"
)

// Options says what a Viewer tells a person, and what it may ask for.
type Options struct {
	Title    string                           // of the window
	Lines    []string                         // about the model, at the top
	Training bool                             // the model is being trained
	At       int                              // the step where it stands, if it is not
	Stop     func()                           // asks the run to stop and save; nil without training
	Say      func(format string, args ...any) // tells a person of what happened
	Path     func(step int) string            // where a picture of a step is saved
}

// Viewer shows a model in a window. Its methods are for one goroutine at a time: the one that submits.
type Viewer struct {
	Options
	window  *Window // nil: it was closed
	dev     *vk.Device
	model   gan.Model
	latents gan.Latents
	grid    gan.Grid // without its pixels
	counts  gan.Predictions

	screen  *vk.Screen
	state   State
	atlas   *canvas.Atlas
	scale   float64 // of the atlas
	painter *canvas.Painter
	canvas  canvas.Canvas
	images  *vk.Buffer     // the grid's, then the sheet's
	tables  *vk.Buffer     // seen, then tested
	refresh [2]*vk.Program // by the generator's parameters, and by their average where there is one
	sheet   *sheet
	history *history

	progress  gan.Progress
	tested    bool // an evaluation has ended
	losses    []curve
	errors    []curve
	paused    bool
	help      bool
	exploring bool
	closing   bool
	weights   int // 1: the average
	explorer  explorer
	places    places

	stale  bool      // the images are of an earlier step, or another point
	dirty  bool      // something else has changed
	asked  bool      // a person waits for it
	shown  int       // the step of the images
	lost   time.Time // since when the surface is; zero: it is not
	budget budget
	pace   pace
}

// NewViewer shows a model that lives on a device that was opened with the window's Vulkan, and takes the window over.
func NewViewer(w *Window, dev *vk.Device, m gan.Model, o Options) (*Viewer, error) {
	v := &Viewer{Options: o, window: w, dev: dev, model: m, latents: m.Latents(), grid: m.Grid(nil), counts: m.Predictions(), stale: true, dirty: true}
	v.shown, v.exploring = o.At, !o.Training
	v.budget = newBudget(dev.CPU())
	v.state, _ = w.Take()
	if err := errors.Join(dev.CanShow(), v.allocate()); err != nil {
		v.free()
		return nil, err
	}
	return v, nil
}

func (v *Viewer) cells() int { return v.grid.Rows * v.grid.Cols }

// film is the first of the images of the explored point's history.
func (v *Viewer) film() int { return v.cells() + v.sheet.rows }

func (v *Viewer) imageSize() image.Point { return image.Pt(v.grid.Width, v.grid.Height) }

// table is the counts to show, and what they are of: the training images of this epoch, but at its beginning, in an
// evaluation and without training the test images.
func (v *Viewer) table() (canvas.Table, string) {
	t := canvas.Table{Rows: v.counts.Codes, Classes: v.counts.Classes}
	_, into := math.Modf(v.progress.Epoch)
	if !v.Training || v.progress.Phase == "evaluating" || v.tested && into < 0.1 {
		t.First = t.Rows * t.Classes
		return t, "test images"
	}
	return t, "training images"
}

// allocate takes memory, and records what makes the images.
func (v *Viewer) allocate() (err error) {
	v.explorer = newExplorer(v.latents, v.grid.Cols)
	if v.sheet, err = newSheet(v.dev, v.latents, v.explorer.rows()); err != nil {
		return err
	}
	image := 4 * int64(v.grid.Width*v.grid.Height)
	if v.images, err = v.dev.NewBuffer("preview images", image*int64(v.film()+filmLength), vk.Local); err != nil {
		return err
	}
	v.history = newHistory(v.dev, v.images.All().Slice(image*int64(v.cells()), image), v.images.All().Slice(image*int64(v.film()), image*filmLength))
	bytes := v.counts.Seen.Bytes()
	if v.tables, err = v.dev.NewBuffer("preview counts", 2*bytes, vk.Local); err != nil {
		return err
	}
	if v.refresh[0], err = v.record(nil); err != nil {
		return err
	}
	if v.latents.Average != nil {
		if v.refresh[1], err = v.record(v.latents.Average); err != nil {
			return err
		}
	}
	if v.atlas, err = canvas.NewAtlas(v.state.Scale); err != nil {
		return err
	}
	v.scale = v.state.Scale
	v.painter, err = canvas.NewPainter(v.dev, v.atlas, v.images.All(), v.tables.All())
	return err
}

// record records the grid's images, those of the sheet, and the counts, as they are now. average, if not nil, takes the
// place of the generator's parameters.
func (v *Viewer) record(average *vk.Buffer) (*vk.Program, error) {
	rec := v.dev.NewRecorder("preview")
	generator, _ := v.model.Networks()
	generator.With(average, func() {
		grid := v.model.Sample(rec)
		rec.Copy(v.images.All().Slice(0, grid.Data.Bytes()), grid.Data)
		sheet := v.model.Explore(rec, v.sheet.latents)
		rec.Copy(v.images.All().Slice(grid.Data.Bytes(), sheet.Data.Bytes()), sheet.Data)
	})
	bytes := v.counts.Seen.Bytes()
	rec.Copy(v.tables.All().Slice(0, bytes), v.counts.Seen)
	rec.Copy(v.tables.All().Slice(bytes, bytes), v.counts.Tested)
	return rec.End()
}

// Step takes the figures of a step in.
func (v *Viewer) Step(m gan.Metrics) {
	for _, c := range []struct {
		name  string
		value *float64
	}{{"D", m.LossD}, {"G", m.LossG}, {"code", m.LossCode}, {"continuous", m.LossContinuous}, {"class", m.LossClass}} {
		if c.value != nil {
			v.losses = addTo(v.losses, c.name, float64(m.Step), *c.value)
		}
	}
}

// Metrics takes an evaluation in.
func (v *Viewer) Metrics(m gan.Metrics) {
	images, e, hungarian := m.Errors()
	for _, c := range []struct {
		name  string
		value *float64
	}{{images, e}, {"one-to-one", hungarian}, {"train", m.TrainError}} {
		if c.value != nil {
			v.errors = addTo(v.errors, c.name, float64(m.Step), *c.value)
			v.tested = v.tested || c.name == images
		}
	}
}

// Close closes the window and gives what the viewer has back. A second Close does nothing.
func (v *Viewer) Close() {
	if v.window == nil {
		return
	}
	v.free()
	v.dev.Leave()
	v.window.Close()
	v.window = nil
	v.Say("window      %s", &v.pace)
}

func (v *Viewer) free() {
	v.dropScreen()
	if v.painter != nil {
		v.painter.Free()
	}
	for _, p := range v.refresh {
		if p != nil {
			p.Free()
		}
	}
	if v.sheet != nil {
		v.sheet.free()
	}
	if v.history != nil {
		v.history.free()
	}
	for _, b := range []*vk.Buffer{v.images, v.tables} {
		if b != nil {
			b.Free()
		}
	}
}
