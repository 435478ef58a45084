package gan

import (
	"slices"
	"testing"
)

// Any number per class gives a balanced set without repeats; data seed 0 the first of each class in file order, other
// seeds others.
func TestLabelledSet(t *testing.T) {
	const classes = 4
	labels := make([]byte, 200)
	for i := range labels {
		labels[i] = byte(i * i * i / 7 % classes)
	}
	smallest := int(slices.Min(perClass(labels, classes)))
	for _, n := range []int{1, 3, smallest} {
		sets := map[uint64][]uint32{}
		for _, seed := range []uint64{0, 1, 2, 1 << 40} {
			set, err := labelledSet(labels, classes, n, seed)
			if err != nil {
				t.Fatal(err)
			}
			var chosen []byte
			for _, i := range set {
				chosen = append(chosen, labels[i])
			}
			for class, count := range perClass(chosen, classes) {
				if count != uint32(n) {
					t.Errorf("%d per class, seed %d: %d of class %d", n, seed, count, class)
				}
			}
			sorted := slices.Sorted(slices.Values(set))
			if len(slices.Compact(sorted)) != classes*n {
				t.Errorf("%d per class, seed %d: an image twice in %v", n, seed, set)
			}
			again, _ := labelledSet(labels, classes, n, seed)
			if !slices.Equal(set, again) {
				t.Errorf("%d per class, seed %d: %v, then %v", n, seed, set, again)
			}
			sets[seed] = sorted
		}
		if n == 3 && (slices.Equal(sets[1], sets[2]) || slices.Equal(sets[0], sets[1]) || slices.Equal(sets[1], sets[1<<40])) {
			t.Errorf("seeds choose alike: %v", sets)
		}
		for class := range byte(classes) {
			var first []uint32
			for i, l := range labels {
				if l == class && len(first) < n {
					first = append(first, uint32(i))
				}
			}
			for _, i := range first {
				if _, found := slices.BinarySearch(sets[0], i); !found {
					t.Errorf("%d per class, seed 0: image %d of class %d is not among %v", n, i, class, sets[0])
				}
			}
		}
	}
	if _, err := labelledSet(labels, classes, smallest+1, 0); err == nil {
		t.Error("more labelled images than a class has are accepted")
	}
}

// Labels that begin at 1, as EMNIST's letters do, leave class 0 empty.
func TestLabelledSetWithAnEmptyClass(t *testing.T) {
	set, err := labelledSet([]byte{1, 2, 1, 2, 4, 4}, 5, 2, 0)
	if want := []uint32{0, 2, 1, 3, 4, 5}; err != nil || !slices.Equal(set, want) {
		t.Errorf("%d, %v, want %d", set, err, want)
	}
}
