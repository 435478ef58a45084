package layers

import (
	"fmt"
	"math"
	"testing"

	"vkgan/layers/ref"
	"vkgan/vk"
)

// logits are normal numbers of this size, and a few extreme ones.
func logits(n int, scale float64) []float64 {
	x := random(uint64(n), n)
	for i := range x {
		x[i] = float64(float32(x[i] * scale))
	}
	for i, extreme := range []float64{0, 90, -90} {
		if n > 8 {
			x[i*3] = extreme
		}
	}
	return x
}

func TestSigmoidCE(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, n := range []int{1, 3, 7, 64, 65, 100, 301} {
			for _, target := range []float64{0, 1} {
				xs, targets, right := logits(n, 3), make([]float64, n), 0.0
				for i, v := range xs {
					targets[i] = target
					if (v > 0) == (target == 1) {
						right += 1 / float64(n)
					}
				}
				x, dx, result := tensor(t, d, n, Vector(1)), tensor(t, d, n, Vector(1)), buffer(t, d, 2)
				upload(t, d, x.Data, narrow(xs))
				do(t, d, func(rec *vk.Recorder) { SigmoidCE(rec, x, float32(target), dx, result) })
				loss, want := ref.SigmoidCrossEntropy(xs, targets)
				name := fmt.Sprintf("%d logits, target %g: ", n, target)
				near(t, name+"dx", download[float32](t, d, dx.Data), want, 1)
				got := download[float32](t, d, result)
				near(t, name+"loss", got[:1], []float64{loss}, 0.1)
				near(t, name+"accuracy", got[1:], []float64{right}, 0.01)
			}
		}
	})
}

func TestSoftmaxCE(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, classes int }{{1, 2}, {3, 10}, {16, 7}, {64, 1}, {65, 3}, {100, 10}, {130, 20}} {
			xs, label, labels := logits(c.rows*c.classes, 3), make([]int, c.rows), make([]uint32, c.rows)
			for r := range label {
				label[r] = r * 7 % c.classes
				labels[r] = uint32(label[r])
			}
			s := Vector(c.classes)
			x, dx, target, result := tensor(t, d, c.rows, s), tensor(t, d, c.rows, s), buffer(t, d, c.rows), buffer(t, d, 1)
			upload(t, d, x.Data, narrow(xs))
			upload(t, d, target, labels)
			do(t, d, func(rec *vk.Recorder) { SoftmaxCE(rec, x, target, dx, result) })
			loss, want := ref.SoftmaxCrossEntropy(xs, label, c.classes)
			name := fmt.Sprintf("%+v: ", c)
			near(t, name+"dx", download[float32](t, d, dx.Data), want, 1)
			near(t, name+"loss", download[float32](t, d, result), []float64{loss}, 0.1)
		}
	})
}

// Logits that would overflow e^x.
func TestLossesDoNotOverflow(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		x, dx, target, result := tensor(t, d, 1, Vector(2)), tensor(t, d, 1, Vector(2)), buffer(t, d, 1), buffer(t, d, 2)
		upload(t, d, x.Data, []float32{1000, -1000})
		upload(t, d, target, []uint32{1})
		do(t, d, func(rec *vk.Recorder) { SoftmaxCE(rec, x, target, dx, result.Slice(0, 4)) })
		equal(t, "softmax: dx", download[float32](t, d, dx.Data), []float32{1, -1})
		equal(t, "softmax: loss", download[float32](t, d, result.Slice(0, 4)), []float32{2000})
		do(t, d, func(rec *vk.Recorder) { SigmoidCE(rec, x, 0, dx, result) })
		equal(t, "sigmoid: dx", download[float32](t, d, dx.Data), []float32{0.5, 0})
		equal(t, "sigmoid: loss and accuracy", download[float32](t, d, result), []float32{500, 0.5})
		upload(t, d, x.Data, []float32{float32(math.NaN()), 0})
		do(t, d, func(rec *vk.Recorder) { SigmoidCE(rec, x, 0, dx, result) })
		if loss := download[float32](t, d, result)[0]; loss == loss {
			t.Errorf("a logit is not a number, the loss is %g", loss)
		}
	})
}
