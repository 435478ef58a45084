package layers

import (
	"fmt"
	"testing"

	"vkgan/layers/ref"
	"vkgan/vk"
)

func TestLinear(t *testing.T) {
	linear := func(rows, in, out int, bias bool, act Activation) netTest {
		return netTest{name: fmt.Sprintf("linear %d×%d→%d", rows, in, out), in: Vector(in), rows: rows,
			layers: []Config{Linear{Name: "l", Out: out, Bias: bias, Act: act}}}
	}
	batches := linear(6, 65, 33, true, LeakyReLU) // fake and real, then fake again
	batches.backward, batches.groups, batches.dx = 9, 2, 3
	head := linear(4, 100, 3, true, Identity)
	head.backward = 6
	image := linear(5, 3*4*6, 20, false, ReLU)
	image.in = Shape{3, 4, 6}
	compareAll(t, []netTest{
		linear(1, 1, 1, true, Identity), linear(1, 3, 17, false, Identity), linear(2, 64, 1, true, Sigmoid),
		linear(3, 17, 64, true, ReLU), linear(4, 1, 3, false, LeakyReLU), linear(5, 100, 10, true, Identity),
		linear(6, 13, 33, false, Sigmoid), linear(7, 65, 129, true, LeakyReLU), linear(100, 60, 31, true, ReLU),
		linear(101, 128, 128, false, Identity), linear(200, 5, 47, true, Identity),
		linear(5, 2100, 20, false, Identity), linear(3, 2048, 16, true, Identity), // long sums
		batches, head, image,
	})
}

// The input's gradient of a layer that shares its input with another.
func TestLinearBackwardAdd(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, backward, in, out int }{{4, 6, 37, 10}, {6, 6, 16, 1}, {3, 9, 9, 20}} {
			b := NewBuilder(d, "heads", Batch{Forward: c.rows, Backward: c.backward, Groups: 1})
			l := b.Linear(Vector(c.in), Linear{Name: "l", Out: c.out, Bias: true})
			if _, err := b.Finish(1, 0); err != nil {
				t.Fatal(err)
			}
			x, dy, e := b.tensor("x", c.rows, Vector(c.in)), b.tensor("dy", c.backward, Vector(c.out)), b.tensor("e", c.backward, Vector(c.in))
			xs, w := random(1, x.elements()), random(2, c.in*c.out)
			dys, es := random(3, dy.elements()), random(4, e.elements())
			for to, values := range map[vk.Range][]float64{x.Data: xs, dy.Data: dys, e.Data: es, l.w.value(): w} {
				upload(t, d, to, narrow(values))
			}
			var dx Tensor
			do(t, d, func(rec *vk.Recorder) {
				l.Forward(rec, x)
				dx = l.BackwardAdd(rec, dy, c.backward, e)
			})
			want := ref.Gemm{M: c.backward, N: c.in, K: c.out, TransB: true}.Mul(dys, w, es, nil)
			near(t, fmt.Sprintf("%+v: dx", c), download[float32](t, d, dx.Data), want, 1)
			checkGuards(t, d)
			b.Free()
		}
	})
}
