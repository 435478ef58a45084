package gan

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// Grid is grey images of one size in rows and columns. Pixels is [Rows, Cols, Height, Width], 0 black to 1 white.
type Grid struct {
	Rows, Cols, Height, Width int
	Pixels                    []float32
}

// gap is the pixels between two images and around them all.
const gap = 2

var gapColour = color.Gray{Y: 64}

// Image draws the grid, with gaps. Values beyond [0,1] are cut off; what is not a number is black. It panics where
// Pixels has not the length that the sizes call for.
func (g Grid) Image() *image.Gray {
	if want := g.Rows * g.Cols * g.Height * g.Width; len(g.Pixels) != want {
		panic(fmt.Sprintf("gan: a grid of %d×%d images of %d×%d has %d pixels, not %d", g.Rows, g.Cols, g.Height, g.Width, want, len(g.Pixels)))
	}
	out := image.NewGray(image.Rectangle{Max: g.size()})
	for i := range out.Pix {
		out.Pix[i] = gapColour.Y
	}
	for i, v := range g.Pixels {
		x, y, tile := i%g.Width, i/g.Width%g.Height, i/(g.Width*g.Height)
		x += gap + tile%g.Cols*(g.Width+gap)
		y += gap + tile/g.Cols*(g.Height+gap)
		out.Pix[out.PixOffset(x, y)] = grey(v)
	}
	return out
}

// size is that of the drawn grid in pixels.
func (g Grid) size() image.Point {
	return image.Pt(gap+g.Cols*(g.Width+gap), gap+g.Rows*(g.Height+gap))
}

// grey rounds to the nearest of 256 levels.
func grey(v float32) uint8 {
	if !(v > 0) {
		return 0
	}
	return uint8(min(v, 1)*255 + 0.5)
}

// PNG is the image as a PNG file.
func (g Grid) PNG() ([]byte, error) {
	var file bytes.Buffer
	err := png.Encode(&file, g.Image())
	return file.Bytes(), err
}
