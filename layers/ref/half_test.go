package ref

import (
	"math"
	"testing"
)

func TestHalf(t *testing.T) {
	inf := math.Inf(1)
	for x, want := range map[float64]float64{
		0: 0, 1: 1, -2: -2, 65504: 65504, 65519: 65504, 65520: inf, -1e9: -inf, inf: inf,
		1 + 1.0/2048: 1, 1 + 3.0/2048: 1 + 2.0/1024, 1 + 1.1/2048: 1 + 1.0/1024, 2049: 2048, 2051: 2052, 1.0 / 3: 0.333251953125,
		0x1p-24: 0x1p-24, 0x1p-25: 0, 0x1.1p-25: 0x1p-24, 0x1.8p-24: 0x1p-23, 0x1.004p-14: 0x1.004p-14, 0x1.006p-14: 0x1.008p-14,
	} {
		if got := Half(x); got != want {
			t.Errorf("%x: %x, want %x", x, got, want)
		}
	}
	if !math.IsNaN(Half(math.NaN())) || !math.Signbit(Half(math.Copysign(0, -1))) {
		t.Error("NaN or -0 is another number")
	}
}
