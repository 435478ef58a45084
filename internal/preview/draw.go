package preview

import (
	"fmt"
	"image"
	"math"

	"vkgan/internal/canvas"
)

var (
	background = canvas.RGB(18, 20, 24)
	panel      = canvas.RGB(28, 31, 37)
	border     = canvas.RGB(64, 64, 64) // between images, as in samples/
	bright     = canvas.RGB(236, 238, 242)
	dim        = canvas.RGB(140, 146, 156)
	accent     = canvas.RGB(255, 176, 59)
	second     = canvas.RGB(96, 200, 255)
	curves     = []canvas.Colour{canvas.RGB(255, 112, 97), canvas.RGB(92, 178, 255), canvas.RGB(112, 214, 130), canvas.RGB(214, 160, 255)}
)

// gap is the pixels between two images of the grid at its own size, as in samples/.
const gap = 2

// places are where things were drawn that a person can click.
type places struct {
	cells  []image.Rectangle // of the grid
	tracks []image.Rectangle // of the sliders
}

func (v *Viewer) px(nominal float64) int { return canvas.Pixels(nominal, v.scale) }

// draw draws all of the window.
func (v *Viewer) draw() {
	c := &v.canvas
	all := image.Rectangle{Max: c.Size}
	c.Fill(all, background)
	margin := v.px(12)
	inner := all.Inset(margin)
	side := min(max(inner.Dx()*38/100, v.px(330)), v.px(520))
	if inner.Dx() < side+v.px(120) { // a narrow window has the grid alone
		side = -margin
	}
	v.drawGrid(image.Rect(inner.Min.X, inner.Min.Y, inner.Max.X-side-margin, inner.Max.Y))
	v.places.tracks = v.places.tracks[:0]
	if side > 0 {
		right := image.Rect(inner.Max.X-side, inner.Min.Y, inner.Max.X, inner.Max.Y)
		right.Min.Y = v.drawHead(right)
		if v.exploring {
			v.drawExplorer(right)
		} else {
			v.drawTraining(right)
		}
	}
	if v.help {
		v.drawHelp(all)
	}
}

// drawGrid draws the sample grid as samples/ has it, magnified by a whole number where it can be, and in front of each row
// what it stands for.
func (v *Viewer) drawGrid(r image.Rectangle) {
	c, g := &v.canvas, v.grid
	table, _ := v.table()
	labels := 0
	if v.latents.Codes > 0 {
		labels = v.atlas.Small.Cell.X*3 + v.atlas.Large.Cell.X*2 + v.px(10)
	}
	whole := image.Pt(gap+g.Cols*(g.Width+gap), gap+g.Rows*(g.Height+gap))
	zoom := math.Min(float64(r.Dx()-labels)/float64(whole.X), float64(r.Dy())/float64(whole.Y))
	if zoom >= 1 {
		zoom = math.Floor(zoom)
	}
	if zoom <= 0 {
		return
	}
	at := func(x, y int) image.Point {
		return r.Min.Add(image.Pt(labels+int(float64(x)*zoom), int(float64(y)*zoom)))
	}
	c.Fill(image.Rectangle{at(0, 0), at(whole.X, whole.Y)}, border)
	v.places.cells = v.places.cells[:0]
	for i := range v.cells() {
		x, y := gap+i%g.Cols*(g.Width+gap), gap+i/g.Cols*(g.Height+gap)
		cell := image.Rectangle{at(x, y), at(x+g.Width, y+g.Height)}
		c.Image(cell, i, v.imageSize(), zoom < 1)
		v.places.cells = append(v.places.cells, cell)
	}
	if v.exploring {
		wide := max(1, v.px(2))
		for k, colour := range []canvas.Colour{accent, second} {
			if p := v.explorer.pinned[k]; p >= 0 {
				c.Frame(v.places.cells[p].Inset(-wide), wide, colour)
			}
		}
	}
	if labels == 0 {
		return
	}
	for row := range g.Rows {
		y := (v.places.cells[row*g.Cols].Min.Y + v.places.cells[row*g.Cols].Max.Y) / 2
		small, large := v.atlas.Small, v.atlas.Large
		c.Text(image.Pt(r.Min.X, y-small.Cell.Y/2), small, fmt.Sprintf("%2d", row), dim)
		c.Class(image.Pt(r.Min.X+small.Cell.X*3, y-large.Cell.Y/2), large, table, row, accent)
	}
}

// drawHead draws what is at the top of the right side, and says where it ends.
func (v *Viewer) drawHead(r image.Rectangle) int {
	c, y := &v.canvas, r.Min.Y
	c.Text(image.Pt(r.Min.X, y), v.atlas.Large, v.fitted(v.Title, r, v.atlas.Large), bright)
	y += v.atlas.Large.Cell.Y + v.px(2)
	for _, text := range append(v.Lines, v.standing()...) {
		c.Text(image.Pt(r.Min.X, y), v.atlas.Small, v.fitted(text, r, v.atlas.Small), dim)
		y += v.atlas.Small.Cell.Y
	}
	return y + v.px(8)
}

// fitted cuts a text that is too long for r.
func (v *Viewer) fitted(text string, r image.Rectangle, f *canvas.Face) string {
	runes := []rune(text)
	if most := r.Dx() / f.Cell.X; len(runes) > most {
		return string(runes[:max(0, most-1)]) + "…"
	}
	return text
}

// standing is where training stands, in lines.
func (v *Viewer) standing() []string {
	if !v.Training {
		return []string{fmt.Sprintf("step %d", v.At)}
	}
	p := v.progress
	step := fmt.Sprintf("step %d", v.shown)
	if p.Steps > 0 {
		step += fmt.Sprintf(" of %d", p.Steps)
	}
	state := p.Phase
	switch {
	case v.closing:
		state = "stopping"
	case v.paused:
		state = "paused"
	}
	first := fmt.Sprintf("%s · epoch %.2f · %s", step, p.Epoch, state)
	var rate string
	if p.ImagesPerS > 0 {
		rate = fmt.Sprintf("%.0f images/s", p.ImagesPerS)
	}
	if p.ETA > 0 {
		rate += " · ETA " + span(p.ETA)
	}
	return []string{first, rate}
}

// drawTraining draws curves and the confusion.
func (v *Viewer) drawTraining(r image.Rectangle) {
	line, space := v.atlas.Small.Cell.Y, v.px(10)
	foot := line
	plots := (r.Dy() - foot - 4*space) * 27 / 100
	top := image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+plots)
	v.drawPlot(top, "losses", v.losses, false)
	middle := top.Add(image.Pt(0, plots+space))
	v.drawPlot(middle, "errors", v.errors, true)
	v.drawConfusion(image.Rect(r.Min.X, middle.Max.Y+space, r.Max.X, r.Max.Y-foot-space))
	v.canvas.Text(image.Pt(r.Min.X, r.Max.Y-line), v.atlas.Small, v.fitted("h keys · space pauses · e explores", r, v.atlas.Small), dim)
}

// drawConfusion draws the table of codes and classes.
func (v *Viewer) drawConfusion(r image.Rectangle) {
	c, small := &v.canvas, v.atlas.Small
	table, of := v.table()
	what := "code"
	if v.latents.Codes == 0 {
		what = "predicted"
	}
	c.Text(r.Min, v.atlas.Bold, v.fitted(fmt.Sprintf("%s × digit, %s", what, of), r, v.atlas.Bold), bright)
	left, top := small.Cell.X*4, small.Cell.Y*2+v.px(4)
	cell := min((r.Dx()-left)/table.Classes, (r.Dy()-top)/table.Rows)
	if cell < 1 {
		return
	}
	box := image.Rectangle{Max: image.Pt(cell*table.Classes, cell*table.Rows)}.Add(r.Min.Add(image.Pt(left, top)))
	c.Fill(box, panel)
	c.Heat(box, table, accent)
	for k := range table.Classes {
		if text := fmt.Sprint(k); small.Width(text) <= cell {
			c.Text(image.Pt(box.Min.X+k*cell+(cell-small.Width(text))/2, box.Min.Y-small.Cell.Y), small, text, dim)
		}
	}
	for k := range table.Rows {
		if cell >= small.Cell.Y-v.px(3) {
			c.Text(image.Pt(r.Min.X, box.Min.Y+k*cell+(cell-small.Cell.Y)/2), small, fmt.Sprintf("%2d", k), dim)
		}
		if k > 0 && cell > 4 {
			c.Fill(image.Rect(box.Min.X, box.Min.Y+k*cell, box.Max.X, box.Min.Y+k*cell+1), background)
		}
	}
	for k := 1; k < table.Classes && cell > 4; k++ {
		c.Fill(image.Rect(box.Min.X+k*cell, box.Min.Y, box.Min.X+k*cell+1, box.Max.Y), background)
	}
}

// drawExplorer draws the explored image, its history, and the sliders with their variations.
func (v *Viewer) drawExplorer(r image.Rectangle) {
	c, small, e := &v.canvas, v.atlas.Small, &v.explorer
	big := min(r.Dx()*2/5, r.Dy()/4)
	square := image.Rectangle{r.Min, r.Min.Add(image.Pt(big*v.grid.Width/max(v.grid.Width, v.grid.Height), big*v.grid.Height/max(v.grid.Width, v.grid.Height)))}
	c.Image(square, v.cells(), v.imageSize(), false)
	c.Frame(square.Inset(-1), 1, accent)
	x, y := square.Max.X+v.px(12), r.Min.Y
	say := func(text string, colour canvas.Colour) {
		c.Text(image.Pt(x, y), small, v.fitted(text, image.Rect(x, y, r.Max.X, y), small), colour)
		y += small.Cell.Y
	}
	say(fmt.Sprintf("A: row %d, column %d", e.pinned[0]/v.grid.Cols, e.pinned[0]%v.grid.Cols), accent)
	if b := e.pinned[1]; b >= 0 {
		say(fmt.Sprintf("B: row %d, column %d", b/v.grid.Cols, b%v.grid.Cols), second)
	} else {
		say("B: right click a cell", dim)
	}
	say(v.weightsText(), dim)
	y = square.Max.Y + v.px(8)
	if n := len(v.history.kept); v.Training && n > 0 {
		tile := (r.Dx() - (filmLength-1)*v.px(2)) / filmLength
		for i, f := range v.history.kept {
			at := image.Pt(r.Min.X+i*(tile+v.px(2)), y)
			c.Image(image.Rectangle{at, at.Add(image.Pt(tile, tile))}, v.film()+f.place, v.imageSize(), true)
		}
		y += tile
		c.Text(image.Pt(r.Min.X, y), small, v.fitted(fmt.Sprintf("A at step %d … %d", v.history.kept[0].step, v.history.kept[n-1].step), r, small), dim)
		y += small.Cell.Y + v.px(6)
	}
	foot := small.Cell.Y + v.px(4)
	each := (r.Max.Y - foot - y) / len(e.sliders)
	for i, s := range e.sliders {
		v.drawSlider(image.Rect(r.Min.X, y+i*each, r.Max.X, y+(i+1)*each-v.px(4)), i, s)
	}
	c.Text(image.Pt(r.Min.X, r.Max.Y-small.Cell.Y), small, v.fitted("h keys · ↑↓ slider · ←→ value · click pins", r, small), dim)
}

func (v *Viewer) weightsText() string {
	switch {
	case v.latents.Average == nil:
		return "weights: live (no average)"
	case v.weights == 1:
		return "weights: average (w)"
	}
	return "weights: live (w)"
}

// drawSlider draws a slider: its name, its variations, and a track with a handle.
func (v *Viewer) drawSlider(r image.Rectangle, i int, s slider) {
	c, small, e := &v.canvas, v.atlas.Small, &v.explorer
	colour, off := bright, s.name == sliderBetween && e.pinned[1] < 0
	switch {
	case off:
		colour = dim
	case i == e.chosen:
		colour = accent
	}
	left := r.Min.X + small.Cell.X*7
	track := v.px(5)
	tile := min((r.Max.X-left)/e.columns, r.Dy()-track)
	tiles := image.Rect(left, r.Min.Y, left+tile*e.columns, r.Min.Y+tile)
	if e.varied(i) && !off && tile > 0 {
		first := v.cells() + 1 + i*e.columns
		for k := range e.columns {
			c.Image(image.Rect(left+k*tile, tiles.Min.Y, left+(k+1)*tile-1, tiles.Max.Y-1), first+k, v.imageSize(), true)
		}
	}
	bar := image.Rect(left, tiles.Max.Y, left+tile*e.columns, tiles.Max.Y+track)
	c.Fill(image.Rect(bar.Min.X, bar.Min.Y+track/2, bar.Max.X, bar.Min.Y+track/2+max(1, v.px(1))), dim)
	middle := bar.Min.X + int(v.trackPlace(i)*float64(bar.Dx()))
	c.Fill(image.Rect(middle-v.px(3), bar.Min.Y, middle+v.px(3), bar.Max.Y), colour)
	c.Text(r.Min, small, s.name, colour)
	c.Text(r.Min.Add(image.Pt(0, small.Cell.Y)), small, s.text(), dim)
	v.places.tracks = append(v.places.tracks, tiles.Union(bar))
}

// trackPlace is where on its track a slider's handle is, a share of the track: in the middle of the nearest variation.
func (v *Viewer) trackPlace(i int) float64 {
	e, s := &v.explorer, v.explorer.sliders[i]
	n := float64(e.columns)
	if s.step == 1 {
		return (s.value - e.variation(i, 0) + 0.5) / n
	}
	return (0.5 + (s.value-s.from)/(s.to-s.from)*(n-1)) / n
}

// trackValue is the value at a share of a slider's track.
func (v *Viewer) trackValue(i int, share float64) float64 {
	e, s := &v.explorer, v.explorer.sliders[i]
	n := float64(e.columns)
	if s.step == 1 {
		return e.variation(i, 0) + math.Floor(share*n)
	}
	return s.from + (s.to-s.from)*(share*n-0.5)/(n-1)
}

var helpLines = []string{
	"space   pause training, or go on",
	"e, tab  explore the latent space, or watch training",
	"s       save a picture of the window",
	"f       full screen, or not",
	"q       stop and save",
	"h       these keys",
	"",
	"in the explorer",
	"click         pin a cell's noise (A)",
	"right click   the other end of the way (B)",
	"up, down      choose a slider",
	"left, right   move it; or drag it",
	"r             sliders back",
	"w             live weights or their average, where one is kept",
}

// drawHelp draws the keys over everything.
func (v *Viewer) drawHelp(all image.Rectangle) {
	c, small := &v.canvas, v.atlas.Small
	widest := 0
	for _, text := range helpLines {
		widest = max(widest, small.Width(text))
	}
	size := image.Pt(widest, len(helpLines)*small.Cell.Y).Add(image.Pt(v.px(32), v.px(32)))
	corner := image.Pt((all.Dx()-size.X)/2, (all.Dy()-size.Y)/2)
	c.Fill(all, background.Fade(160))
	box := image.Rectangle{corner, corner.Add(size)}
	c.Fill(box, panel)
	c.Frame(box, max(1, v.px(1)), dim)
	for i, text := range helpLines {
		if !v.Training && (i == 0 || i == 1) {
			continue
		}
		c.Text(corner.Add(image.Pt(v.px(16), v.px(16)+i*small.Cell.Y)), small, text, bright)
	}
}
