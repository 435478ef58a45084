package preview

import (
	"fmt"
	"image"
	"math"

	"vkgan/internal/canvas"
)

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
