package ref

import "math"

// Half is x rounded to the nearest number of binary16 (IEEE 754), halfway to the even one; beyond its largest, 65504, to
// infinity.
func Half(x float64) float64 {
	_, e := math.Frexp(x) // |x| < 2^e
	ulp := math.Ldexp(1, max(e-11, -24))
	y := math.RoundToEven(x/ulp) * ulp
	if math.Abs(y) > 65504 {
		return math.Inf(int(math.Copysign(1, x)))
	}
	return y
}
