package layers

import "testing"

func TestReshape(t *testing.T) {
	compareAll(t, []netTest{
		{name: "to an image", in: Vector(60), rows: 3, backward: 5, dx: 2, layers: []Config{Reshape{To: Shape{3, 4, 5}}}},
		{name: "and back", in: Shape{2, 2, 2}, rows: 2, layers: []Config{Reshape{To: Vector(8)}, Reshape{To: Shape{1, 8, 1}}}},
	})
}
