package layers

import (
	"fmt"
	"testing"
)

func TestDeconv2D(t *testing.T) {
	deconv := func(rows int, in Shape, c Deconv2D) netTest {
		c.Name = "d"
		return netTest{name: fmt.Sprintf("deconv %d×%v → %d, kernel %d, stride %d, SAME %v", rows, in, c.Out, c.Kernel, c.Stride, c.Pad == nil),
			in: in, rows: rows, layers: []Config{c}}
	}
	batches := deconv(4, Shape{3, 4, 17}, Deconv2D{Out: 9, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU})
	batches.backward, batches.groups, batches.dx = 6, 2, 2
	thin := deconv(6, Shape{4, 3, 20}, Deconv2D{Out: 1, Kernel: 5, Stride: 2, Bias: true, Act: Sigmoid})
	thin.backward, thin.groups, thin.dx = 9, 2, 3
	compareAll(t, []netTest{
		batches, thin,
		deconv(1, Shape{1, 1, 64}, Deconv2D{Out: 64, Kernel: 1, Stride: 1}),
		deconv(1, Shape{1, 1, 17}, Deconv2D{Out: 16, Kernel: 4, Stride: 1, Pad: pad(0), Act: ReLU}), // DCGAN's first
		deconv(3, Shape{4, 4, 64}, Deconv2D{Out: 17, Kernel: 4, Stride: 2, Pad: pad(1), Bias: true}),
		deconv(7, Shape{4, 3, 3}, Deconv2D{Out: 3, Kernel: 4, Stride: 2, Pad: pad(1), Bias: true, Act: ReLU}),
		deconv(5, Shape{3, 2, 17}, Deconv2D{Out: 64, Kernel: 3, Stride: 3, Act: LeakyReLU}),
		deconv(2, Shape{5, 3, 1}, Deconv2D{Out: 18, Kernel: 5, Stride: 1, Bias: true, Act: Sigmoid}),
		deconv(6, Shape{2, 3, 8}, Deconv2D{Out: 33, Kernel: 5, Stride: 3, Pad: pad(0)}),
		deconv(2, Shape{2, 3, 9}, Deconv2D{Out: 10, Kernel: 1, Stride: 2, Bias: true}), // pixels without a tap
		deconv(101, Shape{2, 2, 17}, Deconv2D{Out: 20, Kernel: 5, Stride: 2, Act: ReLU}),
		deconv(7, Shape{1, 1, 128}, Deconv2D{Out: 128, Kernel: 5, Stride: 2}), // taps that meet no pixel at all
		deconv(100, Shape{3, 3, 16}, Deconv2D{Out: 1, Kernel: 5, Stride: 2, Bias: true}),
		deconv(65, Shape{7, 7, 64}, Deconv2D{Out: 32, Kernel: 5, Stride: 2, Act: ReLU}), // minimal filtering
		deconv(64, Shape{8, 3, 32}, Deconv2D{Out: 32, Kernel: 3, Stride: 1, Bias: true, Act: LeakyReLU}),
	})
}
