package shaders_test

import "vkgan/layers/ref"

// partsOf cuts x [groups,rows,each,channels] as kernels that take moments do: the rows of a group into tiles, each of them into
// a part [rows of the tile, channels] for each of so many.
func partsOf[E any](x []E, groups, each, channels, tile int) (parts [][]E) {
	rows := len(x) / (groups * each * channels)
	for first := 0; first < groups*rows; first += min(tile, rows-first%rows) {
		for i := range each {
			var part []E
			for row := first; row < first+min(tile, rows-first%rows); row++ {
				part = append(part, x[(row*each+i)*channels:][:channels]...)
			}
			parts = append(parts, part)
		}
	}
	return parts
}

// momentsOf lays the mean and the sum of squared deviations of each part's channels out as the kernels do.
func momentsOf(parts [][]float64, channels int) (moments []float64) {
	for _, part := range parts {
		rows := len(part) / channels
		mean, variance := ref.BatchNorm{Rows: rows, C: channels, Groups: 1}.Statistics(part)
		moments = append(append(moments, mean...), mapped(variance, func(v float64) float64 { return v * float64(rows) })...)
	}
	return moments
}

// nearMoments compares the moments that a kernel took of parts with those of what it wrote: each figure by itself, for the means
// may be large and the deviations small.
func (r *rig) nearMoments(partial *tensor, parts [][]float64, channels int) {
	r.Helper()
	want, got := momentsOf(parts, channels), r.result(partial)
	for which, name := range []string{"means", "squares"} {
		from, to := which*channels, (which+1)*channels
		r.nearValues(name, columns(got, 2*channels, from, to), columns(want, 2*channels, from, to))
	}
}

// far is how far biases are from 0 where moments are taken, beside deviations of about 1.
const far = 300
