package gan

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"testing"
)

func TestGridPlacesEveryPixel(t *testing.T) {
	g := Grid{Rows: 2, Cols: 3, Height: 4, Width: 5}
	g.Pixels = make([]float32, 2*3*4*5)
	for i := range g.Pixels {
		g.Pixels[i] = float32(i) / 255
	}
	im := g.Image()
	if got, want := im.Bounds(), image.Rect(0, 0, 2+3*7, 2+2*6); got != want {
		t.Fatalf("size %v, want %v", got, want)
	}
	seen := 0
	for y := range im.Bounds().Dy() {
		for x := range im.Bounds().Dx() {
			row, col, iy, ix := y/6, x/7, y%6-gap, x%7-gap
			want := gapColour.Y
			if iy >= 0 && ix >= 0 {
				want = uint8(((row*3+col)*4+iy)*5 + ix)
				seen++
			}
			if got := im.GrayAt(x, y).Y; got != want {
				t.Fatalf("pixel %d,%d is %d, want %d", x, y, got, want)
			}
		}
	}
	if seen != len(g.Pixels) {
		t.Fatalf("%d pixels seen", seen)
	}
}

func TestGrey(t *testing.T) {
	for v, want := range map[float32]uint8{0: 0, 1: 255, 0.5: 128, -3: 0, 7: 255, float32(math.Inf(1)): 255, 0.999: 255, 0.001: 0} {
		if got := grey(v); got != want {
			t.Errorf("%g is %d, want %d", v, got, want)
		}
	}
	if grey(float32(math.NaN())) != 0 {
		t.Error("NaN is not black")
	}
}

func TestPNG(t *testing.T) {
	file, err := Grid{1, 1, 1, 2, []float32{0, 1}}.PNG()
	if err != nil {
		t.Fatal(err)
	}
	im, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if gray, ok := im.(*image.Gray); !ok || gray.GrayAt(3, 2).Y != 255 || gray.GrayAt(2, 2).Y != 0 {
		t.Errorf("read back: %v", im)
	}
}
