package layers

import (
	"fmt"
	"math"
	"slices"
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
			loss, want := ref.SoftmaxCrossEntropy(xs, label, c.classes)
			for _, weight := range []float64{1, 0.5} {
				do(t, d, func(rec *vk.Recorder) {
					if weight == 1 {
						SoftmaxCE(rec, x, target, dx, result)
					} else {
						WeightedSoftmaxCE(rec, x, target, float32(weight), dx, result)
					}
				})
				name := fmt.Sprintf("%+v, weight %g: ", c, weight)
				near(t, name+"dx", download[float32](t, d, dx.Data), scaled(want, weight), 1)
				near(t, name+"loss", download[float32](t, d, result), []float64{loss}, 0.1)
			}
		}
	})
}

func scaled(x []float64, factor float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = factor * v
	}
	return y
}

// The values lie in columns of wider rows, as codes do in a row of latents.
func TestGaussianNLL(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, n, width, column int }{{1, 1, 1, 0}, {3, 2, 7, 5}, {64, 1, 3, 1}, {65, 4, 4, 0}, {100, 2, 74, 72}} {
			const weight = 0.1
			xs, values := logits(c.rows*c.n, 1), random(9, c.rows*c.width)
			x, dx := tensor(t, d, c.rows, Vector(c.n)), tensor(t, d, c.rows, Vector(c.n))
			value, result := tensor(t, d, c.rows, Vector(c.width)), buffer(t, d, 1)
			upload(t, d, x.Data, narrow(xs))
			upload(t, d, value.Data, narrow(values))
			do(t, d, func(rec *vk.Recorder) { GaussianNLL(rec, x, value, c.column, weight, dx, result) })
			var wanted []float64
			for r := range c.rows {
				wanted = append(wanted, values[r*c.width+c.column:][:c.n]...)
			}
			loss, want := ref.GaussianNLL(xs, wanted, c.n)
			near(t, fmt.Sprintf("%+v: dx", c), download[float32](t, d, dx.Data), scaled(want, weight), 1)
			near(t, fmt.Sprintf("%+v: loss", c), download[float32](t, d, result), []float64{loss}, 0.1)
		}
	})
}

// Batch after batch, as an evaluation goes.
func TestCodeSums(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, classes int }{{1, 2}, {100, 10}, {7, 65}} {
			x, sums, want := tensor(t, d, c.rows, Vector(c.classes)), buffer(t, d, 2*c.classes), make([]float64, 2*c.classes)
			add := record(t, d, func(rec *vk.Recorder) { CodeSums(rec, x, sums) })
			for batch := range 3 {
				xs := scaled(logits(c.rows*c.classes, 3), float64(batch))
				upload(t, d, x.Data, narrow(xs))
				run(t, d, add, 1)
				used, entropy := ref.CodeSums(xs, c.classes)
				for i, v := range slices.Concat(used, entropy) {
					want[i] += v
				}
			}
			near(t, fmt.Sprintf("%+v", c), download[float32](t, d, sums), want, 0.1)
		}
	})
}

// A second batch does not count the first; gradients add to what there is.
func TestCodeInformation(t *testing.T) {
	const balance, certainty = 4, 0.5
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, classes int }{{1, 2}, {100, 10}, {65, 7}, {130, 20}} {
			x, dx := tensor(t, d, c.rows, Vector(c.classes)), tensor(t, d, c.rows, Vector(c.classes))
			sums, result := buffer(t, d, 2*c.classes), buffer(t, d, 2)
			both := record(t, d, func(rec *vk.Recorder) { CodeInformation(rec, x, balance, certainty, sums, dx, result) })
			for batch := range 2 {
				xs := scaled(logits(c.rows*c.classes, 3), float64(batch+1)/2)
				upload(t, d, x.Data, narrow(xs))
				before := random(3, len(xs))
				upload(t, d, dx.Data, narrow(before))
				run(t, d, both, 1)
				entropy, uncertainty, want := ref.CodeInformation(xs, c.classes, balance, certainty)
				for i, v := range narrow(before) {
					want[i] += float64(v)
				}
				near(t, fmt.Sprintf("%+v: dx", c), download[float32](t, d, dx.Data), want, 1)
				near(t, fmt.Sprintf("%+v: entropies", c), download[float32](t, d, result), []float64{entropy, uncertainty}, 0.1)
			}
		}
	})
}

func TestSoftmaxDivergence(t *testing.T) {
	const weight = 0.25
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, classes int }{{1, 2}, {100, 10}, {65, 7}, {130, 20}} {
			xs, ys := logits(c.rows*c.classes, 3), logits(c.rows*c.classes, 2)
			slices.Reverse(ys)
			x, wanted, dx := tensor(t, d, c.rows, Vector(c.classes)), tensor(t, d, c.rows, Vector(c.classes)), tensor(t, d, c.rows, Vector(c.classes))
			result := buffer(t, d, 1)
			upload(t, d, x.Data, narrow(xs))
			upload(t, d, wanted.Data, narrow(ys))
			do(t, d, func(rec *vk.Recorder) { SoftmaxDivergence(rec, x, wanted, weight, dx, result) })
			loss, want := ref.SoftmaxDivergence(xs, ys, c.classes)
			near(t, fmt.Sprintf("%+v: dx", c), download[float32](t, d, dx.Data), scaled(want, weight), 1)
			near(t, fmt.Sprintf("%+v: divergence", c), download[float32](t, d, result), []float64{loss}, 10) // a difference
		}
	})
}

func TestLogSumExpCE(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, classes int }{{1, 2}, {3, 10}, {16, 7}, {64, 1}, {65, 3}, {100, 10}, {130, 20}} {
			xs := logits(c.rows*c.classes, 3)
			for i := range xs {
				if i/c.classes%2 == 1 {
					xs[i] -= 6 // rows that look generated
				}
			}
			s := Vector(c.classes)
			x, dx, result := tensor(t, d, c.rows, s), tensor(t, d, c.rows, s), buffer(t, d, 2)
			upload(t, d, x.Data, narrow(xs))
			for _, target := range []float64{0, 1} {
				const weight = 0.5
				do(t, d, func(rec *vk.Recorder) { LogSumExpCE(rec, x, float32(target), weight, dx, result) })
				loss, want := ref.LogSumExpCrossEntropy(xs, target, c.classes)
				name := fmt.Sprintf("%+v, target %g: ", c, target)
				near(t, name+"dx", download[float32](t, d, dx.Data), scaled(want, weight), 1)
				right := 0.0
				for r := range c.rows {
					if (ref.LogSumExp(xs[r*c.classes:][:c.classes]) > 0) == (target == 1) {
						right += 1 / float64(c.rows)
					}
				}
				got := download[float32](t, d, result)
				near(t, name+"loss", got[:1], []float64{loss}, 0.1)
				near(t, name+"accuracy", got[1:], []float64{right}, 0.01)
			}
		}
	})
}

// At logits of ±200, e^x and e^-x leave float32 in both directions; every row of the gradient is still right by itself.
func TestExtremeLogits(t *testing.T) {
	const rows, classes = 5, 4
	xs := []float64{
		200, -200, 0, 1,
		-200, -200, -200, -200,
		200, 200, 199, -200,
		-200, -199, -201, -200.5,
		-20, -15, -21, -20.5,
	}
	label := []int{1, 0, 2, 3, 1}
	each(t, func(t *testing.T, d *vk.Device) {
		s := Vector(classes)
		x, dx, target, result := tensor(t, d, rows, s), tensor(t, d, rows, s), buffer(t, d, rows), buffer(t, d, 2)
		upload(t, d, x.Data, narrow(xs))
		upload(t, d, target, []uint32{1, 0, 2, 3, 1})
		check := func(name string, loss float64, want []float64) {
			t.Helper()
			got := download[float32](t, d, dx.Data)
			for r := range rows {
				row := want[r*classes:][:classes]
				for j, v := range row {
					if math.Abs(v) < 0x1p-126 {
						row[j] = 0 // below float32
					}
				}
				near(t, fmt.Sprintf("%s: row %d of dx", name, r), got[r*classes:][:classes], row, 1)
			}
			near(t, name+": loss", download[float32](t, d, result)[:1], []float64{loss}, 0.1)
		}
		for _, side := range []float64{0, 1} {
			do(t, d, func(rec *vk.Recorder) { LogSumExpCE(rec, x, float32(side), 1, dx, result) })
			loss, want := ref.LogSumExpCrossEntropy(xs, side, classes)
			check(fmt.Sprintf("log-sum-exp, target %g", side), loss, want)
		}
		do(t, d, func(rec *vk.Recorder) { WeightedSoftmaxCE(rec, x, target, 1, dx, result) })
		loss, want := ref.SoftmaxCrossEntropy(xs, label, classes)
		check("softmax", loss, want)
	})
}

func TestFeatureMatching(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, features int }{{1, 1}, {3, 7}, {16, 64}, {100, 250}, {7, 129}} {
			fakes, reals := random(1, c.rows*c.features), random(2, c.rows*c.features)
			for i := range reals {
				reals[i] = float64(float32(reals[i] + 0.5))
			}
			s := Vector(c.features)
			fake, real, dfake, result := tensor(t, d, c.rows, s), tensor(t, d, c.rows, s), tensor(t, d, 3*c.rows, s), buffer(t, d, 1)
			upload(t, d, fake.Data, narrow(fakes))
			upload(t, d, real.Data, narrow(reals))
			do(t, d, func(rec *vk.Recorder) { FeatureMatching(rec, fake, real, dfake.Part(c.rows, 2*c.rows), result) })
			loss, want := ref.FeatureMatching(fakes, reals, c.features)
			name := fmt.Sprintf("%+v: ", c)
			near(t, name+"loss", download[float32](t, d, result), []float64{loss}, 0.1)
			untouched := make([]float64, len(want))
			near(t, name+"dfake", download[float32](t, d, dfake.Data), slices.Concat(untouched, want, untouched), 1)
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
