package gan

import "math"

// Confusion counts the images of every code and true class: Counts[code*Classes+class].
type Confusion struct {
	Codes   int      `json:"codes"`
	Classes int      `json:"classes"`
	Counts  []uint32 `json:"counts"`
}

// NewConfusion gives an empty count.
func NewConfusion(codes, classes int) Confusion {
	return Confusion{Codes: codes, Classes: classes, Counts: make([]uint32, codes*classes)}
}

// Row is the counts of one code, by class.
func (c Confusion) Row(code int) []uint32 { return c.Counts[code*c.Classes : (code+1)*c.Classes] }

// Rows is the table with a row for each code, a column for each class.
func (c Confusion) Rows() [][]uint32 {
	rows := make([][]uint32, c.Codes)
	for code := range rows {
		rows[code] = c.Row(code)
	}
	return rows
}

// Total is the number of images.
func (c Confusion) Total() int {
	n := 0
	for _, count := range c.Counts {
		n += int(count)
	}
	return n
}

// Error is the fraction of images whose code is not their class, for codes that are classes. Without images it is 0.
func (c Confusion) Error() float64 {
	right := 0
	for class := range min(c.Codes, c.Classes) {
		right += int(c.Row(class)[class])
	}
	return c.errorOf(right)
}

// ClassErrors are the fractions of each class' images whose code is another one, for codes that are classes; NaN for a
// class without images.
func (c Confusion) ClassErrors() []float64 {
	errors := make([]float64, c.Classes)
	_, images := c.marginals()
	for class, n := range images {
		errors[class] = (n - float64(c.Row(class)[class])) / n
	}
	return errors
}

// Majority is the class that each code stands for: its most frequent one, the first of several; for a code without
// images, class 0.
func (c Confusion) Majority() []int {
	classes := make([]int, c.Codes)
	for code := range classes {
		row := c.Row(code)
		for class, n := range row {
			if n > row[classes[code]] {
				classes[code] = class
			}
		}
	}
	return classes
}

// MajorityError is the fraction of images whose class is not the majority class of their code: 1 - purity, as
// kcobbe/gans_mnist counts it. Several codes may stand for one class. Without images it is 0.
func (c Confusion) MajorityError() float64 {
	right := 0
	for code, class := range c.Majority() {
		right += int(c.Row(code)[class])
	}
	return c.errorOf(right)
}

// HungarianError is the fraction of images that the best one-to-one assignment of codes to classes gets wrong
// ("unsupervised clustering accuracy", Xie, Girshick & Farhadi 2016, equation 10). All images of a code or a class that
// has no partner, because there are more of the one than of the other, are wrong. Without images it is 0.
func (c Confusion) HungarianError() float64 {
	right := 0
	for code, class := range assign(c.Rows()) {
		if class >= 0 {
			right += int(c.Row(code)[class])
		}
	}
	return c.errorOf(right)
}

func (c Confusion) errorOf(right int) float64 {
	total := c.Total()
	if total == 0 {
		return 0
	}
	return float64(total-right) / float64(total)
}

// marginals sums the counts over classes and over codes.
func (c Confusion) marginals() (codes, classes []float64) {
	codes, classes = make([]float64, c.Codes), make([]float64, c.Classes)
	for i, n := range c.Counts {
		codes[i/c.Classes] += float64(n)
		classes[i%c.Classes] += float64(n)
	}
	return codes, classes
}

// NMI is the mutual information of code and class over the arithmetic mean of their entropies (Vinh, Epps & Bailey
// 2010, NMI_sum; scikit-learn's normalized_mutual_info_score): 1 when each tells the other, 0 when neither says
// anything. As there, it is 1 when all images have one code and one class, and without images.
func (c Confusion) NMI() float64 {
	codes, classes := c.marginals()
	total := sum(codes)
	hCodes, hClasses := entropy(codes, total), entropy(classes, total)
	if hCodes == 0 && hClasses == 0 {
		return 1
	}
	mutual := 0.0
	for i, n := range c.Counts {
		if n > 0 {
			n := float64(n)
			mutual += n / total * (math.Log(n*total) - math.Log(codes[i/c.Classes]*classes[i%c.Classes]))
		}
	}
	return min(1, max(0, mutual)/((hCodes+hClasses)/2))
}

// entropy of the distribution counts/total, in nats.
func entropy(counts []float64, total float64) float64 {
	h := 0.0
	for _, n := range counts {
		if n > 0 && n < total {
			h -= n / total * math.Log(n/total)
		}
	}
	return h
}

// ARI is the Rand index adjusted for chance (Hubert & Arabie 1985; scikit-learn's adjusted_rand_score): of all pairs of
// images, how many both partitions keep together, over what independent partitions of these sizes would: 1 when they
// agree, about 0 when they are independent, down to -0.5. As there, it is 1 when all images have one code and one class,
// and with fewer than two images.
func (c Confusion) ARI() float64 {
	codes, classes := c.marginals()
	pairs := func(counts []float64) float64 {
		p := 0.0
		for _, n := range counts {
			p += n * (n - 1) / 2
		}
		return p
	}
	both := 0.0
	for _, n := range c.Counts {
		both += float64(n) * (float64(n) - 1) / 2
	}
	a, b, all := pairs(codes), pairs(classes), pairs([]float64{sum(codes)})
	if all == 0 || (a == both && b == both) {
		return 1
	}
	expected := a * b / all
	return (both - expected) / ((a+b)/2 - expected)
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}
