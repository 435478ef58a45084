package gan

import (
	"fmt"
	"testing"
)

// The numbers wanted are those of the reference's description, in GFLOP.
func TestInfoGANFlops(t *testing.T) {
	f := InfoGANFlops(InfoGANReference(), 28, 28)
	if got := fmt.Sprintf("%.2f %.2f", f.Dense/1e9, f.Taps/1e9); got != "35.94 31.60" {
		t.Errorf("%s GFLOP, want 35.94 31.60", got)
	}
	r := InfoGANReference()
	r.BatchSize *= 3
	if g := InfoGANFlops(r, 28, 28); g.Dense != 3*f.Dense || g.Taps != 3*f.Taps {
		t.Errorf("three times the batch: %v, once: %v", g, f)
	}
}

func TestSSGANFlops(t *testing.T) {
	f := SSGANFlops(SSGANReference(), 784, 10)
	if got := fmt.Sprintf("%.3f", f.Dense/1e9); got != "3.007" || f.Taps != f.Dense {
		t.Errorf("%s GFLOP, want 3.007", got)
	}
}

func TestTaps(t *testing.T) {
	for _, test := range []struct{ n, kernel, want int }{{28, 5, 67}, {14, 5, 32}, {4, 5, 7}, {28, 2, 28}, {8, 4, 14}} {
		if got := taps(test.n, test.kernel); got != test.want {
			t.Errorf("%d pixels, kernel %d: %d, want %d", test.n, test.kernel, got, test.want)
		}
	}
}
