package gan

import (
	"bytes"
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"vkgan/internal/files"
)

// Chart is the losses and, below, the errors of runs over their training. Of one run, curves differ in colour; of
// several, each run has a colour, and its curves differ in dashes.
type Chart struct {
	Runs         []ChartRun
	AgainstSteps bool // not epochs
}

// ChartRun is a run of a Chart.
type ChartRun struct {
	Name   string
	Curves []Curve
}

// The size of a chart is 1200×800 pixels.
const (
	chartWidth  = 1200 * vg.Inch / chartDPI
	chartHeight = 800 * vg.Inch / chartDPI
	chartDPI    = 96
	chartMargin = vg.Length(12)
)

const (
	fewPoints   = 40 // so many points of a curve are marked, more are not
	mostNames   = 12 // of runs in a legend: more do not fit
	longestName = 30 // in characters
)

var (
	// Okabe and Ito's colours, which colour-blind people can tell apart.
	chartColours = []color.RGBA{
		{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
		{0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x00, 0x00, 0x00, 0xff},
	}
	chartDashes = [][]vg.Length{nil, {6, 3}, {2, 2}, {8, 2, 2, 2}, {12, 4}, {8, 2, 2, 2, 2, 2}}
	chartGrid   = draw.LineStyle{Color: color.Gray{Y: 225}, Width: vg.Points(0.5)}
)

func init() { plot.DefaultFont.Variant = "Sans" }

// WritePNG draws the chart into a file, whole or not at all, and makes the file's folder where it is missing.
func (c Chart) WritePNG(path string) error {
	losses := c.panel("loss", 1, func(field string) bool { return strings.HasPrefix(field, "loss_") })
	errors := c.panel("error in %", 100, func(field string) bool { return strings.Contains(field, "error") })
	c.name(&losses)
	errors.X.Label.Text = c.against()
	last := max(losses.X.Max, errors.X.Max)
	losses.X.Min, losses.X.Max, errors.X.Min, errors.X.Max = 0, last, 0, last

	canvas := vgimg.NewWith(vgimg.UseWH(chartWidth, chartHeight), vgimg.UseDPI(chartDPI))
	page := draw.New(canvas)
	beside := max(losses.Legend.Rectangle(page).Size().X, errors.Legend.Rectangle(page).Size().X)
	area := draw.Crop(page, chartMargin, -beside-2*chartMargin, chartMargin, -chartMargin)
	tiles := plot.Align([][]*plot.Plot{{losses.Plot}, {errors.Plot}}, draw.Tiles{Rows: 2, Cols: 1, PadY: 2 * chartMargin}, area)
	for i, p := range []panel{losses, errors} {
		tile := tiles[i][0]
		p.Draw(tile)
		p.Legend.Draw(draw.Crop(page, area.Max.X+chartMargin, 0, tile.Min.Y, tile.Max.Y-page.Max.Y))
	}
	var file bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return files.Write(path, file.Bytes())
}

// panel is a plot whose legend is beside it.
type panel struct {
	*plot.Plot
	Legend plot.Legend
}

// panel plots the fields of a kind, scaled.
func (c Chart) panel(quantity string, scale float64, ofKind func(field string) bool) panel {
	p := panel{plot.New(), plot.NewLegend()}
	p.Y.Label.Text = quantity
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	p.Legend.Top, p.Legend.Left, p.Legend.Padding = true, true, chartMargin/3
	p.Add(&plotter.Grid{Vertical: chartGrid, Horizontal: chartGrid})
	fields := c.fields(ofKind)
	if len(fields) == 0 {
		p.Y.Max = scale
	}
	p.Y.Min = 0
	several := len(c.Runs) > 1
	for r, run := range c.Runs {
		for _, curve := range run.Curves {
			if f := slices.Index(fields, curve.Field); f >= 0 && several {
				c.draw(p, curve, scale, lineStyle(r, f))
			} else if f >= 0 {
				c.draw(p, curve, scale, lineStyle(f, 0))
			}
		}
	}
	for f, field := range fields {
		style := lineStyle(f, 0)
		if several {
			style = lineStyle(0, f)
			style.Color = color.Black
		}
		p.Legend.Add(fieldName(field), &plotter.Line{LineStyle: style})
	}
	return p
}

// name writes one run's name above a panel, several into its legend.
func (c Chart) name(p *panel) {
	for r, run := range c.Runs {
		name := []rune(run.Name)
		if n := len(name); n > longestName {
			name = append([]rune("…"), name[n-longestName+1:]...)
		}
		switch {
		case len(c.Runs) == 1:
			p.Title.Text = string(name)
		case r < mostNames:
			p.Legend.Add(string(name), &plotter.Line{LineStyle: lineStyle(r, 0)})
		case r == mostNames:
			p.Legend.Add(fmt.Sprintf("… %d more", len(c.Runs)-r))
		}
	}
}

// draw adds a curve to a panel.
func (c Chart) draw(p panel, curve Curve, scale float64, style draw.LineStyle) {
	x := curve.Epoch
	if c.AgainstSteps {
		x = curve.Step
	}
	var points plotter.XYs
	for i := range x {
		if y := scale * curve.Value[i]; !math.IsNaN(y) && !math.IsInf(y, 0) {
			points = append(points, plotter.XY{X: x[i], Y: y})
		}
	}
	p.Add(&plotter.Line{XYs: points, LineStyle: style})
	if len(points) <= fewPoints {
		p.Add(&plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: style.Color, Radius: 2, Shape: draw.CircleGlyph{}}})
	}
}

func (c Chart) against() string {
	if c.AgainstSteps {
		return "step"
	}
	return "epoch"
}

// fields are those of a kind that any run has, by the length of their names: the networks' losses come before others,
// the test error before the one-to-one error.
func (c Chart) fields(ofKind func(field string) bool) []string {
	var fields []string
	for _, run := range c.Runs {
		for _, curve := range run.Curves {
			if ofKind(curve.Field) {
				fields = append(fields, curve.Field)
			}
		}
	}
	slices.SortFunc(fields, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return slices.Compact(fields)
}

// fieldName is a field of metrics.jsonl in words, inside the panel of its kind.
func fieldName(field string) string {
	switch field {
	case "loss_d", "loss_g":
		return strings.ToUpper(strings.TrimPrefix(field, "loss_"))
	case "test_error_hungarian":
		return "one-to-one"
	case "validation_error_hungarian":
		return "validation one-to-one"
	}
	return strings.ReplaceAll(strings.TrimPrefix(field, "loss_"), "_", " ")
}

// ticks are at multiples of 1, 2 or 5 times a power of ten, from four to eleven of them.
func ticks(lo, hi float64) []plot.Tick {
	power := math.Pow(10, math.Floor(math.Log10((hi-lo)/4)))
	step := power
	for _, times := range []float64{2, 5} {
		if times*power <= (hi-lo)/4 {
			step = times * power
		}
	}
	var all []plot.Tick
	first := math.Ceil(lo / step)
	for i := range 12 {
		if v := (first + float64(i)) * step; v <= hi {
			all = append(all, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 10, 64)})
		}
	}
	return all
}

func lineStyle(colour, dashes int) draw.LineStyle {
	return draw.LineStyle{
		Color: chartColours[colour%len(chartColours)], Dashes: chartDashes[dashes%len(chartDashes)], Width: vg.Points(1.2),
	}
}
