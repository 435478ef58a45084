package gan

import (
	"fmt"
	"slices"
)

// Prior is the distribution that the generator's noise z [n] is drawn from.
type Prior string

const (
	Sphere    Prior = "sphere"    // n normal numbers, scaled to unit length
	Uniform   Prior = "uniform"   // each from [0,1)
	Symmetric Prior = "symmetric" // each from [-1,1)
)

func (p Prior) check() error {
	if !slices.Contains([]Prior{Sphere, Uniform, Symmetric}, p) {
		return fmt.Errorf("z-prior is %q: want %s, %s or %s", p, Sphere, Uniform, Symmetric)
	}
	return nil
}

// bounds are those of each component that is uniform.
func (p Prior) bounds() (low, high float32) {
	if p == Symmetric {
		return -1, 1
	}
	return 0, 1
}

func (p Prior) onSphere() bool { return p != Uniform && p != Symmetric }
