package preview

import (
	"fmt"
	"image"
	"math"
	"time"

	"vkgan/internal/canvas"
)

// curve is a named series.
type curve struct {
	name string
	series
}

// addTo adds a point to the curve of a name.
func addTo(list []curve, name string, step, value float64) []curve {
	for i := range list {
		if list[i].name == name {
			list[i].add(step, value)
			return list
		}
	}
	list = append(list, curve{name: name})
	list[len(list)-1].add(step, value)
	return list
}

// drawPlot draws curves over steps, from 0 on, as fractions of 1 or not.
func (v *Viewer) drawPlot(r image.Rectangle, title string, list []curve, percent bool) {
	c, small := &v.canvas, v.atlas.Small
	x := r.Min.X + c.Text(r.Min, v.atlas.Bold, title+" ", bright)
	lastStep, highest := max(1, float64(v.shown)), 0.0
	for i, k := range list {
		text := k.name
		if n := len(k.values); n > 0 {
			if percent {
				text += fmt.Sprintf(" %.1f%%", 100*k.values[n-1])
			} else {
				text += fmt.Sprintf(" %.2f", k.values[n-1])
			}
			lastStep = max(lastStep, k.steps[n-1])
		}
		for _, value := range k.values {
			if !math.IsInf(value, 0) && !math.IsNaN(value) {
				highest = max(highest, value)
			}
		}
		x += c.Text(image.Pt(x, r.Min.Y), small, v.fitted(text, image.Rect(x, 0, r.Max.X, 0), small)+" ", curves[i%len(curves)])
	}
	box := image.Rect(r.Min.X, r.Min.Y+small.Cell.Y+v.px(2), r.Max.X, r.Max.Y)
	if box.Dy() < 8 {
		return
	}
	c.Fill(box, panel)
	if highest == 0 {
		return
	}
	highest = ceiling(highest)
	top := fmt.Sprintf("%.3g", highest)
	if percent {
		top = fmt.Sprintf("%.3g%%", 100*highest)
	}
	c.Fill(image.Rect(box.Min.X, box.Min.Y+box.Dy()/2, box.Max.X, box.Min.Y+box.Dy()/2+1), background)
	c.Text(box.Min.Add(image.Pt(v.px(3), 0)), small, top, dim)
	in := box.Inset(v.px(3))
	for i, k := range list {
		at := func(n int) canvas.Point {
			y := min(max(k.values[n]/highest, 0), 1)
			return canvas.Point{X: float64(in.Min.X) + k.steps[n]/lastStep*float64(in.Dx()), Y: float64(in.Max.Y) - y*float64(in.Dy())}
		}
		wide, colour := 1.5*v.scale, curves[i%len(curves)]
		for n := range k.values {
			if percent { // points are few
				p := at(n)
				c.Line(p, p, 2*wide, colour)
			}
			if n > 0 {
				c.Line(at(n-1), at(n), wide, colour)
			}
		}
	}
}

// ceiling is the next of 1, 2, 5 times a power of ten.
func ceiling(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, k := range []float64{1, 2, 5} {
		if v <= k*power {
			return k * power
		}
	}
	return 10 * power
}

// span is a duration as a person says it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.1f days", d.Hours()/24)
}
