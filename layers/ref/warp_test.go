package ref

import "testing"

func TestWarp(t *testing.T) {
	const h, w = 3, 4
	image := random(1, h*w)
	warped := func(by [6]float64, spread, shift float64) []float64 { return Warp(image, by[:], h, w, spread, shift) }
	same(t, "identity", warped([6]float64{1, -1, 1, -1, 0, 0}, 0, 3), image)
	var right, half, turned [h * w]float64
	for row := range h {
		for column := range w {
			at := row*w + column
			turned[at] = image[h*w-1-at]
			if column > 0 {
				half[at-1] += image[at] / 2
			}
			half[at] += image[at] / 2
			if column+1 < w {
				right[at] = image[at+1]
			}
		}
	}
	same(t, "from a pixel further right", warped([6]float64{0, 0, 0, 0, 0.5, 0}, 1, 2), right[:])
	same(t, "from half a pixel further right", warped([6]float64{0, 0, 0, 0, 0.25, 0}, 1, 2), half[:])
	same(t, "upside down", warped([6]float64{-1, 0, 0, -1, 0, 0}, 2, 0), turned[:])
	same(t, "from far below", warped([6]float64{0, 0, 0, 0, 0, 1}, 1, 9), make([]float64, h*w))

	second := append([]float64{0, 0, 0, 0, 0, 0}, 0, 0, 0, 0, 0.5, 0)
	same(t, "each row by its own", Warp(append(append([]float64{}, image...), image...), second, h, w, 1, 2), append(append([]float64{}, image...), right[:]...))
}
