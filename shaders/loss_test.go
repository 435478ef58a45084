package shaders_test

import (
	"slices"

	"vkgan/layers/ref"
	"vkgan/shaders"
)

// spreadLogits are logits of every size, the first ones extreme.
func (r *rig) spreadLogits(n int) []float32 {
	x := r.normals(n)
	for i := range x {
		x[i] *= 5
	}
	copy(x, []float32{30, -30, 0, 95, -95})
	return x
}

func testSigmoidCe(r *rig) {
	type loss struct {
		n      int
		target float32
	}
	each(r, []loss{{67, 1}, {1, 0}, {63, 0}, {64, 1}, {65, 0}, {300, 0.9}}, func(r *rig, c loss) {
		x := r.spreadLogits(c.n)
		dx, result := r.out(c.n), r.out(2)
		r.run(shaders.SigmoidCe{X: r.floats(x).Range, Dx: dx.Range, Result: result.Range, N: int32(c.n), Target: c.target, Groups: [3]uint32{1, 1, 1}})
		mean, want := ref.SigmoidCrossEntropy(wide(x), slices.Repeat([]float64{float64(c.target)}, c.n))
		right := 0.0
		for _, v := range x {
			if (v > 0) == (c.target > 0.5) {
				right++
			}
		}
		r.near("dx", dx, want)
		figures := r.result(result)
		r.nearValues("loss", figures[:1], []float64{mean})
		r.nearValues("accuracy", figures[1:], []float64{right / float64(c.n)})
	})
}

func testSoftmaxCe(r *rig) {
	type loss struct {
		rows, classes int
		weight        float32
	}
	each(r, []loss{{67, 10, 0.5}, {1, 1, 1}, {1, 2, 1}, {63, 3, 3}, {64, 17, 1}, {65, 2, 0.1}, {130, 7, 1}}, func(r *rig, c loss) {
		x, target := r.spreadLogits(c.rows*c.classes), r.below(c.rows, uint32(c.classes))
		dx, result := r.out(len(x)), r.out(1)
		r.run(shaders.SoftmaxCe{X: r.floats(x).Range, Target: r.uints(target).Range, Dx: dx.Range, Result: result.Range,
			Rows: int32(c.rows), Classes: int32(c.classes), Weight: c.weight, Groups: one})
		mean, want := ref.SoftmaxCrossEntropy(wide(x), mapped(target, func(v uint32) int { return int(v) }), c.classes)
		r.near("dx", dx, times(float64(c.weight), want))
		r.near("loss", result, []float64{mean})
	})
}

// times is factor x.
func times(factor float64, x []float64) []float64 {
	return mapped(x, func(v float64) float64 { return factor * v })
}

func testGaussianNll(r *rig) {
	type loss struct {
		rows, n, width, column int
		weight                 float32
	}
	each(r, []loss{{67, 2, 74, 72, 0.1}, {1, 1, 1, 0, 1}, {63, 3, 9, 4, 3}, {64, 1, 2, 0, 1}, {65, 17, 17, 0, 0.5}, {130, 2, 5, 2, 1}}, func(r *rig, c loss) {
		x, value := r.spreadLogits(c.rows*c.n), r.normals(c.rows*c.width)
		dx, result := r.out(len(x)), r.out(1)
		r.run(shaders.GaussianNll{X: r.floats(x).Range, Value: r.floats(value).Range, Dx: dx.Range, Result: result.Range,
			Rows: int32(c.rows), N: int32(c.n), Width: int32(c.width), Column: int32(c.column), Weight: c.weight, Groups: one})
		mean, want := ref.GaussianNLL(wide(x), wide(columns(value, c.width, c.column, c.column+c.n)), c.n)
		r.near("dx", dx, times(float64(c.weight), want))
		r.near("loss", result, []float64{mean})
	})
}

// What lies in sums before is added to.
func testCodeSums(r *rig) {
	type codes struct{ rows, classes int }
	l := r.lanes()
	each(r, []codes{{100, 10}, {1, 1}, {1, 2}, {63, l}, {65, l + 1}, {7, 3*l - 1}}, func(r *rig, c codes) {
		x, before := r.spreadLogits(c.rows*c.classes), r.normals(2*c.classes)
		sums := r.floats(before)
		r.run(shaders.CodeSums{X: r.floats(x).Range, Sums: sums.Range, Rows: int32(c.rows), Classes: int32(c.classes),
			Local: uint32(l), Groups: [3]uint32{ceil(c.classes, l), 1, 1}})
		used, entropy := ref.CodeSums(wide(x), c.classes)
		want := slices.Concat(used, entropy)
		for i := range want {
			want[i] += float64(before[i])
		}
		r.near("sums", sums, want)
	})
}

func testCodeInformation(r *rig) {
	type information struct {
		rows, classes      int
		balance, certainty float32
		unused             bool // the last value of the code: its probability is no number of float32
	}
	each(r, []information{{100, 10, 4, 1, false}, {100, 10, 4, 1, true}, {1, 1, 1, 1, false}, {1, 2, 2, 1, false}, {63, 3, 1, 0, false},
		{64, 17, 0, 1, false}, {65, 2, 0.1, 3, false}, {130, 20, 1, 1, false}, {130, 20, 1, 1, true}}, func(r *rig, c information) {
		x := r.spreadLogits(c.rows * c.classes)
		for i := range x {
			x[i] += float32(i % c.classes % 3) // some values are used more: with all alike the gradient of H(q) vanishes
			if c.unused && i%c.classes == c.classes-1 {
				x[i] = -200
			}
		}
		used, _ := ref.CodeSums(wide(x), c.classes)
		before := r.normals(len(x))
		for i := range before {
			before[i] *= 1e-3
		}
		dx, result := r.floats(before), r.out(2)
		r.run(shaders.CodeInformation{X: r.floats(x).Range, Sums: r.floats(narrow(used)).Range, Dx: dx.Range, Result: result.Range,
			Rows: int32(c.rows), Classes: int32(c.classes), Balance: c.balance, Certainty: c.certainty, Groups: one})
		entropy, uncertainty, want := ref.CodeInformation(wide(x), c.classes, float64(c.balance), float64(c.certainty))
		for i, v := range before {
			want[i] += float64(v)
		}
		r.near("dx", dx, want)
		r.near("entropies", result, []float64{entropy, uncertainty})
	})
}

func testSoftmaxDivergence(r *rig) {
	type loss struct {
		rows, classes int
		weight        float32
	}
	each(r, []loss{{100, 10, 4}, {1, 1, 1}, {1, 2, 1}, {63, 3, 0.5}, {64, 17, 1}, {65, 2, 3}, {130, 20, 1}}, func(r *rig, c loss) {
		x, wanted := r.spreadLogits(c.rows*c.classes), r.spreadLogits(c.rows*c.classes)
		dx, result := r.out(len(x)), r.out(1)
		r.run(shaders.SoftmaxDivergence{X: r.floats(x).Range, Wanted: r.floats(wanted).Range, Dx: dx.Range, Result: result.Range,
			Rows: int32(c.rows), Classes: int32(c.classes), Weight: c.weight, Groups: one})
		mean, want := ref.SoftmaxDivergence(wide(x), wide(wanted), c.classes)
		r.near("dx", dx, times(float64(c.weight), want))
		r.near("divergence", result, []float64{mean})
	})
}

func testLogsumexpCe(r *rig) {
	type loss struct {
		rows, classes  int
		target, weight float32
	}
	each(r, []loss{
		{67, 10, 1, 1}, {67, 10, 0, 0.5}, {1, 1, 1, 1}, {1, 2, 0, 1}, {63, 3, 1, 3}, {64, 17, 0, 1}, {65, 2, 1, 0.1}, {130, 7, 0, 1},
	}, func(r *rig, c loss) {
		x := r.spreadLogits(c.rows * c.classes)
		for i := range x {
			if i/c.classes%3 == 1 {
				x[i] -= 9 // rows that look generated
			}
		}
		dx, result := r.out(len(x)), r.out(2)
		r.run(shaders.LogsumexpCe{X: r.floats(x).Range, Dx: dx.Range, Result: result.Range,
			Rows: int32(c.rows), Classes: int32(c.classes), Target: c.target, Weight: c.weight, Groups: one})
		mean, want := ref.LogSumExpCrossEntropy(wide(x), float64(c.target), c.classes)
		right := 0.0
		for row := range slices.Chunk(wide(x), c.classes) {
			if (ref.LogSumExp(row) > 0) == (c.target == 1) {
				right++
			}
		}
		r.near("dx", dx, times(float64(c.weight), want))
		figures := r.result(result)
		r.nearValues("loss", figures[:1], []float64{mean})
		r.nearValues("accuracy", figures[1:], []float64{right / float64(c.rows)})
	})
}

type featureMatch struct{ rows, features int }

func (r *rig) featureMatches() []featureMatch {
	l := r.lanes()
	return []featureMatch{{67, 3*l + 1}, {1, 1}, {2, l}, {100, 250}, {3, 2*l - 1}, {5, 64}, {16, 65}}
}

func testFeatureMatch(r *rig) {
	each(r, r.featureMatches(), func(r *rig, c featureMatch) {
		fake, real, dfake := r.normals(c.rows*c.features), r.normals(c.rows*c.features), r.out(c.rows*c.features)
		r.run(shaders.FeatureMatch{Fake: r.floats(fake).Range, Real: r.floats(real).Range, Dfake: dfake.Range,
			Rows: int32(c.rows), Features: int32(c.features), Local: uint32(r.lanes()), Groups: [3]uint32{ceil(c.features, r.lanes()), 1, 1}})
		_, want := ref.FeatureMatching(wide(fake), wide(real), c.features)
		r.near("dfake", dfake, want)
	})
}

func testFeatureMatchLoss(r *rig) {
	each(r, r.featureMatches(), func(r *rig, c featureMatch) {
		loss, dfake := ref.FeatureMatching(wide(r.normals(c.rows*c.features)), wide(r.normals(c.rows*c.features)), c.features)
		result := r.out(1)
		r.run(shaders.FeatureMatchLoss{Dfake: r.floats(mapped(dfake, func(v float64) float32 { return float32(v) })).Range, Result: result.Range,
			Rows: int32(c.rows), Features: int32(c.features), Groups: one})
		r.near("loss", result, []float64{loss})
	})
}

func testArgmax(r *rig) {
	type argmax struct{ rows, classes int }
	l := r.lanes()
	each(r, []argmax{{3*l + 1, 10}, {1, 1}, {l, 2}, {2*l - 1, 17}}, func(r *rig, c argmax) {
		x, winner := make([]float32, c.rows*c.classes), r.out(c.rows)
		for i := range x {
			x[i] = float32(r.IntN(4)) - 6 // many equals, none positive
		}
		r.run(shaders.Argmax{X: r.floats(x).Range, Winner: winner.Range, Rows: int32(c.rows), Classes: int32(c.classes),
			Local: uint32(l), Groups: [3]uint32{ceil(c.rows, l), 1, 1}})
		r.same("winner", winner, mapped(ref.Argmax(wide(x), c.classes), func(j int) uint32 { return uint32(j) }))
	})
}

func testConfusion(r *rig) {
	type confusion struct{ rows, codes, classes, images int }
	l := r.lanes()
	each(r, []confusion{{5*l + 3, 3, 4, 50}, {1, 1, 1, 1}, {l, 20, 10, 7}}, func(r *rig, c confusion) {
		predicted, indices := r.below(c.rows, uint32(c.codes)), r.below(c.rows, uint32(c.images))
		labels, want := r.below(c.images, uint32(c.classes)), r.below(c.codes*c.classes, 1000)
		counts := r.uints(want)
		for i := range indices {
			if i%7 == 3 {
				indices[i] |= 1 << 31
				continue
			}
			want[predicted[i]*uint32(c.classes)+labels[indices[i]]]++
		}
		r.run(shaders.Confusion{Predicted: r.uints(predicted).Range, Indices: r.uints(indices).Range, Labels: r.uints(labels).Range, Counts: counts.Range,
			Rows: int32(c.rows), Classes: int32(c.classes), Local: uint32(l), Groups: [3]uint32{ceil(c.rows, l), 1, 1}})
		r.same("counts", counts, want)
	})
}
