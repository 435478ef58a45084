package ref

import "math"

// Warp gives images x [rows,h,w] as affine maps move them: y at pixel u, counted from the middle, is x at A u + t, bilinear between
// pixels and 0 beyond, with the row's six numbers by: A = 1 + spread [[by0, by1], [by2, by3]], t = shift [by4, by5], in
// coordinates (right, down).
func Warp(x, by []float64, h, w int, spread, shift float64) []float64 {
	check(by, 6*len(x)/(h*w))
	y := make([]float64, len(x))
	for i := range y {
		r, row, column := i/(h*w), i/w%h, i%w
		image, b := x[r*h*w:][:h*w], by[6*r:][:6]
		ux, uy := float64(column)-float64(w-1)/2, float64(row)-float64(h-1)/2
		y[i] = bilinear(image, h, w,
			float64(column)+spread*(b[0]*ux+b[1]*uy)+shift*b[4],
			float64(row)+spread*(b[2]*ux+b[3]*uy)+shift*b[5])
	}
	return y
}

func bilinear(image []float64, h, w int, x, y float64) float64 {
	sum := 0.0
	for row := range h {
		for column := range w {
			near := max(0, 1-math.Abs(x-float64(column))) * max(0, 1-math.Abs(y-float64(row)))
			sum += near * image[row*w+column]
		}
	}
	return sum
}
