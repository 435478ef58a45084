package layers

import (
	"fmt"
	"testing"
)

func pad(n int) *int { return &n }

func TestConv2D(t *testing.T) {
	conv := func(rows int, in Shape, c Conv2D) netTest {
		c.Name = "c"
		return netTest{name: fmt.Sprintf("conv %d×%v → %d, kernel %d, stride %d, SAME %v", rows, in, c.Out, c.Kernel, c.Stride, c.Pad == nil),
			in: in, rows: rows, layers: []Config{c}}
	}
	batches := conv(6, Shape{7, 6, 17}, Conv2D{Out: 18, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU})
	batches.backward, batches.groups, batches.dx = 9, 2, 3
	thin := conv(4, Shape{6, 5, 1}, Conv2D{Out: 17, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU})
	thin.backward, thin.groups, thin.dx = 6, 2, 2
	minimal := conv(130, Shape{10, 6, 32}, Conv2D{Out: 32, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU})
	minimal.backward, minimal.groups, minimal.dx = 195, 2, 65
	compareAll(t, []netTest{
		batches, thin, minimal,
		conv(1, Shape{1, 1, 64}, Conv2D{Out: 64, Kernel: 1, Stride: 1}),
		conv(2, Shape{5, 7, 3}, Conv2D{Out: 1, Kernel: 3, Stride: 1, Bias: true, Act: Sigmoid}),
		conv(3, Shape{8, 8, 17}, Conv2D{Out: 3, Kernel: 4, Stride: 2, Pad: pad(1), Act: ReLU}),
		conv(5, Shape{9, 4, 64}, Conv2D{Out: 17, Kernel: 5, Stride: 3, Bias: true}),
		conv(7, Shape{6, 6, 1}, Conv2D{Out: 64, Kernel: 4, Stride: 2, Pad: pad(1), Act: LeakyReLU}),
		conv(4, Shape{7, 7, 8}, Conv2D{Out: 33, Kernel: 3, Stride: 2, Pad: pad(0)}), // its last pixels meet no tap
		conv(6, Shape{4, 4, 20}, Conv2D{Out: 16, Kernel: 4, Stride: 1, Pad: pad(0), Bias: true, Act: ReLU}),
		conv(2, Shape{4, 5, 9}, Conv2D{Out: 8, Kernel: 1, Stride: 3}), // a kernel smaller than the stride
		conv(101, Shape{3, 3, 17}, Conv2D{Out: 40, Kernel: 3, Stride: 1, Act: LeakyReLU}),
		conv(100, Shape{8, 6, 3}, Conv2D{Out: 17, Kernel: 5, Stride: 2, Bias: true}),
		conv(13, Shape{3, 3, 11}, Conv2D{Out: 16, Kernel: 3, Stride: 2, Pad: pad(2)}), // more padding than SAME has
		conv(129, Shape{8, 5, 64}, Conv2D{Out: 32, Kernel: 3, Stride: 1, Act: ReLU}),  // minimal filtering, from here on
		conv(64, Shape{3, 2, 32}, Conv2D{Out: 64, Kernel: 6, Stride: 2, Bias: true}),
		conv(128, Shape{9, 4, 32}, Conv2D{Out: 32, Kernel: 9, Stride: 3, Pad: pad(4), Act: ReLU}),
	})
}
