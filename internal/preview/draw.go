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
