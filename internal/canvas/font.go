package canvas

import (
	"fmt"
	"image"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// glyphs are what a Face can draw; anything else is drawn as the last.
var glyphs = func() []rune {
	var list []rune
	for r := ' '; r <= '~'; r++ {
		list = append(list, r)
	}
	return append(list, '×', '·', '…', '–', '←', '→', '↑', '↓', '±', '°', '□')
}()

// Face is a font of one size; its glyphs are all as large as Cell.
type Face struct {
	Cell  image.Point
	first int // place of its first glyph in the atlas
	order map[rune]int
}

// place is where a glyph's coverages begin in the atlas.
func (f *Face) place(r rune) int {
	n, ok := f.order[r]
	if !ok {
		n = len(glyphs) - 1
	}
	return f.first + n*f.Cell.X*f.Cell.Y
}

// Width is how wide a line of text is.
func (f *Face) Width(text string) int { return len([]rune(text)) * f.Cell.X }

// Atlas is the coverages of all faces' glyphs, glyph after glyph, row after row, 0 to 255.
type Atlas struct {
	Small, Large, Bold *Face
	coverages          []byte
}

// NewAtlas draws Go Mono for a display with so many pixels to a nominal one.
func NewAtlas(scale float64) (*Atlas, error) {
	a := &Atlas{}
	for _, f := range []struct {
		to   **Face
		font []byte
		size float64
	}{{&a.Small, gomono.TTF, 12.5}, {&a.Bold, gomonobold.TTF, 12.5}, {&a.Large, gomonobold.TTF, 20}} {
		var err error
		if *f.to, err = a.add(f.font, f.size*scale); err != nil {
			return nil, fmt.Errorf("font: %w", err)
		}
	}
	return a, nil
}

// add draws the glyphs of a font of a size in pixels.
func (a *Atlas) add(ttf []byte, size float64) (*Face, error) {
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return nil, err
	}
	from, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	defer from.Close()
	advance, ok := from.GlyphAdvance('0')
	if !ok {
		return nil, fmt.Errorf("it has no digits")
	}
	metrics := from.Metrics()
	f := &Face{
		Cell:  image.Pt(advance.Round(), metrics.Ascent.Ceil()+metrics.Descent.Ceil()),
		first: len(a.coverages), order: map[rune]int{},
	}
	for n, r := range glyphs {
		f.order[r] = n
		cell := image.NewAlpha(image.Rectangle{Max: f.Cell})
		if box, mask, at, _, ok := from.Glyph(fixed.P(0, metrics.Ascent.Ceil()), r); ok {
			draw.Draw(cell, box, mask, at, draw.Src)
		}
		a.coverages = append(a.coverages, cell.Pix...)
	}
	return f, nil
}

// words packs the coverages, four a word.
func (a *Atlas) words() []uint32 {
	words := make([]uint32, (len(a.coverages)+3)/4)
	for i, c := range a.coverages {
		words[i/4] |= uint32(c) << (8 * (i % 4))
	}
	return words
}

// Pixels is so many nominal pixels on a display of this scale.
func Pixels(nominal, scale float64) int { return int(math.Round(nominal * scale)) }
