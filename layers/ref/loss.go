package ref

import "math"

// SigmoidCrossEntropy is the mean over rows of
//
//	-t ln σ(x) - (1-t) ln(1-σ(x)) = softplus(x) - t·x
//
// of logits x [rows] and targets t [rows] in [0,1], with its gradient dx = (σ(x) - t)/rows. Target 1 gives
// softplus(-x), target 0 softplus(x): the GAN losses (Goodfellow et al., arXiv:1406.2661, non-saturating).
func SigmoidCrossEntropy(x, target []float64) (loss float64, dx []float64) {
	check(target, len(x))
	rows := float64(len(x))
	dx = make([]float64, len(x))
	for i, v := range x {
		loss += (softplus(v) - target[i]*v) / rows
		dx[i] = (sigmoid(v) - target[i]) / rows
	}
	return loss, dx
}

// SoftmaxCrossEntropy is the mean over rows of
//
//	-ln softmax(x)[label] = ln Σ_j e^x[j] - x[label]
//
// of logits x [rows,classes] and one label a row, with its gradient dx = (softmax(x) - onehot(label))/rows:
// the code loss, InfoGAN's bound on mutual information (Chen et al., arXiv:1606.03657, equation 5).
func SoftmaxCrossEntropy(x []float64, label []int, classes int) (loss float64, dx []float64) {
	check(x, len(label)*classes)
	rows := float64(len(label))
	dx = make([]float64, len(x))
	for r, target := range label {
		row, drow := x[r*classes:][:classes], dx[r*classes:][:classes]
		total := LogSumExp(row)
		loss += (total - row[target]) / rows
		for j, v := range row {
			drow[j] = math.Exp(v-total) / rows
		}
		drow[target] -= 1 / rows
	}
	return loss, dx
}

// GaussianNLL is the mean over the rows of Σ_j (x[j] - value[j])²/2, of means x and values [rows,n]: the negative
// log-likelihood under Gaussians of variance 1, but for a constant; with its gradient dx = (x - value)/rows.
func GaussianNLL(x, value []float64, n int) (loss float64, dx []float64) {
	check(value, len(x))
	rows := float64(len(x) / n)
	dx = make([]float64, len(x))
	for i, v := range x {
		dx[i] = (v - value[i]) / rows
		loss += (v - value[i]) * (v - value[i]) / 2 / rows
	}
	return loss, dx
}

// CodeSums are, for each class, the sums over the rows of p = softmax(x), x [rows,classes], and of -p ln p.
func CodeSums(x []float64, classes int) (used, entropy []float64) {
	used, entropy = make([]float64, classes), make([]float64, classes)
	for r := 0; r < len(x); r += classes {
		row := x[r:][:classes]
		total := LogSumExp(row)
		for j, v := range row {
			used[j] += math.Exp(v - total)
			entropy[j] += math.Exp(v-total) * (total - v)
		}
	}
	return used, entropy
}

// CodeInformation is the entropy H(q) of q, the mean over the rows of p = softmax(x), x [rows,classes], and the mean over the rows of
// H(p), whose difference is the mutual information of code and image; with the gradient of -balance H(q) + certainty (mean H(p))
// (Hu et al., arXiv:1702.08720, equation 6, with μ = balance/certainty).
func CodeInformation(x []float64, classes int, balance, certainty float64) (entropy, uncertainty float64, dx []float64) {
	rows := float64(len(x) / classes)
	q, terms := CodeSums(x, classes)
	for j := range q {
		q[j] /= rows
		entropy -= q[j] * math.Log(q[j])
		uncertainty += terms[j] / rows
	}
	dx = make([]float64, len(x))
	for r := 0; r < len(x); r += classes {
		row := x[r:][:classes]
		total, ofQ, ofP := LogSumExp(row), 0.0, 0.0
		for j, v := range row {
			ofQ += math.Exp(v-total) * math.Log(q[j])
			ofP += math.Exp(v-total) * (v - total)
		}
		for j, v := range row {
			dx[r+j] = math.Exp(v-total) / rows * (balance*(math.Log(q[j])-ofQ) - certainty*(v-total-ofP))
		}
	}
	return entropy, uncertainty, dx
}

// SoftmaxDivergence is the mean over rows of KL(p ‖ q), p = softmax(wanted) and q = softmax(x), both [rows,classes], with its
// gradient with respect to x, dx = (q - p)/rows.
func SoftmaxDivergence(x, wanted []float64, classes int) (loss float64, dx []float64) {
	check(wanted, len(x))
	rows := float64(len(x) / classes)
	dx = make([]float64, len(x))
	for r := 0; r < len(x); r += classes {
		ofQ, ofP := LogSumExp(x[r:][:classes]), LogSumExp(wanted[r:][:classes])
		for i := r; i < r+classes; i++ {
			p := math.Exp(wanted[i] - ofP)
			loss += p * (wanted[i] - ofP - x[i] + ofQ) / rows
			dx[i] = (math.Exp(x[i]-ofQ) - p) / rows
		}
	}
	return loss, dx
}

// LogSumExpCrossEntropy is SigmoidCrossEntropy of lse = ln Σ_j e^x[j], the logit of each row of x [rows,classes], against
// one target for all rows:
//
//	softplus(lse) - t·lse
//
// with its gradient dx = (σ(lse) - t) softmax(x)/rows. With Z = Σ e^x and p(real) = Z/(Z+1) it is -ln p for target 1 and
// -ln(1-p) for target 0 (Salimans et al., arXiv:1606.03498, section 5).
func LogSumExpCrossEntropy(x []float64, target float64, classes int) (loss float64, dx []float64) {
	rows := float64(len(x) / classes)
	dx = make([]float64, len(x))
	for r := 0; r < len(x); r += classes {
		total := LogSumExp(x[r:][:classes])
		loss += (target*softplus(-total) + (1-target)*softplus(total)) / rows
		dtotal := ((1-target)*sigmoid(total) - target*sigmoid(-total)) / rows
		for j, v := range x[r:][:classes] {
			dx[r+j] = dtotal * math.Exp(v-total)
		}
	}
	return loss, dx
}

// FeatureMatching is the mean over features of
//
//	(mean over rows of fake - mean over rows of real)²
//
// of fake and real [rows,features], with its gradient dfake, 2 (difference of the means)/(rows·features) in every row
// (Salimans et al., arXiv:1606.03498, section 3.1).
func FeatureMatching(fake, real []float64, features int) (loss float64, dfake []float64) {
	check(real, len(fake))
	rows := float64(len(fake) / features)
	dfake = make([]float64, len(fake))
	mean, wanted := ColumnSums(fake, features), ColumnSums(real, features)
	for f := range features {
		gap := (mean[f] - wanted[f]) / rows
		loss += gap * gap / float64(features)
		for i := f; i < len(fake); i += features {
			dfake[i] = 2 * gap / (rows * float64(features))
		}
	}
	return loss, dfake
}

// LogSumExp is ln Σ e^x without overflow.
func LogSumExp(x []float64) float64 {
	top := x[Argmax(x, len(x))[0]]
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}
