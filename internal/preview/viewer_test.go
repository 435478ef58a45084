//go:build !nowindow

package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vkgan/gan"
	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// timeout is how long something may take on a busy machine.
const timeout = 4 * time.Minute

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(timeout); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, timeout)
		}
	}
}

// turns lets the viewer work until something is true.
func (s *stage) turns(v *Viewer, what string, is func() bool) {
	s.Helper()
	until(s.T, what, func() bool {
		if v.window != nil {
			if err := v.turn(); err != nil {
				s.Fatal(err)
			}
		}
		return is()
	})
}

// differs compares the grid on the screen with what samples/ would hold.
func differs(v *Viewer, shot *image.RGBA, grid gan.Grid) error {
	want := grid.Image()
	for i, cell := range v.places.cells {
		zoom := cell.Dx() / grid.Width
		x, y := gap+i%grid.Cols*(grid.Width+gap), gap+i/grid.Cols*(grid.Height+gap)
		for dy := range cell.Dy() {
			for dx := range cell.Dx() {
				got, want := shot.RGBAAt(cell.Min.X+dx, cell.Min.Y+dy), int(want.GrayAt(x+dx/zoom, y+dy/zoom).Y)
				if d := int(got.G) - want; d < -1 || d > 1 || got.R != got.G || got.G != got.B {
					return fmt.Errorf("cell %d of the screen has %v at (%d,%d), samples/ %d", i, got, dx, dy, want)
				}
			}
		}
	}
	return nil
}

// shows waits until the screen shows the grid.
func (s *stage) shows(v *Viewer, pixels []float32) {
	s.Helper()
	grid := v.grid
	grid.Pixels = pixels[:v.cells()*grid.Width*grid.Height]
	var err error
	s.turns(v, "the grid on the screen", func() bool {
		err = differs(v, s.screenshot(), grid)
		return err == nil
	})
}

// keeper keeps the sample grids of a run, as cmd/vkgan writes them into samples/.
type keeper struct {
	grids map[int]gan.Grid
	v     *Viewer
}

func (k *keeper) Metrics(m gan.Metrics) error {
	k.v.Metrics(m)
	return nil
}
func (*keeper) Progress(gan.Progress) {}
func (k *keeper) Samples(step int, final bool, g gan.Grid) error {
	g.Pixels = slices.Clone(g.Pixels)
	k.grids[step] = g
	return nil
}
func (*keeper) Checkpoint(s *gan.Snapshot) error {
	s.Release()
	return nil
}

// A run that is watched: what is on the screen is what samples/ holds for the step, it changes as training goes on, space
// pauses, e explores, s saves, q stops.
func TestTrainingIsShown(t *testing.T) {
	s := setting(t, false)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	v := s.viewer(Options{Training: true, Stop: stop, Lines: []string{"a test"},
		Path: func(step int) string { return filepath.Join(dir, fmt.Sprint(step)+".png") }})
	v.budget.share = 1 // a picture after every submission
	k := &keeper{grids: map[int]gan.Grid{}, v: v}
	trainer, err := gan.NewTrainer(s.dev, s.model, gan.Options{MaxSteps: 100_000, SampleEvery: 1, EvalEvery: 10, StepsPerSubmission: 1, CalibrateOn: 40, Spectator: v}, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Free)
	var result gan.Result
	var failed error
	done := make(chan struct{})
	go func() {
		result, failed = trainer.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	// While the run is paused nothing but the window's events changes what is on the screen.
	press := func(key string) { s.do("key", key) }
	title := func() string {
		name, err := display.Do("getwindowname", s.id)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	step := func() (n int) {
		fmt.Sscanf(title()[strings.LastIndex(title(), " ")+1:], "%d", &n)
		return n
	}
	s.focus()
	until(t, "twelve steps", func() bool { return step() >= 12 })
	pause := func() (*image.RGBA, int) {
		press("space")
		var n int
		until(t, "the pause", func() bool {
			n = step()
			time.Sleep(time.Second) // the display may lag behind
			return n == step()
		})
		return s.screenshot(), n
	}
	first, at := pause()
	press("s")
	saved := filepath.Join(dir, fmt.Sprint(at)+".png")
	until(t, "the picture", func() bool {
		f, err := os.Open(saved)
		if err != nil {
			return false
		}
		defer f.Close()
		picture, err := png.Decode(f)
		if err != nil {
			return false
		}
		r, g, b, _ := picture.At(3, 3).RGBA()
		return picture.Bounds().Size() == image.Pt(900, 600) && [3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)} == [3]uint8{18, 20, 24}
	})
	press("e")
	until(t, "the explorer", func() bool { return !bytes.Equal(s.screenshot().Pix, first.Pix) })
	press("e")
	until(t, "what was there before", func() bool { return bytes.Equal(s.screenshot().Pix, first.Pix) })
	press("h")
	until(t, "the keys", func() bool { return !bytes.Equal(s.screenshot().Pix, first.Pix) })
	press("h")
	press("space")
	until(t, "four more steps", func() bool { return step() >= at+4 })
	later, then := pause()
	if bytes.Equal(later.Pix, first.Pix) {
		t.Errorf("steps %d and %d look the same", at, then)
	}
	press("q")
	select {
	case <-done:
		if failed != nil || !result.Stopped {
			t.Errorf("the run ended with %+v, %v", result, failed)
		}
	case <-time.After(timeout):
		t.Fatal("q does not stop the run")
	}
	for step, shot := range map[int]*image.RGBA{at: first, then: later} {
		grid, ok := k.grids[step]
		if !ok {
			t.Fatalf("there is no grid of step %d", step)
		}
		if err := differs(v, shot, grid); err != nil {
			t.Errorf("step %d: %v", step, err)
		}
	}
	if len(v.losses) < 2 || len(v.errors) < 1 {
		t.Errorf("%d curves of losses, %d of errors", len(v.losses), len(v.errors))
	}
}

// Training goes on when the window is closed.
func TestClosingLeavesTheRun(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{Training: true})
	k := &keeper{grids: map[int]gan.Grid{}, v: v}
	closed := make(chan struct{})
	watch := spectator{v, func() {
		if v.progress.Submitted == 3 {
			v.window.change(func(s *State) { s.Closed = true }) // as GLFW says it
			close(closed)
		}
	}}
	trainer, err := gan.NewTrainer(s.dev, s.model, gan.Options{MaxSteps: 9, StepsPerSubmission: 1, CalibrateOn: 20, Spectator: watch}, k)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Free()
	r, err := trainer.Run(t.Context())
	if err != nil || r.Step != 9 {
		t.Errorf("%+v, %v", r, err)
	}
	<-closed
	if v.window != nil {
		t.Error("the window is still there")
	}
	if _, err := s.dev.NewScreen(10, 10); err == nil || !strings.Contains(err.Error(), "the window was left") {
		t.Errorf("a screen without a window: %v", err)
	}
}

// spectator does something ahead of the viewer.
type spectator struct {
	*Viewer
	first func()
}

func (s spectator) Between(p gan.Progress, stop <-chan struct{}) error {
	if s.window != nil {
		s.progress = p
		s.first()
	}
	return s.Viewer.Between(p, stop)
}

// The explorer's images are those of the latents that its sliders stand for; the mouse pins cells and moves sliders, keys do too.
func TestExplorer(t *testing.T) {
	s := setting(t, true)
	v := s.viewer(Options{At: 7})
	size := v.imageSize().X * v.imageSize().Y
	read := func() []float32 {
		t.Helper()
		values := make([]float32, v.images.All().Bytes()/4)
		if err := s.dev.Download(vk.Bytes(values), v.images.All()); err != nil {
			t.Fatal(err)
		}
		return values
	}
	same := func(what string, a, b int) {
		t.Helper()
		if all := read(); !slices.Equal(all[a*size:(a+1)*size], all[b*size:(b+1)*size]) {
			t.Errorf("%s: images %d and %d differ", what, a, b)
		}
	}
	explored := v.cells()
	variation := func(slider, column int) int { return v.cells() + 1 + slider*v.explorer.columns + column }
	click := func(x, y int, button string) {
		s.do("mousemove", "--window", s.id, fmt.Sprint(x), fmt.Sprint(y), "click", button)
	}
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	same("the first cell is pinned", explored, 0)

	cell := v.places.cells[13]
	click(cell.Min.X+5, cell.Min.Y+5, "1")
	s.turns(v, "the pin", func() bool { return v.explorer.pinned[0] == 13 && !v.stale })
	same("cell 13 is pinned", explored, 13)
	if v.explorer.sliders[0].value != 1 {
		t.Errorf("the code of cell 13, in row 1, is %v", v.explorer.sliders[0].value)
	}
	for code := range 4 { // the grid's column has the same noise under every code
		same("a variation of the code", variation(0, code), code*v.grid.Cols+3)
	}
	s.shows(v, read())

	cell = v.places.cells[20]
	click(cell.Min.X+5, cell.Min.Y+5, "3")
	s.turns(v, "the second pin", func() bool { return v.explorer.pinned[1] == 20 && !v.stale })
	between := len(v.explorer.sliders) - 1
	same("the way begins", explored, 13)
	if v.explorer.varied(between) {
		same("the way begins", variation(between, 0), 13)
	}
	track := v.places.tracks[between]
	click(track.Max.X-2, track.Max.Y-2, "1")
	s.turns(v, "the end of the way", func() bool { return v.explorer.sliders[between].value == 1 && !v.stale })
	all := read()
	for i, end := range all[20*size : 21*size] {
		if d := end - all[explored*size+i]; d > 1e-4 || d < -1e-4 {
			t.Fatalf("the way does not end at B: pixel %d is off by %g", i, d)
		}
	}
	s.do("key", "r")
	s.turns(v, "sliders at rest", func() bool { return v.explorer.sliders[between].value == 0 && !v.stale })

	s.do("key", "Up", "Up", "Up", "Up", "Up", "Up", "Up", "Down")
	s.turns(v, "the slider of a direction", func() bool { return v.explorer.chosen == 1 })
	before := v.explorer.sliders[1].value
	s.do("key", "Right", "Right", "Right")
	s.turns(v, "the slider's move", func() bool { return v.explorer.sliders[1].value > before+0.25 && !v.stale })
	all = read()
	if slices.Equal(all[explored*size:(explored+1)*size], all[13*size:14*size]) {
		t.Error("the slider moved, and the image is the same")
	}
	want := v.explorer.at(v.explorer.values())
	row := v.latents.Row(want)
	if bytes := v.sheet.buffer.Bytes(); !slices.Equal(floats(bytes)[:len(row)], row) {
		t.Error("the sheet does not begin with the explored point")
	}

	track = v.places.tracks[0] // drag the code's handle
	s.do("mousemove", "--window", s.id, fmt.Sprint(track.Min.X+4), fmt.Sprint(track.Min.Y+4), "mousedown", "1")
	s.do("mousemove", "--window", s.id, fmt.Sprint(track.Min.X+track.Dx()*35/100), fmt.Sprint(track.Min.Y+4), "mouseup", "1")
	s.turns(v, "the drag", func() bool { return v.explorer.sliders[0].value == 3 && !v.stale })
}

// A model at rest has a digit in front of each row whose code an image of the test set has, though no training image was seen.
func TestRowDigits(t *testing.T) {
	s := setting(t, true)
	if err := gan.CountTested(t.Context(), s.dev, s.model, 1); err != nil {
		t.Fatal(err)
	}
	v := s.viewer(Options{At: 7})
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	counts := make([]uint32, v.counts.Codes*v.counts.Classes)
	if err := s.dev.Download(vk.Bytes(counts), v.counts.Tested); err != nil {
		t.Fatal(err)
	}
	picture, err := v.painter.Picture()
	if err != nil {
		t.Fatal(err)
	}
	digits := 0
	for row := range v.grid.Rows {
		first, written := v.places.cells[row*v.grid.Cols], false
		for y := first.Min.Y; y < first.Max.Y; y++ {
			for x := range first.Min.X - gap {
				r, g, b, _ := picture.At(x, y).RGBA()
				written = written || [3]uint32{r >> 8, g >> 8, b >> 8} == [3]uint32{255, 176, 59} // accent
			}
		}
		if has := slices.Max(counts[row*v.counts.Classes:][:v.counts.Classes]) > 0; written != has {
			t.Errorf("row %d, counts %v: a digit stands there: %v", row, counts, written)
		}
		if written {
			digits++
		}
	}
	if digits == 0 {
		t.Errorf("no code has an image: %v", counts)
	}
}

// averaged is a model that keeps an average of its generator.
type averaged struct {
	gan.Model
	average *vk.Buffer
}

func (a averaged) Latents() gan.Latents {
	l := a.Model.Latents()
	l.Average = a.average
	return l
}

// The key w takes the average for the weights, and the weights again.
func TestAverage(t *testing.T) {
	s := setting(t, false)
	g, _ := s.model.Networks()
	average, err := s.dev.NewBuffer("average", g.Value.All().Bytes(), vk.Local) // zeros: every pixel is sigmoid(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(average.Free)
	s.model = averaged{s.model, average}
	v := s.viewer(Options{})
	grey := func() bool {
		values := make([]float32, v.images.All().Bytes()/4)
		if err := s.dev.Download(vk.Bytes(values), v.images.All()); err != nil {
			t.Fatal(err)
		}
		for _, value := range values[:(v.cells()+v.sheet.rows)*28*28] {
			if value != 0.5 {
				return false
			}
		}
		return true
	}
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	for _, want := range []bool{true, false} {
		s.do("key", "w")
		s.turns(v, "the other weights", func() bool { return (v.weights == 1) == want && !v.stale })
		if grey() != want {
			t.Errorf("the average is shown: %v, want %v", !want, want)
		}
	}
}

// 100 sizes, and none.
func TestResizes(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{})
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	count := 100
	if testing.Short() {
		count = 10
	}
	for i := range count {
		size := image.Pt(500+i*37%700, 340+i*53%420)
		if i == count-1 {
			size = image.Pt(1000, 700)
		}
		s.do("windowsize", s.id, fmt.Sprint(size.X), fmt.Sprint(size.Y))
		if i%10 == 0 { // as when minimised
			v.window.change(func(s *State) { s.Size = image.Point{} })
			if err := v.turn(); err != nil {
				t.Fatal(err)
			}
			v.window.change(func(s *State) { s.Size = size })
		}
		frames := v.pace.count
		s.turns(v, "the new size", func() bool { return v.pace.count > frames && v.canvas.Size == size })
	}
	if v.window == nil {
		t.Fatal("the window was closed")
	}
	pixels := make([]float32, v.images.All().Bytes()/4)
	if err := s.dev.Download(vk.Bytes(pixels), v.images.All()); err != nil {
		t.Fatal(err)
	}
	s.shows(v, pixels)
}

// What the window system says of a screen is dealt with: a new screen, or none any more.
func TestScreenTrouble(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{Training: true})
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	for _, trouble := range []error{vk.ErrStale, vk.ErrSurfaceLost, vk.ErrNoImage} {
		old, frames := v.screen, v.pace.count
		if err := v.heed(trouble); err != nil {
			t.Fatal(err)
		}
		v.dirty, v.asked = true, true
		s.turns(v, "a picture after "+trouble.Error(), func() bool { return v.pace.count > frames })
		if kept := v.screen == old; kept != (trouble == vk.ErrNoImage) {
			t.Errorf("after %v the screen was kept: %v", trouble, kept)
		}
	}
	if err := v.heed(fmt.Errorf("wait: %w", vk.ErrDeviceLost)); !errors.Is(err, vk.ErrDeviceLost) {
		t.Errorf("a lost device gives %v", err)
	}
	if err := v.heed(errors.New("something else")); err != nil || v.window != nil {
		t.Errorf("other trouble: %v, window %v", err, v.window)
	}
}

// A surface that is lost while its window stands is made anew, before and between drawing and showing; one that stays lost ends
// the window.
func TestSurfaceLost(t *testing.T) {
	s := setting(t, false)
	var said []string
	v := s.viewer(Options{Training: true})
	v.Say = func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	pixels := make([]float32, v.images.All().Bytes()/4)
	if err := s.dev.Download(vk.Bytes(pixels), v.images.All()); err != nil {
		t.Fatal(err)
	}
	for _, drawn := range []bool{false, true} {
		if drawn {
			s.turns(v, "an image to draw to", func() bool {
				_, err := v.screen.Draw(v.painter.Pixels())
				return err == nil
			})
		}
		lost, frames := v.screen, v.pace.count
		lost.Lose()
		if err := lost.Ready(); !errors.Is(err, vk.ErrSurfaceLost) {
			t.Errorf("a lost screen is ready: %v", err)
		}
		if err := lost.Present(); !errors.Is(err, vk.ErrSurfaceLost) {
			t.Errorf("a lost screen presents: %v", err)
		}
		v.dirty, v.asked = true, true
		s.turns(v, "a picture on another surface", func() bool { return v.pace.count > frames })
		if v.screen == lost || !v.lost.IsZero() {
			t.Error("the lost screen is kept")
		}
		v.canvas.Size = image.Point{}
		s.shows(v, pixels)
	}
	v.lost = time.Now().Add(-2 * patience)
	if err := v.heed(vk.ErrSurfaceLost); err != nil || v.window != nil {
		t.Errorf("a surface that stays lost: %v, window %v", err, v.window)
	}
	if len(said) != 2 || said[1] != "training goes on without the window: the window's surface is lost" {
		t.Errorf("%q", said)
	}
}

// A minimised window is not drawn, and is again when it is back. As there is no window manager, the test says what one would.
func TestMinimised(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{Training: true})
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	iconify := func(minimised bool) {
		if err := display.Iconify(s.id, minimised); err != nil {
			t.Fatal(err)
		}
	}
	iconify(true)
	s.turns(v, "the window without a size", func() bool { return v.state.Size == image.Point{} })
	frames := v.pace.count
	for range 5 {
		v.stale, v.asked = true, true
		if err := v.Between(gan.Progress{Phase: "training"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if v.pace.count != frames {
		t.Errorf("%d pictures of a minimised window", v.pace.count-frames)
	}
	iconify(false)
	s.turns(v, "a picture", func() bool { return v.pace.count > frames && v.state.Size == image.Pt(900, 600) })
}

// The key f fills the screen, and gives the window its place back.
func TestFullScreen(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{Training: true})
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	for _, size := range []image.Point{{1280, 800}, {900, 600}, {1280, 800}, {900, 600}} {
		frames := v.pace.count
		s.do("key", "f")
		s.turns(v, fmt.Sprint("a picture of ", size), func() bool { return v.pace.count > frames && v.canvas.Size == size && v.state.Size == size })
	}
	pixels := make([]float32, v.images.All().Bytes()/4)
	if err := s.dev.Download(vk.Bytes(pixels), v.images.All()); err != nil {
		t.Fatal(err)
	}
	s.shows(v, pixels)
}

// A window that moves to a display of other pixels is drawn anew, though its size be the same.
func TestContentScale(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{Training: true})
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	small := v.atlas.Small.Cell
	for _, scale := range []float64{2, 1.25, 1} {
		frames := v.pace.count
		v.window.change(func(s *State) { s.Scale = scale })
		s.turns(v, "a picture", func() bool { return v.pace.count > frames })
		if larger := v.atlas.Small.Cell.X > small.X; larger != (scale > 1) || v.scale != scale || v.px(100) != int(100*scale) {
			t.Errorf("at scale %g letters have %v, at 1 %v", scale, v.atlas.Small.Cell, small)
		}
	}
}

// A window that is destroyed from outside ends itself, and not the run.
func TestDestroyedWindow(t *testing.T) {
	s := setting(t, false)
	v := s.viewer(Options{Training: true})
	var said []string
	v.Say = func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	s.turns(v, "a picture", func() bool { return v.pace.count > 0 })
	s.focus()
	s.do("windowclose", s.id) // xdotool's name for XDestroyWindow
	until(t, "the end of the window", func() bool {
		v.asked = true
		if err := v.Between(gan.Progress{Phase: "training"}, nil); err != nil {
			t.Fatal(err)
		}
		return v.window == nil
	})
	if len(said) != 2 || !strings.HasPrefix(said[1], "training goes on without the window: ") {
		t.Errorf("%q", said)
	}
}

// Opening and closing leaves nothing behind, on the device or on the host.
func TestOpenAndClose(t *testing.T) {
	times := 100
	if testing.Short() {
		times = 15
	}
	var settled int
	for i := range times {
		openAndClose(t)
		if i == min(times/3, 30) {
			settled = resident(t)
		}
	}
	if grown := resident(t) - settled; grown > 24<<20 {
		t.Errorf("%d MiB were left behind", grown>>20)
	}
}

// openAndClose shows one picture in a window of its own.
func openAndClose(t *testing.T) {
	w, err := OpenWindow("a short one", image.Pt(200, 100))
	if err != nil {
		t.Fatal(err)
	}
	d, err := vk.Open(vk.Options{Window: w.Vulkan()})
	if err != nil {
		t.Fatal(err)
	}
	state, _ := w.Take()
	screen, err := d.NewScreen(state.Size.X, state.Size.Y)
	if err != nil {
		t.Fatal(err)
	}
	width, height := screen.Size()
	pixels, err := d.NewBuffer("pixels", 4*int64(width*height), vk.Local)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = screen.Draw(pixels.All()); err == nil {
		err = screen.Present()
	}
	if err != nil && !errors.Is(err, vk.ErrStale) {
		t.Error(err)
	}
	pixels.Free()
	screen.Close()
	if left := d.Usage().Buffers; left != 0 {
		t.Errorf("%d buffers are left", left)
	}
	d.Leave()
	w.Close()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// resident is this process's resident memory in bytes.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var total, pages int
	if _, err := fmt.Sscan(string(text), &total, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// A window on any driver: either it shows what it is given, or the device says why it cannot.
func TestSmokeWindow(t *testing.T) {
	w, err := OpenWindow(t.Name(), image.Pt(500, 400))
	if err != nil {
		t.Fatal(err)
	}
	d := devicetest.Open(t, vk.Options{Window: w.Vulkan()})
	defer func() {
		d.Leave()
		w.Close()
	}()
	if err := d.CanShow(); err != nil {
		if !strings.Contains(err.Error(), d.Info().Name+" cannot show images: ") {
			t.Errorf("the notice is %q", err)
		}
		t.Logf("%s, and says so: %v", d.Info().DriverName, err)
		return
	}
	state, _ := w.Take()
	screen, err := d.NewScreen(state.Size.X, state.Size.Y)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	width, height := screen.Size()
	pixels, err := d.NewBuffer("pixels", 4*int64(width*height), vk.Local)
	if err != nil {
		t.Fatal(err)
	}
	defer pixels.Free()
	colours := bytes.Repeat([]byte{40, 80, 160, 255}, width*height)
	if screen.BGR() {
		colours = bytes.Repeat([]byte{160, 80, 40, 255}, width*height)
	}
	if err := d.Upload(pixels.All(), colours); err != nil {
		t.Fatal(err)
	}
	until(t, "a picture", func() bool {
		if _, err := screen.Draw(pixels.All()); errors.Is(err, vk.ErrNoImage) {
			return false
		} else if err != nil {
			t.Fatal(err)
		}
		if err := screen.Present(); err != nil {
			t.Fatal(err)
		}
		shot, err := display.Screenshot()
		if err != nil {
			t.Fatal(err)
		}
		got := shot.RGBAAt(width/2, height/2)
		return [3]uint8{got.R, got.G, got.B} == [3]uint8{40, 80, 160}
	})
}
