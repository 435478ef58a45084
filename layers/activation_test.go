package layers

import (
	"fmt"
	"testing"
)

func TestActivate(t *testing.T) {
	var tests []netTest
	for act := Identity; act <= Softplus; act++ {
		for _, c := range []struct {
			rows, backward int
			in             Shape
		}{{1, 1, Vector(1)}, {4, 6, Shape{3, 5, 17}}, {100, 100, Vector(64)}} {
			tests = append(tests, netTest{name: fmt.Sprintf("%v of %d×%v", act, c.rows, c.in), in: c.in, rows: c.rows, backward: c.backward,
				layers: []Config{Activate{Name: "a", Act: act}}})
		}
	}
	compareAll(t, tests)
}
