package digit

import (
	"errors"
	"image"
	"math"
	"slices"

	"golang.org/x/image/draw"
)

// ErrBlank is returned for a picture without a digit: nothing stands out from its background.
var ErrBlank = errors.New("it is blank: nothing stands out from its background")

const (
	faintest = 16      // grey levels of 255 between background and digit, below which a picture is blank
	edge     = 255 / 8 // ink that belongs to the digit; less is the antialiasing around it, or noise
	box      = 20      // pixels of each side that the digit fills
	field    = 28      // of so many
)

// Normalise gives the image [height,width], 0 background to 255 digit. A field of another size than MNIST's 28×28 has a box
// in the same proportion.
func Normalise(picture image.Image, height, width int) ([]byte, error) {
	ink, err := inked(luminance(picture))
	if err != nil {
		return nil, err
	}
	digit := fitted(ink, bounds(ink), height, width)
	if err := stretch(digit); err != nil {
		return nil, err
	}
	return centred(digit, height, width), nil
}

// luminance is the picture over white, in grey (ITU-R BT.601).
func luminance(picture image.Image) *image.Gray {
	area := image.Rectangle{Max: picture.Bounds().Size()}
	colours, grey := image.NewRGBA(area), image.NewGray(area)
	draw.Draw(colours, area, image.White, image.Point{}, draw.Src)
	draw.Draw(colours, area, picture, picture.Bounds().Min, draw.Over)
	for i := range grey.Pix {
		r, g, b := int(colours.Pix[4*i]), int(colours.Pix[4*i+1]), int(colours.Pix[4*i+2])
		grey.Pix[i] = uint8((299*r + 587*g + 114*b + 500) / 1000)
	}
	return grey
}

// inked is how far each pixel stands out from the background, whose grey is the border's median, 255 the farthest: to the
// dark or to the light side, whichever has more.
func inked(grey *image.Gray) (*image.Gray, error) {
	if len(grey.Pix) == 0 {
		return nil, ErrBlank
	}
	background := int(median(border(grey)))
	sides := 0
	for _, v := range grey.Pix {
		sides += int(v) - background
	}
	for i, v := range grey.Pix {
		ink := int(v) - background
		if sides < 0 {
			ink = -ink
		}
		grey.Pix[i] = uint8(max(0, ink))
	}
	if slices.Max(grey.Pix) < faintest {
		return nil, ErrBlank
	}
	return grey, stretch(grey)
}

// border is the pixels on the rim.
func border(m *image.Gray) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	rim := slices.Concat(m.Pix[:w], m.Pix[(h-1)*w:])
	for y := range h {
		rim = append(rim, m.Pix[y*w], m.Pix[y*w+w-1])
	}
	return rim
}

func median(values []byte) byte {
	slices.Sort(values)
	return values[len(values)/2]
}

// stretch makes the brightest pixel 255.
func stretch(m *image.Gray) error {
	most := int(slices.Max(m.Pix))
	if most == 0 {
		return ErrBlank
	}
	for i, v := range m.Pix {
		m.Pix[i] = uint8((int(v)*255 + most/2) / most)
	}
	return nil
}

// bounds is the smallest rectangle with all that belongs to the digit.
func bounds(ink *image.Gray) image.Rectangle {
	var r image.Rectangle
	for i, v := range ink.Pix {
		if v > edge {
			x, y := i%ink.Stride, i/ink.Stride
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	return r
}

// fitted is a part of an image, scaled to fill the box of a field [height,width] with its sides' ratio, and a pixel around
// it, where antialiasing may have left something. Where the scale is below 1 it is antialiased.
func fitted(m *image.Gray, part image.Rectangle, height, width int) *image.Gray {
	scale := min(inBox(width)/float64(part.Dx()), inBox(height)/float64(part.Dy()))
	part = part.Inset(-int(math.Ceil(1 / scale))).Intersect(m.Rect)
	side := func(pixels, most int) int { return min(most, max(1, int(math.Round(float64(pixels)*scale)))) }
	out := image.NewGray(image.Rect(0, 0, side(part.Dx(), width), side(part.Dy(), height)))
	draw.CatmullRom.Scale(out, out.Rect, m, part, draw.Src, nil)
	return out
}

// inBox is how much of a field's side the digit may fill.
func inBox(side int) float64 { return max(1, math.Round(float64(side*box)/field)) }

// centred is a field [height,width] with m's centre of mass on the pixel in its middle, or as near as all of the digit stays
// within.
func centred(m *image.Gray, height, width int) []byte {
	var mass, mx, my float64
	for i, v := range m.Pix {
		mass += float64(v)
		mx += float64(v) * float64(i%m.Stride)
		my += float64(v) * float64(i/m.Stride)
	}
	digit := bounds(m)
	at := func(centre float64, from, to, room int) int {
		return min(room-to, max(-from, int(math.Round(float64(room/2)-centre))))
	}
	left, top := at(mx/mass, digit.Min.X, digit.Max.X, width), at(my/mass, digit.Min.Y, digit.Max.Y, height)
	out := image.NewGray(image.Rect(0, 0, width, height))
	draw.Draw(out, m.Rect.Add(image.Pt(left, top)), m, image.Point{}, draw.Src)
	return out.Pix
}
