package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// result is what becomes of sums, and where: y = act(sums + bias + e), y [.., channels] of n elements; bias and e may be none.
type result struct {
	bias, e, y  vk.Range
	act         Activation
	n, channels int
	moments     *moments // of y, to be taken if they can; nil: none. There is no e then
	groups      int      // of y's rows, which they are of
}

// of is the result of the product's own kernel: partial sums where there are splits.
func (r result) of(splits int32, partial vk.Range) result {
	if splits == 1 {
		return r
	}
	return result{y: partial}
}

// addPartials records the second pass of a product, where there are splits.
func (r result) addPartials(rec *vk.Recorder, splits int32, partial vk.Range) {
	if splits == 1 {
		return
	}
	if r.moments != nil {
		groups := max(r.groups, 1)
		r.moments.read(rec, groups, r.n/r.channels/groups, shaders.BnStats{
			X: partial.Slice(0, 4*int64(splits)*int64(r.n)), Bias: r.bias, Y: r.y, SPLITS: splits, AddBias: !r.bias.IsZero(), ACT: int32(r.act),
		})
		return
	}
	f := flat(rec, r.n)
	rec.Dispatch(shaders.SumPartials{
		Partial: partial.Slice(0, 4*int64(splits)*int64(r.n)), Bias: r.bias, E: r.e, Y: r.y, Splits: splits, N: int32(r.n), Channels: int32(r.channels),
		Local: f.local, PER: f.per, AddBias: !r.bias.IsZero(), AddE: !r.e.IsZero(), ACT: int32(r.act), Groups: f.groups,
	})
}
