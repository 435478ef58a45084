// Package canvas draws pictures on a Vulkan device: rectangles, text, lines, and images and heat maps straight from device
// memory, composed by one kernel into a buffer of pixels. It knows no window.
package canvas

import (
	"image"
	"math"
)

// Colour is R, G, B and opacity, R in the low byte.
type Colour uint32

// RGB is an opaque colour.
func RGB(r, g, b uint8) Colour {
	return Colour(r) | Colour(g)<<8 | Colour(b)<<16 | 0xFF000000
}

// Fade is the colour with another opacity.
func (c Colour) Fade(alpha uint8) Colour { return c&0xFFFFFF | Colour(alpha)<<24 }

// The kinds of items of compose.comp.
const (
	kindFill = iota
	kindGlyph
	kindImage
	kindHeat
	kindDigit
	kindLine
)

// itemWords is the length of an item in compose.comp.
const itemWords = 12

// item is one thing to draw, as compose.comp lays it out.
type item struct {
	kind                     uint32
	left, top, right, bottom int32
	colour                   Colour
	args                     [6]int32
}

// Canvas is a list of things to draw, the later over the earlier. Coordinates are pixels from the top left.
type Canvas struct {
	Size  image.Point
	items []item
}

// Reset forgets all that was drawn.
func (c *Canvas) Reset(size image.Point) { c.Size, c.items = size, c.items[:0] }

func (c *Canvas) add(kind uint32, r image.Rectangle, colour Colour, args ...int32) {
	if r.Empty() {
		return
	}
	i := item{kind: kind, left: int32(r.Min.X), top: int32(r.Min.Y), right: int32(r.Max.X), bottom: int32(r.Max.Y), colour: colour}
	copy(i.args[:], args)
	c.items = append(c.items, i)
}

// Fill fills a rectangle.
func (c *Canvas) Fill(r image.Rectangle, colour Colour) { c.add(kindFill, r, colour) }

// Frame draws the edge of a rectangle, so many pixels wide, inside it.
func (c *Canvas) Frame(r image.Rectangle, wide int, colour Colour) {
	in := r.Inset(wide)
	c.Fill(image.Rect(r.Min.X, r.Min.Y, r.Max.X, in.Min.Y), colour)
	c.Fill(image.Rect(r.Min.X, in.Max.Y, r.Max.X, r.Max.Y), colour)
	c.Fill(image.Rect(r.Min.X, in.Min.Y, in.Min.X, in.Max.Y), colour)
	c.Fill(image.Rect(in.Max.X, in.Min.Y, r.Max.X, in.Max.Y), colour)
}

// Text draws a line of text whose box begins at p, and says how wide it is.
func (c *Canvas) Text(p image.Point, f *Face, text string, colour Colour) int {
	at := p
	for _, r := range text {
		c.add(kindGlyph, image.Rectangle{at, at.Add(f.Cell)}, colour, int32(f.place(r)))
		at.X += f.Cell.X
	}
	return at.X - p.X
}

// Image draws image number n of the Painter's images of this size, smooth or with square pixels.
func (c *Canvas) Image(r image.Rectangle, n int, size image.Point, smooth bool) {
	var s int32
	if smooth {
		s = 1
	}
	c.add(kindImage, r, 0xFF000000, int32(n*size.X*size.Y), int32(size.X), int32(size.Y), s)
}

// Table is a table of counts in the Painter's: [Rows,Classes] from element First on.
type Table struct{ First, Rows, Classes int }

// Heat draws a table, each cell as opaque as its share of its row.
func (c *Canvas) Heat(r image.Rectangle, t Table, colour Colour) {
	c.add(kindHeat, r, colour, int32(t.First), int32(t.Rows), int32(t.Classes))
}

// Class draws the most frequent class of a table's row as a number, whose box begins at p; nothing for an empty row.
func (c *Canvas) Class(p image.Point, f *Face, t Table, row int, colour Colour) {
	box := image.Rectangle{p, p.Add(f.Cell)}
	for place := int32(0); place < 2; place++ {
		if place == 1 && t.Classes <= 10 {
			return
		}
		at := box.Add(image.Pt((t.digits()-1-int(place))*f.Cell.X, 0))
		c.add(kindDigit, at, colour, int32(t.First+row*t.Classes), int32(t.Classes), int32(f.place('0')), place)
	}
}

// digits is how many a class's number has at most.
func (t Table) digits() int {
	if t.Classes > 10 {
		return 2
	}
	return 1
}

// Point is a place between pixels.
type Point struct{ X, Y float64 }

// Line draws a line of a width in pixels.
func (c *Canvas) Line(a, b Point, wide float64, colour Colour) {
	reach := wide/2 + 1
	box := image.Rect(
		int(math.Floor(min(a.X, b.X)-reach)), int(math.Floor(min(a.Y, b.Y)-reach)),
		int(math.Ceil(max(a.X, b.X)+reach)), int(math.Ceil(max(a.Y, b.Y)+reach)))
	fixed := func(v float64) int32 { return int32(math.Round(v * 16)) }
	c.add(kindLine, box, colour, fixed(a.X), fixed(a.Y), fixed(b.X), fixed(b.Y), fixed(wide/2))
}
