package layers

import (
	"fmt"
	"testing"
)

// In both layers that can have it, with a trained scale, a given one and none, backward over longer batches too.
func TestWeightNorm(t *testing.T) {
	fixed, given, trained := &WeightNorm{}, &WeightNorm{InitScale: true}, &WeightNorm{TrainScale: true}
	linear := func(rows, in, out int, norm *WeightNorm, bias bool, act Activation) netTest {
		return netTest{name: fmt.Sprintf("linear %d×%d→%d, %+v", rows, in, out, *norm), in: Vector(in), rows: rows,
			layers: []Config{Linear{Name: "l", Out: out, Norm: norm, Bias: bias, Act: act}}}
	}
	conv := func(rows int, in Shape, c Conv2D) netTest {
		c.Name = "c"
		return netTest{name: fmt.Sprintf("conv %d×%v → %d, kernel %d, %+v", rows, in, c.Out, c.Kernel, *c.Norm), in: in, rows: rows, layers: []Config{c}}
	}
	batches := linear(6, 65, 33, trained, true, ReLU)
	batches.backward, batches.groups, batches.dx = 9, 2, 3
	long := conv(4, Shape{5, 6, 9}, Conv2D{Out: 17, Kernel: 3, Stride: 2, Norm: trained, Bias: true, Act: LeakyReLU})
	long.backward, long.groups, long.dx = 6, 2, 2
	compareAll(t, []netTest{
		batches, long,
		linear(3, 300, 10, trained, true, Identity),
		linear(4, 9, 64, fixed, false, Softplus),
		conv(3, Shape{6, 5, 1}, Conv2D{Out: 33, Kernel: 5, Stride: 2, Norm: fixed, Bias: true, Act: ReLU}), // thin
		linear(7, 2, 1, trained, false, Sigmoid),
		linear(5, 33, 21, given, true, ReLU),
		conv(2, Shape{4, 4, 8}, Conv2D{Out: 5, Kernel: 3, Stride: 1, Norm: given, Act: Softplus}),
	})
}
