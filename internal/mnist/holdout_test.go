package mnist

import (
	"fmt"
	"slices"
	"testing"
)

func TestHoldOut(t *testing.T) {
	for n, held := range map[int]int{1: 1, 2: 1, 4: 1, 5: 1, 11: 2, 24999: 4999, 25000: 5000, 60000: 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := &Set{
				Train: Images{n, 2, 3, make([]byte, n*6)}, Test: Images{1, 2, 3, make([]byte, 6)},
				TrainLabels: make([]byte, n), TestLabels: []byte{9}, Classes: 10, Origin: "here",
			}
			for i := range s.Train.Pixels {
				s.Train.Pixels[i] = byte(i * i >> 3)
			}
			for i := range s.TrainLabels {
				s.TrainLabels[i] = byte(i % 9)
			}
			v := s.HoldOut()
			if v.Test.Count != held || v.Train.Count != n-held || len(v.TestLabels) != held || v.Classes != 10 || v.Origin != "here" {
				t.Fatalf("%d held out, %d left, want %d: %d classes", v.Test.Count, v.Train.Count, held, v.Classes)
			}
			if !slices.Equal(slices.Concat(v.Train.Pixels, v.Test.Pixels), s.Train.Pixels) || !slices.Equal(slices.Concat(v.TrainLabels, v.TestLabels), s.TrainLabels) {
				t.Error("both halves together are not the training half")
			}
			if len(v.Test.Pixels) != 6*held || v.Train.Height != 2 || v.Train.Width != 3 || v.Test.Height != 2 || v.Test.Width != 3 {
				t.Errorf("%d bytes of images of %d×%d", len(v.Test.Pixels), v.Test.Height, v.Test.Width)
			}
		})
	}
}
