package layers

import (
	"fmt"
	"testing"
)

func TestBatchNorm(t *testing.T) {
	norm := func(rows, groups, backward int, in Shape, act Activation) netTest {
		return netTest{name: fmt.Sprintf("batch-norm %d/%d×%v, backward %d, %v", rows, groups, in, backward, act), in: in, rows: rows, groups: groups,
			backward: backward, layers: []Config{BatchNorm{Name: "n", Act: act}}}
	}
	part := norm(6, 2, 9, Shape{4, 3, 17}, LeakyReLU)
	part.dx = 3
	eps := norm(5, 1, 5, Vector(20), Identity)
	eps.layers = []Config{BatchNorm{Name: "n", Eps: 0.3}}
	// Of two rows dx is a difference that cancels but for eps: dy - mean - x̂·mean(dy x̂) is about eps/variance of dy.
	two := norm(4, 2, 4, Vector(9), Identity)
	two.layers = []Config{BatchNorm{Name: "n", Eps: 1e-2}}
	far := norm(100, 1, 100, Vector(17), Identity)
	far.offset = 30
	shift := norm(6, 2, 9, Vector(33), Softplus)
	shift.layers = []Config{BatchNorm{Name: "n", Act: Softplus, ShiftOnly: true}}
	compareAll(t, []netTest{
		shift, part, eps, two, far,
		norm(1, 1, 1, Vector(64), Identity), // its own mean: x̂ and dx are 0
		norm(5, 1, 5, Vector(1), ReLU),
		norm(7, 1, 14, Vector(3), Sigmoid),
		norm(100, 1, 100, Vector(64), ReLU),
		norm(101, 1, 101, Shape{1, 2, 3}, LeakyReLU),
		norm(14, 2, 21, Vector(129), LeakyReLU),
		norm(4, 2, 6, Shape{7, 7, 33}, Identity),
		norm(9, 3, 9, Shape{3, 5, 1}, ReLU),
		norm(30, 1, 30, Shape{9, 8, 20}, LeakyReLU),
	})
}
